"""Hybrid search over the help centre: vectors and words, fused; with a measure of whether the answer is there at all.

The fusion is the sum of z-scores of cosine and BM25 over the candidates of both, the best of what was tried on WixQA and
TechQA (docs/knowledge.md). Who may read what is decided twice: each audience has its own collection and word index, and
a hit must be a passage of an audience that was asked for.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.articles import AUDIENCES
from knowledge.bm25 import Keywords
from knowledge.embedder import Embedder, Vectors
from knowledge.index import Index, Progress, Synced
from knowledge.passages import Passage

CANDIDATES = 40
OTHERS = 5


@dataclass(frozen=True, kw_only=True)
class Hit:
    """`score` orders the hits of one answer (a sum of z-scores); it means nothing across answers."""

    passage: Passage
    score: float


@dataclass(frozen=True, kw_only=True)
class Found:
    """Hits, best first. `support` is the probability, 0..1, that the best one answers the question; 0 without hits."""

    hits: tuple[Hit, ...] = ()
    support: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What is known of one audience: its passages in the order of the word index."""

    passages: Sequence[Passage]
    places: Mapping[str, int]
    keywords: Keywords


@dataclass(frozen=True, kw_only=True)
class Candidate:
    shelf: Shelf
    place: int
    cosine: float
    words: float

    @property
    def passage(self) -> Passage:
        return self.shelf.passages[self.place]


class Search:
    """`load` before the first `search`, and again when articles change; searches meanwhile see the old ones. `loading` is
    for who reads the articles and loads them: what was read first must not be loaded last."""

    def __init__(self, embedder: Embedder, index: Index) -> None:
        self._embedder = embedder
        self._index = index
        self._shelves: Mapping[str, Shelf] = {}
        self.loading = asyncio.Lock()

    async def load(
        self, passages: Sequence[Passage], *, keep: Collection[str] = (), progress: Progress | None = None
    ) -> Synced:
        """Makes exactly these passages searchable, and those of the articles `keep` as they are. Raises
        IndexUnavailable."""
        return await asyncio.to_thread(self._load, passages, keep, progress)

    async def search(self, query: str, *, audiences: Sequence[str] = ("public",), limit: int = 4) -> Found:
        """The best passages for these audiences and no others. Raises IndexUnavailable."""
        return await asyncio.to_thread(self._search, query, audiences, limit)

    def _load(self, passages: Sequence[Passage], keep: Collection[str], progress: Progress | None) -> Synced:
        synced = self._index.sync(passages, self._embedder, keep=keep, progress=progress)
        kept = [p for shelf in self._shelves.values() for p in shelf.passages if p.article in keep]
        self._shelves = {a: _shelf([p for p in (*passages, *kept) if p.audience == a]) for a in AUDIENCES}
        return synced

    def _search(self, query: str, audiences: Sequence[str], limit: int) -> Found:
        shelves = {audience: shelf for audience, shelf in self._shelves.items() if audience in audiences}
        if not query.strip():
            return Found()
        vector = self._embedder.embed([query])[0]
        candidates = [c for name, shelf in shelves.items() for c in self._candidates(query, vector, name, shelf)]
        if not candidates:
            return Found()
        cosines = np.array([candidate.cosine for candidate in candidates])
        scores = _standard(cosines) + _standard(np.array([candidate.words for candidate in candidates]))
        order = [int(place) for place in np.argsort(-scores, kind="stable")]
        hits = [Hit(passage=candidates[i].passage, score=float(scores[i])) for i in order]
        allowed = [hit for hit in hits if hit.passage.audience in audiences]
        return Found(hits=tuple(allowed[:limit]), support=_support(query, candidates[order[0]], candidates))

    def _candidates(self, query: str, vector: Vectors, audience: str, shelf: Shelf) -> list[Candidate]:
        """The nearest by vector and the best by words, each with both scores."""
        words = shelf.keywords.scores(query)
        wordy = [int(i) for i in np.argsort(-words, kind="stable")[:CANDIDATES] if words[i] > 0]
        also = [shelf.passages[i].id for i in wordy]
        cosines = self._index.query(vector, audience, limit=CANDIDATES, also=also)
        return [
            Candidate(shelf=shelf, place=place, cosine=cosine, words=float(words[place]))
            for name, cosine in cosines.items()
            if (place := shelf.places.get(name)) is not None
        ]


def _shelf(passages: Sequence[Passage]) -> Shelf:
    places = {passage.id: place for place, passage in enumerate(passages)}
    return Shelf(passages=passages, places=places, keywords=Keywords(passages))


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    standard: NDArray[np.float64] = (values - values.mean()) / (values.std() + 1e-9)
    return standard


def _support(query: str, best: Candidate, candidates: Sequence[Candidate]) -> float:
    """Logistic in three features of the best passage: its cosine, the rarity-weighted share of the query's words it
    has, and how far its cosine stands above what the five nearest other articles have to offer.

    Fitted offline (scikit-learn LogisticRegression, C=10) on WixQA and TechQA questions against help centres of 15
    articles to all of them, half of the gold articles left out, with CLINC150 out-of-scope and Banking77 questions as
    foreign ones; the label is whether the best passage is of a gold article. Fitted on one set and measured on the
    other: AUC 0.92 and 0.88 between answerable and unanswerable, expected calibration error 0.07; 95 % of foreign
    questions stay below 0.12.
    """
    coverage = best.shelf.keywords.coverage(query, best.place)
    margin = best.cosine - _offered_elsewhere(best, candidates)
    return float(1 / (1 + np.exp(6.41 - 5.17 * best.cosine - 3.95 * coverage - 9.08 * margin)))


def _offered_elsewhere(best: Candidate, candidates: Sequence[Candidate]) -> float:
    """The mean cosine of the best passage of each of the nearest other articles; a lone article stands above nothing."""
    nearest: dict[str, float] = {}
    for candidate in candidates:
        article = candidate.passage.article
        nearest[article] = max(candidate.cosine, nearest.get(article, -1.0))
    nearest.pop(best.passage.article)
    others = sorted(nearest.values(), reverse=True)[:OTHERS]
    return float(np.mean(others)) if others else best.cosine
