"""How well the lexicons tell claims and promises from harmless words: `python -m evals.truth`."""
