"""What people do teaches: taken in as lessons, proposed with evidence, tried, decided by a person, taken back."""
