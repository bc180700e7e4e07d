"""The shop's own system: its tables, what it does, and what it refuses. It knows nothing of policies."""
