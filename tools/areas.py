"""Names of parts of the product, and other words, as people write them: without regard to case, plural and order."""

import re

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> frozenset[str]:
    """The words of a text in small letters and without a plural's s."""
    found = (word.casefold() for word in _WORD.findall(text))
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found)


def same_area(one: str, other: str) -> bool:
    """Whether all words of one are among the other's: `App` and `mobile apps` are the same, an empty one is none."""
    left, right = words(one), words(other)
    return bool(left and right) and (left <= right or right <= left)


def named(text: str, names: list[str]) -> int:
    """How many words the longest of these names has that the text holds; 0: it holds none of them."""
    said = words(text)
    return max((len(words(name)) for name in names if words(name) and words(name) <= said), default=0)
