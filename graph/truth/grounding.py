"""Whether a passage bears out a sentence that says it in other words.

Two witnesses must agree. The words: the sentence consists of whole clauses of one sentence of the passage, in their order,
with the same negations, figures, names and hedges; what it leaves out must not be what the rest depends on. And the vectors
of the two (knowledge/embedder.py): how near they are in meaning.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graph.truth.claims import sentences
from graph.truth.wording import Clause, clauses, whole

NEAR = 0.9
"""Cosine from which two sentences may say the same: the highest that cost no right one of the choosing half of
evals/truth/retold.yaml (docs/replies.md)."""
MOST = 8
"""Clauses of a sentence, beyond which none of them is left out: every choice of them is tried."""
FEWEST = 3
"""Words of a sentence, below which it says too little to be told from another."""
MARKER = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_WAY = re.compile(r"\s+(?:under|in|at)\s+\*\*[^*]+→[^*]+\*\*")


class Vectors(Protocol):
    """Turns texts into unit-length vectors: knowledge.embedder.Embedder."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


def bears_out(vectors: Vectors, passage: str, sentence: str) -> bool:
    """Whether some sentence of the passage says this."""
    return nearness(vectors, passage, sentence) >= NEAR


def nearness(vectors: Vectors, passage: str, sentence: str) -> float:
    """The cosine of the nearest clauses of a sentence of the passage that have the words of this one; -1 where none have."""
    said = whole(clauses(sentence))
    alike = [kept.text for told in _read(passage) for kept in _kept(told, len(said.words)) if _same(said, kept)]
    if len(said.words) < FEWEST or not alike:
        return -1.0
    first, *others = vectors.embed([said.text, *alike])
    return max(float(first @ other) for other in others)


@lru_cache(maxsize=2048)
def _read(passage: str) -> tuple[tuple[Clause, ...], ...]:
    """The clauses of its sentences; of one that says where to find something, also without that. No tables: what a cell
    says depends on its row and column."""
    told = (MARKER.sub("", passage[start:end]) for start, end in sentences(passage))
    ways = (dict.fromkeys((each, _WAY.sub("", each))) for each in told if "|" not in each)
    return tuple(clauses(each) for both in ways for each in both)


def _same(sentence: Clause, article: Clause) -> bool:
    return (
        sentence.words == article.words
        and sentence.hedges == article.hedges
        and (sentence.may or not article.may)
        and (article.ours or not sentence.ours)
    )


def _kept(told: Sequence[Clause], length: int) -> Iterator[Clause]:
    """The ways to say some of the clauses, in so many words: as they stand, or the later ones first. Left out may be what
    nothing depends on."""
    places = range(len(told))
    tied = {place for place in places if told[place].tied or len(told) > MOST}
    for count in range(max(len(tied), 1), len(told) + 1):
        for chosen in combinations(places, count):
            kept = [told[place] for place in chosen]
            if tied <= {*chosen} and sum(len(each.words) for each in kept) == length:
                yield from (whole(kept[turn:] + kept[:turn]) for turn in range(len(kept)))
