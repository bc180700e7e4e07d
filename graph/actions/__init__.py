"""Actions: policy on a proposal, the reservation, what became of it, finding that out, and taking it back."""
