"""The issue tracker: bug reports."""
