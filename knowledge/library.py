"""The help centre as it is served: PostgreSQL says what there is, Chroma holds its vectors, and the search shows both.

An ingestion goes in an order in which a death at any point leaves something whole: first the vectors of what is new, under
names of their own, which nobody asks for yet; then one transaction that says what is served; then the search; last, the
vectors that nobody asks for any more. What stopped half-way is finished by the next, which every start is.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import quote

import structlog

from knowledge.articles import Article, passages_of
from knowledge.index import Progress, Synced, key_of, left_over
from knowledge.links import broken_links
from knowledge.passages import Passage
from knowledge.search import Search
from knowledge.sources import Source, read_sources
from records import learned, learned_articles, manifest
from records.clock import Clock
from records.database import Database
from records.manifest import Filed, FiledPassage, Filing

PAGES = "/help/"
PATIENCE = 1.0
"""Seconds between two looks at what other processes did."""
log = structlog.get_logger()
Fault = Callable[[str], None]


def _nothing(_point: str) -> None:
    """No fault."""


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """`articles` were read, `sources` counts them by source; `unreadable` names each file that was not, with the reason:
    such a file's passages stay as they were when it could last be read. `doubtful` and `broken` name by file what wants
    looking at: titles that stand twice, links that lead nowhere."""

    articles: int
    passages: Synced
    unreadable: Mapping[str, str] = field(default_factory=dict)
    doubtful: Mapping[str, str] = field(default_factory=dict)
    broken: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)


@dataclass(eq=False)
class Library:
    """One per process. `sources`: as company.yaml names them now. `base`: what stands before `/help/` in a citation.
    `fault`: called at every point where a process may die."""

    database: Database
    search: Search
    sources: Callable[[], Sequence[Source]]
    clock: Clock
    base: str = ""
    fault: Fault = _nothing
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _served: dict[str, Filed] = field(default_factory=dict)
    _passages: dict[str, list[Passage]] = field(default_factory=dict)
    _vectors: dict[str, dict[str, str]] = field(default_factory=dict)
    _generation: int = -1
    _asked: float = 0.0

    async def open(self) -> None:
        """What was served last is served again, and then what the sources hold; files that cannot be read are logged.
        Raises ArticleInvalid when a source's folder is not there, and IndexUnavailable."""
        done = await self.ingest()
        for file, reason in done.unreadable.items():
            log.warning("An article was left out.", action="article_left_out", file=file, reason=reason)

    async def keep_up(self) -> None:
        """Where other processes write the index too: serves what PostgreSQL says, if that is not what is served. Asks
        once in a while; what was deleted is not found meanwhile, for its vectors are gone."""
        if self._lock.locked() or time.monotonic() < self._asked + PATIENCE:
            return
        async with self._lock:
            self._asked = time.monotonic()
            await self._follow()

    async def ingest(self, progress: Progress | None = None) -> Ingested:
        """Makes what the sources hold searchable, one ingestion at a time. Raises ArticleInvalid when a source's folder
        is not there, and IndexUnavailable."""
        async with self._lock, manifest.writing(self.database):
            await self._follow()
            async with self.database.transaction() as conn:
                live, instead = await learned_articles.live(conn), await learned.in_place(conn)
            read = await asyncio.to_thread(read_sources, self.sources(), live, instead)
            self.fault("ingest:read")
            wanted = {article.id: self._filed(article) for article in read.articles}
            kept = {each.id: each for each in self._served.values() if each.file in read.unreadable}
            wanted = kept | wanted
            synced = await self._write(wanted, progress)
            broken = await asyncio.to_thread(broken_links, read.articles)
        return Ingested(
            articles=len(read.articles),
            passages=synced,
            unreadable=read.unreadable,
            doubtful=read.doubtful,
            broken=broken,
            sources=dict(read.counts),
        )

    @property
    def generation(self) -> int:
        """It rises with every change of what is served."""
        return self._generation

    def served(self) -> list[Filed]:
        """All of it, for whomever."""
        return list(self._served.values())

    def articles(self, audience: str = "public") -> list[Filed]:
        """Those that are served to this audience, by title."""
        found = [each for each in self._served.values() if each.audience == audience]
        return sorted(found, key=lambda each: (each.title.casefold(), each.id))

    def passages(self) -> list[Passage]:
        return [passage for passages in self._passages.values() for passage in passages]

    async def _follow(self) -> None:
        async with self.database.transaction() as conn:
            if await manifest.generation(conn) == self._generation:
                return
            self._generation, filed = await manifest.served(conn)
            vectors = await manifest.passages(conn)
        self._served = {each.id: each for each in filed}
        self._vectors = _by_article(vectors)
        made = await asyncio.to_thread(lambda: {each.id: self._cut(each) for each in filed})
        old = self._passages
        self._passages = {name: old[name] if old.get(name) == new else new for name, new in made.items()}
        await self.search.show(self.passages())

    async def _write(self, wanted: Mapping[str, Filed], progress: Progress | None) -> Synced:
        """The vectors, then the manifest, then the search, then what is left over."""
        model, index, before = self.search.embedder.name, self.search.index, self._vectors
        passages = await asyncio.to_thread(self._passages_of, wanted)
        every = [passage for each in passages.values() for passage in each]
        vectors = {name: {each.id: key_of(each, model) for each in found} for name, found in passages.items()}
        there = await asyncio.to_thread(index.keys)
        await asyncio.to_thread(index.add, every, self.search.embedder, there, self._told(progress))
        self.fault("ingest:vectors")
        changed = [e for e in wanted.values() if e != self._served.get(e.id) or vectors[e.id] != before.get(e.id)]
        gone = before.keys() - wanted.keys()
        if changed or gone or self._generation < 1:
            filings = [
                Filing(article=each, passages=[(p, vectors[each.id][p.id]) for p in passages[each.id]])
                for each in changed
            ]
            async with self.database.transaction() as conn:
                number = await manifest.replace(conn, filings, gone, model, now=self.clock.now())
                self.fault("ingest:uncommitted")
            self.fault("ingest:committed")
            self._served, self._passages, self._vectors, self._generation = dict(wanted), passages, vectors, number
            await self.search.show(every)
        await asyncio.to_thread(index.drop, left_over(there, every, model))
        self.fault("ingest:dropped")
        return _synced(before, vectors)

    def _passages_of(self, wanted: Mapping[str, Filed]) -> dict[str, list[Passage]]:
        """Those of an article that is as it was are the same objects, so that the word index knows them again."""
        return {
            name: self._passages[name] if self._served.get(name) == each else self._cut(each)
            for name, each in wanted.items()
        }

    def _told(self, progress: Progress | None) -> Progress:
        def tell(done: int, total: int) -> None:
            self.fault("ingest:batch")
            if progress:
                progress(done, total)

        return tell

    def _filed(self, article: Article) -> Filed:
        about = {name: getattr(article, name) for name in Filed.TEXTS}
        told = json.dumps([*about.values(), article.updated.isoformat()], ensure_ascii=False)
        digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        return Filed(**about, updated=article.updated, hash=digest)

    def _cut(self, filed: Filed) -> list[Passage]:
        """Each with where it can be read: the article's own address, else the service's page."""
        about = {name: getattr(filed, name) for name in Filed.TEXTS}
        found = passages_of(Article(**about, updated=filed.updated))
        if filed.url or filed.audience != "public":
            return found
        page = f"{self.base}{PAGES}{quote(filed.id)}"
        return [replace(each, url=f"{page}#{quote(each.id.removeprefix(f'{filed.id}#'))}") for each in found]


def _by_article(vectors: Sequence[FiledPassage]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for each in vectors:
        found.setdefault(each.article_id, {})[each.id] = each.vector
    return found


def _synced(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> Synced:
    old, new = ({name: key for found in each.values() for name, key in found.items()} for each in (before, after))
    changed = sum(new[name] != old[name] for name in new.keys() & old.keys())
    count = len(new.keys() - old.keys())
    return Synced(new=count, changed=changed, removed=len(old.keys() - new.keys()), kept=len(new) - count - changed)


def ingested_json(done: Ingested) -> dict[str, Any]:
    """As it is told over HTTP and shown by the command line."""
    return {
        "articles": done.articles,
        "sources": dict(done.sources),
        "passages": asdict(done.passages),
        "unreadable": dict(done.unreadable),
        "doubtful": dict(done.doubtful),
        "broken_links": {file: list(links) for file, links in done.broken.items()},
    }
