"""Hybrid search over the help centre: vectors and words, fused; with a measure of whether the answer is there at all.

How the two become one order stands in `knowledge/fusion.py`. Who may read what is decided twice: each audience has its own collection and word index, and
a hit must be a passage of an audience that was asked for.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge.bm25 import Keywords
from knowledge.embedder import Embedder, Vectors
from knowledge.fusion import Candidate, Shelf, best, fused, support
from knowledge.index import Index, Progress, Synced, key_of, shelf_of
from knowledge.neighbours import joined
from knowledge.passages import Passage

CANDIDATES = 40
LONGEST = 4000
"""Characters of a query that are read: more than a message that is about one thing has, and no more than is soon searched."""


@dataclass(frozen=True, kw_only=True)
class About:
    """For whom is searched, as far as it is known. `language`: two letters; `product`, `plan`: passages that are of
    others are left out."""

    language: str = ""
    product: str = ""
    plan: str = ""


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


@dataclass
class Search:
    """`load` or `show` before the first `search`, and again when articles change; searches meanwhile see the old ones.
    `fallback`: the language that is searched where the customer's has nothing. `fresh`: asked before a search, where
    other processes write the index too."""

    embedder: Embedder
    index: Index
    fallback: str = "en"
    fresh: Callable[[], Awaitable[None]] | None = None
    _shelves: Mapping[str, Shelf] = field(default_factory=dict)

    async def load(self, passages: Sequence[Passage], *, progress: Progress | None = None) -> Synced:
        """Makes exactly these passages searchable. Raises IndexUnavailable."""
        synced = await asyncio.to_thread(self.index.sync, passages, self.embedder, progress=progress)
        await self.show(passages)
        return synced

    async def show(self, passages: Sequence[Passage]) -> None:
        """Searches these from now on; their vectors are in the index already."""
        self._shelves = await asyncio.to_thread(_shelves, passages, self.embedder.name, self._shelves)

    @property
    def passages(self) -> int:
        """How many are searched."""
        return sum(len(shelf.passages) for shelf in self._shelves.values())

    @property
    def audiences(self) -> frozenset[str]:
        """Whose passages there are."""
        return frozenset(shelf.audience for shelf in self._shelves.values())

    async def search(
        self, query: str, *, audiences: Sequence[str] = ("public",), limit: int = 4, about: About | None = None
    ) -> Found:
        """The best passages for these audiences and no others. Raises IndexUnavailable."""
        if self.fresh is not None:
            await self.fresh()
        return await asyncio.to_thread(self._search, query, audiences, limit, about or About())

    def _search(self, query: str, audiences: Sequence[str], limit: int, about: About) -> Found:
        query = readable(query)
        shelves = self._asked(audiences, about.language)
        if not query or not shelves:
            return Found()
        vector = self.embedder.embed([query])[0]
        candidates = [
            c for shelf in shelves for c in self._candidates(query, vector, shelf) if _meant(c.passage, about)
        ]
        if not candidates:
            return Found()
        scores = fused(candidates)
        order = [int(place) for place in np.argsort(-scores, kind="stable")]
        hits = [Hit(passage=candidates[i].passage, score=float(scores[i])) for i in order]
        allowed = [hit for hit in hits if hit.passage.audience in audiences][:limit]
        whole = {hit.passage.id: each for hit, each in zip(allowed, joined([h.passage for h in allowed]), strict=True)}
        shown = tuple(Hit(passage=p, score=hit.score) for hit in allowed if (p := whole[hit.passage.id]) is not None)
        return Found(hits=shown, support=support(query, candidates, scores))

    def _asked(self, audiences: Sequence[str], language: str) -> list[Shelf]:
        """Those of the audiences in the language; in the fallback's where it has none; in any where that has none."""
        allowed = [shelf for shelf in self._shelves.values() if shelf.audience in audiences and shelf.passages]
        for wanted in (language, self.fallback) if language else ():
            found = [shelf for shelf in allowed if shelf.language == wanted]
            if found:
                return found
        return allowed

    def _candidates(self, query: str, vector: Vectors, shelf: Shelf) -> list[Candidate]:
        """The nearest by vector and the best by words, each with both scores."""
        words = shelf.keywords.scores(query)
        also = [shelf.keys[place] for place in best(words[0], CANDIDATES)]
        name = shelf_of(shelf.passages[0])
        cosines = self.index.query(vector, name, limit=CANDIDATES, also=also)
        return [
            Candidate(shelf=shelf, place=place, cosine=cosine, words=words[:, place])
            for key, cosine in cosines.items()
            if (place := shelf.places.get(key)) is not None
        ]


def readable(query: str) -> str:
    """The query as it is searched: without what is no letter to anybody, and no longer than LONGEST."""
    return " ".join(query[:LONGEST].encode("utf-8", "ignore").decode().replace("\0", " ").split())


def _meant(passage: Passage, about: About) -> bool:
    """A passage that is of one product or plan is for those who have it, and for those of whom that is not known."""
    return all(
        not own or not asked or own == asked
        for own, asked in ((passage.product, about.product), (passage.plan, about.plan))
    )


def _shelves(passages: Sequence[Passage], model: str, before: Mapping[str, Shelf]) -> dict[str, Shelf]:
    grouped: dict[str, list[Passage]] = {}
    for passage in passages:
        grouped.setdefault(shelf_of(passage), []).append(passage)
    return {name: _shelf(found, model, before.get(name)) for name, found in grouped.items()}


def _shelf(passages: Sequence[Passage], model: str, before: Shelf | None) -> Shelf:
    keys = [key_of(passage, model) for passage in passages]
    language = passages[0].language
    return Shelf(
        audience=passages[0].audience,
        language=language,
        passages=passages,
        keys=keys,
        places={key: place for place, key in enumerate(keys)},
        keywords=Keywords(passages, language, before.keywords if before else None),
        lengths=Counter(passage.article for passage in passages),
    )
