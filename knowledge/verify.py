"""Whether the index of vectors is what PostgreSQL says, and PostgreSQL is what the articles come to: collection by collection,
by the ids and by the hashes that the keys of the vectors carry."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from knowledge.articles import Article, passages_of
from knowledge.index import key_of, passage_of
from knowledge.search import Search
from knowledge.sources import LEARNED
from records import learned_articles, manifest
from records.database import Database
from records.manifest import Filed, FiledPassage

SHOWN = 200
"""Differences that are told one by one."""


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Of one audience and language: how many passages PostgreSQL files, and how many vectors there are. `missing`: filed
    without a vector; `left_over`: vectors that nothing is filed for."""

    name: str
    filed: int
    vectors: int
    missing: int
    left_over: int


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`what`: a sentence about one passage or article."""

    collection: str
    id: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Verified:
    """`differences`: empty when all agree; the first SHOWN of `total`."""

    generation: int
    articles: int
    collections: tuple[Collection, ...]
    differences: tuple[Difference, ...]
    total: int


async def verify(database: Database, search: Search) -> Verified:
    """Writes nothing. An ingestion that is under way shows as what it has not finished. Raises IndexUnavailable."""
    async with database.transaction() as conn:
        generation, articles = await manifest.served(conn)
        filed = await manifest.passages(conn)
        live = {f"{LEARNED}/{each.id}" for each in await learned_articles.live(conn)}
    there = await asyncio.to_thread(search.index.keys)
    shelves = {each.id: _shelf(each) for each in articles}
    wanted: dict[str, set[str]] = {}
    for passage in filed:
        wanted.setdefault(shelves[passage.article_id], set()).add(passage.vector)
    names = sorted({*wanted, *(name for name, keys in there.items() if keys)})
    found = [
        *(each for name in names for each in _differences(name, wanted.get(name, set()), there.get(name, set()))),
        *await asyncio.to_thread(_outdated, articles, filed, search.embedder.name),
        *(_withdrawn(each) for each in articles if each.source == LEARNED and each.id not in live),
    ]
    collections = [_collection(name, wanted.get(name, set()), there.get(name, set())) for name in names]
    return Verified(
        generation=generation,
        articles=len(articles),
        collections=tuple(collections),
        differences=tuple(found[:SHOWN]),
        total=len(found),
    )


def verified_json(told: Verified) -> dict[str, Any]:
    return {**asdict(told), "collections": [asdict(each) for each in told.collections]}


def _shelf(filed: Filed) -> str:
    return f"{filed.audience.replace(':', '-')}-{filed.language}"


def _collection(name: str, wanted: set[str], there: set[str]) -> Collection:
    return Collection(
        name=name, filed=len(wanted), vectors=len(there), missing=len(wanted - there), left_over=len(there - wanted)
    )


def _differences(name: str, wanted: set[str], there: set[str]) -> list[Difference]:
    missing = [(key, "is filed, and has no vector in the index.") for key in wanted - there]
    extra = [(key, "has a vector in the index, and is not filed.") for key in there - wanted]
    return [
        Difference(collection=name, id=passage_of(key) or key, what=what) for key, what in sorted([*missing, *extra])
    ]


def _outdated(articles: Sequence[Filed], filed: Sequence[FiledPassage], model: str) -> list[Difference]:
    """Articles whose filed passages are not what their text comes to: by id, and by the hash in the vector's key."""
    by_article: dict[str, dict[str, str]] = {}
    for each in filed:
        by_article.setdefault(each.article_id, {})[each.id] = each.vector
    return [
        Difference(collection=_shelf(each), id=each.id, what="is filed with other passages than its text comes to.")
        for each in articles
        if _keys(each, model) != by_article.get(each.id)
    ]


def _keys(filed: Filed, model: str) -> Mapping[str, str]:
    article = Article(**{name: getattr(filed, name) for name in Filed.TEXTS}, updated=filed.updated)
    return {passage.id: key_of(passage, model) for passage in passages_of(article)}


def _withdrawn(filed: Filed) -> Difference:
    return Difference(collection=_shelf(filed), id=filed.id, what="was withdrawn, and is still served.")
