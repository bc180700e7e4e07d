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

NEAR = 0.6
"""Cosine from which two sentences may say the same. Chosen on half of evals/truth/retold.yaml: docs/replies.md."""
MOST = 8
"""Clauses of a sentence, beyond which none of them is left out: every choice of them is tried."""
_MARKER = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")


class Vectors(Protocol):
    """Turns texts into unit-length vectors: knowledge.embedder.Embedder."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


def bears_out(vectors: Vectors, passage: str, sentence: str) -> bool:
    """Whether some sentence of the passage says this."""
    said = clauses(sentence)
    alike = [each for each, parts in _read(passage) if _retells(said, parts)]
    if not alike:
        return False
    first, *others = vectors.embed([sentence, *alike])
    return bool(max(float(first @ other) for other in others) >= NEAR)


@lru_cache(maxsize=2048)
def _read(passage: str) -> tuple[tuple[str, tuple[Clause, ...]], ...]:
    """Its sentences, and their clauses."""
    told = (_MARKER.sub("", passage[start:end]) for start, end in sentences(passage))
    return tuple((each, clauses(each)) for each in told)


def _retells(said: Sequence[Clause], told: Sequence[Clause]) -> bool:
    sentence = whole(said)
    return bool(sentence.words) and any(_same(sentence, whole(kept)) for kept in _kept(told, len(sentence.words)))


def _same(sentence: Clause, article: Clause) -> bool:
    return (
        sentence.words == article.words
        and sentence.hedges == article.hedges
        and (sentence.may or not article.may)
        and (article.ours or not sentence.ours)
    )


def _kept(told: Sequence[Clause], length: int) -> Iterator[list[Clause]]:
    """The ways to say some of the clauses, of so many words: as they stand, or the later ones first. Left out may be what
    nothing depends on."""
    places = range(len(told))
    least = sum(each.tied for each in told) if len(told) <= MOST else len(told)
    for count in range(max(least, 1), len(told) + 1):
        for chosen in combinations(places, count):
            kept = [told[place] for place in chosen]
            tied = all(place in chosen for place in places if told[place].tied)
            if tied and sum(len(each.words) for each in kept) == length:
                yield from (kept[turn:] + kept[:turn] for turn in range(len(kept)))
