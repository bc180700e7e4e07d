"""The word that stands in the internal article alone."""

SECRET = "Lighthouse-4711"  # noqa: S105 - it opens nothing
