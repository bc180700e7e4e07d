"""What text may come in: what people write, and the names that records go by."""

import math
import re
import unicodedata
from typing import Any

from records.errors import NotFound, TooLarge, Unprocessable

LONGEST_MESSAGE = 16 * 1024
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EMPTY = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_LAYOUT = frozenset("\n\r\t")
_DEEPEST = 20


def message(text: str) -> str:
    """A message as somebody wrote it. Raises TooLarge above 16 KB of UTF-8, Unprocessable when it is empty or holds
    control characters."""
    if len(printable(text).encode()) > LONGEST_MESSAGE:
        raise TooLarge(f"A message may have {LONGEST_MESSAGE} bytes.", limit=LONGEST_MESSAGE)
    if all(unicodedata.category(char) in _EMPTY for char in text):
        raise Unprocessable("There is no text in this message.")
    return text


def printable(text: str) -> str:
    """Raises Unprocessable for control characters other than line ends and tabs."""
    if any(_is_control(char) for char in text):
        raise Unprocessable("The text holds control characters.")
    return text


def storable(value: Any, depth: int = 0) -> None:
    """Raises Unprocessable for JSON that PostgreSQL cannot keep as it is."""
    if depth > _DEEPEST:
        raise Unprocessable("The value is nested too deeply.")
    match value:
        case str():
            printable(value)
        case float() if not math.isfinite(value):
            raise Unprocessable("The value holds a number that is none.")
        case dict():
            for key, each in value.items():
                storable(key)
                storable(each, depth + 1)
        case list():
            for each in value:
                storable(each, depth + 1)


def known_id(text: str) -> str:
    """An id that may exist. Raises NotFound."""
    if not _ID.fullmatch(text):
        raise NotFound
    return text


def is_name(value: object) -> bool:
    """Whether this can be somebody's id in another system."""
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs") and char not in _LAYOUT
