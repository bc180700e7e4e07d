"""Sets of injections against the whole service: as messages, article text, order notes and tool results."""
