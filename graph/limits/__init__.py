"""What a run and a day may use: steps, calls, tokens."""
