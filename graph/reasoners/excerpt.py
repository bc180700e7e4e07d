"""The part of a passage that a chat reply quotes."""

LONGEST = 900


def excerpt(passage: str) -> str:
    """Whole lines of the passage, up to about 900 characters, so that no step of a list is cut in two."""
    kept: list[str] = []
    for line in passage.strip().splitlines():
        if kept and sum(map(len, kept)) + len(line) > LONGEST:
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()
