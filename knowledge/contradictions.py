"""Whether a text says otherwise than an article: of the same thing another number, day or amount, or the opposite.

Sentence by sentence. The vectors say which sentences are about the same thing; the figures with their units, and the words
that deny, say whether they agree. It finds what looks like a contradiction, for a person to judge; two sentences in wholly
different words escape it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import Stemmer
from numpy.typing import NDArray

from knowledge.passages import plain

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Unit-length vectors, one row a text."""
SAME_SUBJECT = 0.72
"""Cosine from which two sentences with figures are about the same thing."""
SAME_STATEMENT = 0.7
"""Cosine from which two sentences would say the same, if one did not deny it."""
SHARED = 0.5
"""Share of the shorter sentence's words that the other must have as well: vectors alone mistake a neighbour for the thing."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_NAMED = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "twelve": "12", "fourteen": "14", "fifteen": "15", "twenty": "20", "thirty": "30", "sixty": "60",
    "ninety": "90",
}  # fmt: skip
_FIGURE = re.compile(
    rf"(?P<before>[$€£¥]|\b(?:usd|eur|gbp)\s)?\s?(?P<number>\d+(?:[.,]\d+)*|\b(?:{'|'.join(_NAMED)})\b)(?:st|nd|rd|th)?"
    r"(?=\s?-?(?P<unit>%|[^\W\d_]+)?(?:\s(?P<more>[^\W\d_]+))?)",
    re.IGNORECASE,
)
_DENIES = frozenset(
    {"not", "no", "never", "without", "cannot", "neither", "nor", "none", "nobody", "nothing", "unable"}
)
_RANGE = frozenset({"to", "or", "and", "until"})
_MONEY = frozenset({"dollar", "euro", "pound", "cent", "usd", "eur", "gbp"})
_KINDS_OF = frozenset({"work", "busi", "calendar"})
"""What stands before a unit and narrows it: "five working days" are days."""
_LITTLE = frozenset({
    "a", "an", "the", "of", "to", "in", "on", "at", "for", "by", "with", "and", "or", "is", "are", "be", "it", "you",
    "your", "we", "our", "can", "will", "if", "that", "this", "as", "from",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence of an article. `article`: its id."""

    article: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """`text` says otherwise than `other`. `how`: `figure` or `denial`."""

    text: str
    other: Said
    how: str

    @property
    def words(self) -> str:
        """For a person."""
        return f"“{self.text}” says otherwise than {self.other.article}: “{self.other.text}”"


def sentences(text: str) -> list[str]:
    """Of Markdown, in plain words, each that has a few."""
    found = (plain(part).strip() for part in _SENTENCE.split(text))
    return [each for each in found if len(each.split()) >= 3]


def contradictions(embed: Embed, text: str, others: Sequence[Said]) -> list[Contradiction]:
    """What the text says otherwise than these sentences; one at most for each of its sentences, the nearest."""
    mine = sentences(text)
    if not mine or not others:
        return []
    nearness = embed(mine) @ embed([each.text for each in others]).T
    found = []
    for row, sentence in enumerate(mine):
        for place in np.argsort(-nearness[row], kind="stable"):
            how = _how(sentence, others[int(place)].text, float(nearness[row, place]))
            if how:
                found.append(Contradiction(text=sentence, other=others[int(place)], how=how))
                break
    return found


def _how(one: str, other: str, cosine: float) -> str:
    if cosine < min(SAME_SUBJECT, SAME_STATEMENT) or not _shares(one, other):
        return ""
    if cosine >= SAME_SUBJECT and _figures_differ(one, other):
        return "figure"
    return "denial" if cosine >= SAME_STATEMENT and _denied(one) != _denied(other) else ""


def _figures_differ(one: str, other: str) -> bool:
    """Whether both give a figure of the same unit, and none of the one's is the other's."""
    mine, theirs = _figures(one), _figures(other)
    return any(mine[unit].isdisjoint(theirs[unit]) for unit in mine.keys() & theirs.keys())


@lru_cache(maxsize=4096)
def _figures(text: str) -> dict[str, frozenset[str]]:
    """Numbers by unit: a currency, a stemmed word, or "" where none stands beside."""
    found: dict[str, set[str]] = {}
    for match in _FIGURE.finditer(text):
        number = _NAMED.get(match["number"].lower(), match["number"].replace(",", "").rstrip("."))
        found.setdefault(_unit(match), set()).add(number)
    units = [unit for unit in found if unit]
    if len(units) == 1 and "" in found:  # "five to ten days": the first number has the second one's unit
        found[units[0]] |= found.pop("")
    return {unit: frozenset(numbers) for unit, numbers in found.items()}


def _unit(match: re.Match[str]) -> str:
    if match["before"]:
        return "money"
    unit, more = (_stem(match[name]) if match[name] else "" for name in ("unit", "more"))
    if unit in _RANGE:
        return ""
    if unit in _MONEY:
        return "money"
    return more if unit in _KINDS_OF and more else unit


def _denied(text: str) -> bool:
    return sum(word in _DENIES or word.endswith("n't") for word in _words(text)) % 2 == 1


def _shares(one: str, other: str) -> bool:
    mine, theirs = _content(one), _content(other)
    return len(mine & theirs) >= SHARED * max(1, min(len(mine), len(theirs)))


def _content(text: str) -> frozenset[str]:
    return frozenset(
        _stem(word) for word in _words(text) if word not in _LITTLE and word not in _DENIES and not word[0].isdigit()
    )


def _words(text: str) -> Iterator[str]:
    return (match.group().replace("’", "'") for match in re.finditer(r"[\w’']+", text.lower()))


def _stem(word: str) -> str:
    stem: str = _stemmer().stemWord(word.lower())
    return stem


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
