"""What can be said of a condition without any record: whether it always or never holds, and what it repeats."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from policy.cel import Condition

_QUOTED = re.compile(r"""'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)\"""")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_ENOUGH = 20_000


def constant(condition: Condition | None) -> bool | None:
    """Whether it holds whatever the records say; None when that depends on them."""
    return condition.evaluate({}) if condition is not None and not condition.variables else None


def parts(condition: Condition) -> frozenset[str]:
    """What must all hold, each written alike: `a == 1 && b` is {a==1, b}."""
    return frozenset(_spaceless(part) for part in _split(condition.source))


def numbers_in(sources: Sequence[str]) -> list[float]:
    return sorted({float(found) for source in sources for found in _NUMBER.findall(_QUOTED.sub("''", source))})


def texts_in(sources: Sequence[str]) -> list[str]:
    return sorted({single or double for source in sources for single, double in _QUOTED.findall(source)})


def outcomes(condition: Condition, candidates: Mapping[str, Sequence[Any]]) -> set[bool | None]:
    """What it comes to over all combinations of these values of its variables."""
    names = condition.variables
    tried = islice(product(*(candidates[name] for name in names)), _ENOUGH)
    return {condition.evaluate(dict(zip(names, values, strict=True))) for values in tried}


def _spaceless(source: str) -> str:
    """Without spaces and brackets around the whole; quotes of one kind."""
    kept = [found[1:-1] for found in (match[0] for match in _QUOTED.finditer(source))]
    bare = iter(kept)
    text = re.sub(r"\s+", "", _QUOTED.sub("\x00", source))
    while text.startswith("(") and text.endswith(")") and _closes_last(text):
        text = text[1:-1]
    return re.sub("\x00", lambda _: f"'{next(bare)}'", text)


def _closes_last(text: str) -> bool:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def _split(source: str) -> Iterator[str]:
    """At every `&&` that stands in no brackets; not at all where `||` or `?` stand beside it."""
    hidden = _QUOTED.sub(lambda found: "\x00" * len(found[0]), source)
    depth, begin, cuts = 0, 0, []
    for place, letter in enumerate(hidden):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0 and (hidden.startswith("||", place) or letter == "?"):
            yield source
            return
        if depth == 0 and hidden.startswith("&&", place):
            cuts.append(place)
    for cut in cuts:
        yield source[begin:cut]
        begin = cut + 2
    yield source[begin:]
