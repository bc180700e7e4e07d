"""Hits that stand next to each other in one section are given as one: it was cut for the search's sake alone."""

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.passages import Passage

MOST = 3
"""Passages in one."""
_NUMBER = re.compile(r"^(.*)-(\d+)$")


def joined(passages: Sequence[Passage]) -> list[Passage | None]:
    """As many as were given, in their order: each with those that follow or precede it in its section, under the id of
    the best; None for one that another has taken in."""
    taken: set[str] = set()
    by_id = {passage.id: passage for passage in passages}
    found: list[Passage | None] = []
    for passage in passages:
        if passage.id in taken:
            found.append(None)
            continue
        run = _run(passage, by_id, taken)
        taken |= {each.id for each in run}
        found.append(replace(passage, text="\n\n".join(each.text for each in run)) if len(run) > 1 else passage)
    return found


def _run(passage: Passage, by_id: dict[str, Passage], taken: set[str]) -> list[Passage]:
    """The unbroken run around it, in reading order."""
    parts = _NUMBER.match(passage.id)
    if parts is None:
        return [passage]
    stem, number, run = parts[1], int(parts[2]), [passage]
    for step in (1, -1):
        place = number + step
        while len(run) < MOST and (other := by_id.get(f"{stem}-{place}")) and other.heading == passage.heading:
            if other.id in taken:
                break
            run.insert(0 if step < 0 else len(run), other)
            place += step
    return run
