"""How alike two texts of the same customer are. Words only, so that the answer can be explained."""

import re
from difflib import SequenceMatcher

NEARLY = 0.9
"""Share of letters in common from which two texts are the same one, sent twice or with a slip mended."""
ALIKE = 0.5
"""Share of telling words in common from which two texts are about the same thing."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_STEM = 5
_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "so",
        "if",
        "then",
        "that",
        "this",
        "these",
        "those",
        "it",
        "its",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "am",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "i",
        "me",
        "my",
        "we",
        "us",
        "our",
        "you",
        "your",
        "he",
        "she",
        "they",
        "them",
        "to",
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "as",
        "not",
        "no",
        "can",
        "could",
        "would",
        "will",
        "please",
        "hello",
        "hi",
        "dear",
        "thanks",
        "thank",
        "still",
        "again",
        "just",
        "also",
        "when",
        "what",
        "why",
        "how",
        "where",
        "there",
        "here",
    ]
)


def same_words(one: str, other: str) -> bool:
    """Whether it is the same text but for case, punctuation and a slip; every number in it must agree."""
    left, right = _words(one), _words(other)
    if not left or _numbers(left) != _numbers(right):
        return False
    return SequenceMatcher(None, " ".join(left), " ".join(right), autojunk=False).ratio() >= NEARLY


def alike(one: str, other: str) -> bool:
    """Whether they share at least half of the words that tell something. "crashes" and "crashed" are one word."""
    left, right = _telling(one), _telling(other)
    if not left or not right:
        return False
    return 2 * len(left & right) / (len(left) + len(right)) >= ALIKE


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _numbers(words: list[str]) -> list[str]:
    return [word for word in words if any(letter.isdigit() for letter in word)]


def _telling(text: str) -> set[str]:
    return {word[:_STEM] for word in _words(text) if word not in _EMPTY}
