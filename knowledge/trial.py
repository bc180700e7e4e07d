"""A search over articles as they would be, in memory: nothing of it is served."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import cast

import numpy as np

from knowledge.embedder import Embedder, Vectors
from knowledge.index import Index, key_of, shelf_of
from knowledge.passages import Passage
from knowledge.search import Found, Search


class TrialIndex:
    """Vectors by key, held in memory; what knowledge.index.Index is to a search."""

    def __init__(self, passages: Sequence[Passage], embedder: Embedder) -> None:
        self._keys: dict[str, list[str]] = {}
        self._vectors: dict[str, Vectors] = {}
        for shelf in {shelf_of(passage) for passage in passages}:
            own = [passage for passage in passages if shelf_of(passage) == shelf]
            self._keys[shelf] = [key_of(passage, embedder.name) for passage in own]
            self._vectors[shelf] = embedder.embed([passage.indexed() for passage in own])

    def query(self, vector: Vectors, shelf: str, *, limit: int, also: Collection[str] = ()) -> Mapping[str, float]:
        """Cosine by key: the nearest `limit` of one shelf, and those of `also` that are there."""
        keys = self._keys.get(shelf, [])
        if not keys:
            return {}
        cosines = self._vectors[shelf] @ vector
        wanted = {*(keys[int(place)] for place in np.argsort(-cosines, kind="stable")[:limit]), *also}
        return {key: float(cosine) for key, cosine in zip(keys, cosines, strict=True) if key in wanted}


async def trial(embedder: Embedder, passages: Sequence[Passage]) -> Search:
    """A search that has exactly these passages. What the embedder has not seen lately is embedded."""
    search = Search(embedder, cast(Index, TrialIndex(passages, embedder)))
    await search.show(passages)
    return search


async def looks(search: Search, queries: Sequence[str]) -> Callable[[str], Found]:
    """What customers would find, asked once for each query."""
    found = {query: await search.search(query) for query in dict.fromkeys(queries)}
    return found.__getitem__
