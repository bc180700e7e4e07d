"""Sentences as what they say, word by word, so that one in other words can be held against one of an article."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import Stemmer
import yaml

from graph.truth.lexicon import plain

_WORD = re.compile(r"\d[\d.,:/-]*\d|[^\W_]+")
_CLAUSE = re.compile(r"[,;:()|→\n]|\.(?=\s)|--| - | – | — |\band\b|\bor\b|(?=\bbut\b)")
_OURS = frozenset({"our", "ours"})
_NOT = frozenset({"not", "no", "never", "without", "neither", "nor"})
_DENIED = "not"


@dataclass(frozen=True, kw_only=True)
class Clause:
    """What a clause says. `words`: in their order, each brought to the form that those alike share, negations as one word.
    `hedges`: those anywhere in it. `tied`: it depends on something, or narrows what stands beside it. `may`: it says no more
    than that something can be. `ours`: something is the company's own. `text`: how it stands, in small letters."""

    words: tuple[str, ...]
    hedges: frozenset[str]
    tied: bool
    may: bool
    ours: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class _Wording:
    """See wording.yaml."""

    same: re.Pattern[str]
    instead: Mapping[str, str]
    little: frozenset[str]
    hedges: frozenset[str]
    ties: frozenset[str]
    mays: frozenset[str]
    points: frozenset[str]
    leads: frozenset[str]
    alike: Mapping[str, str]


def clauses(text: str) -> tuple[Clause, ...]:
    """Those that say something."""
    read = (_clause(each) for each in _CLAUSE.split(_bare(text)))
    return tuple(each for each in read if each.words or each.tied)


def whole(parts: Sequence[Clause]) -> Clause:
    """Clauses as one."""
    return Clause(
        words=tuple(word for each in parts for word in each.words),
        hedges=frozenset().union(*(each.hedges for each in parts)),
        tied=any(each.tied for each in parts),
        may=any(each.may for each in parts),
        ours=any(each.ours for each in parts),
        text=", ".join(each.text for each in parts),
    )


def points_back(text: str) -> bool:
    """Whether a sentence begins with a word for something that was named before it."""
    first = next(iter(_words(_bare(text))), "")
    return first in _wording().points


def _clause(bare: str) -> Clause:
    said, known = list(_words(bare)), _wording()
    told = (word for word in said if word not in known.little and word not in known.hedges and word not in _OURS)
    return Clause(
        words=tuple(_DENIED if word in _NOT else _formed(word) for word in told),
        hedges=frozenset(_formed(word) for word in said if word in known.hedges),
        tied=any(word in known.ties for word in said) or next(iter(said), "") in known.leads,
        may=any(word in known.mays for word in said),
        ours=any(word in _OURS for word in said),
        text=" ".join(bare.split()),
    )


def _words(bare: str) -> Iterator[str]:
    return (match.group() for match in _WORD.finditer(bare))


def _bare(text: str) -> str:
    """Plain, and what is `same` in one form; twice, for what comes of that may be the same as something again."""
    pattern, instead = _wording().same, _wording().instead
    bare = plain(text)
    for _ in range(2):
        bare = pattern.sub(lambda found: instead[found[0]], bare)
    return bare.replace("'s ", " ")


def _formed(word: str) -> str:
    stem: str = _stemmer().stemWord(word)
    return _wording().alike.get(stem, stem)


@cache
def _stemmer() -> Any:
    return Stemmer.Stemmer("english")


@cache
def _wording() -> _Wording:
    raw = yaml.safe_load((files("graph.truth") / "wording.yaml").read_text("utf-8"))
    lists = {name: frozenset(raw[name].split()) for name in ("little", "hedges", "ties", "mays", "points", "leads")}
    groups = [[_stemmer().stemWord(word) for word in line.split()] for line in raw["alike"].splitlines()]
    return _Wording(
        same=re.compile("|".join(_place(each) for each in sorted(raw["same"], key=len, reverse=True))),
        instead=raw["same"],
        alike={stem: group[0] for group in groups for stem in group},
        **lists,
    )


def _place(words: str) -> str:
    """Whole words, or the end of one that begins with an apostrophe or is "n't"."""
    return f"{words}\\b" if words in ("n't", "'ll") else f"\\b{words}\\b"
