"""What the agent says: whether it may say it alone, how it is sent, and its own sentences."""
