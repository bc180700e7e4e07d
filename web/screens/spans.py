"""Lengths of time as lists show them: short, and rounded down."""

_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"))


def span_of(seconds: float) -> str:
    """`45 s`, `12 min`, `3 h`, `2 d`; the sign is left out."""
    size = abs(int(seconds))
    return next((f"{size // unit} {name}" for unit, name in _UNITS if size >= unit), f"{size} s")
