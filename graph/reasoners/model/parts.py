"""The parts of a text about several requests: each begins with the mark of the request that it is about, `{{about:2}}`.

A request's number is its place among the run's requests, counted from 1: short, and the same in every call of a run.
"""

import re
from collections.abc import Sequence

from graph.state import Request

_MARK = re.compile(r"\{\{\s*about:\s*(\d{1,3})\s*\}\}")


def number_of(requests: Sequence[Request], request: str) -> int:
    """0 for an id that is none of these."""
    return next((place for place, each in enumerate(requests, 1) if each["id"] == request), 0)


def numbered(requests: Sequence[Request], number: object) -> Request | None:
    """The request of a number, whether it comes as a number or as text."""
    told = str(number)
    place = int(told) if told.isdecimal() else 0
    return requests[place - 1] if 0 < place <= len(requests) else None


def parts_of(text: str, known: int) -> dict[int, str]:
    """The words by the number whose mark stands before them, 0 where none does, or one that is no request's; empty parts
    are left out. `known`: how many requests there are."""
    first, *marked = _MARK.split(text)
    found = {0: first}
    for told, words in zip(map(int, marked[::2]), marked[1::2], strict=True):
        number = told if told <= known else 0
        found[number] = "\n\n".join(part.strip() for part in (found.get(number, ""), words) if part.strip())
    return {number: words.strip() for number, words in found.items() if words.strip()}
