"""The eval cases played by a scripted model over HTTP: a good one, and mutants of what it says."""
