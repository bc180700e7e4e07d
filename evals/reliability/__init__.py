"""How far the probabilities of triage can be believed: against what was right, on messages that it did not learn from."""
