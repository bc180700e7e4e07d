"""The vectors of the passages, kept in Chroma: one collection per audience, embedded or on a server.

The only file that imports chromadb. Everything here blocks; `knowledge/search.py` calls it from a thread. Two processes
writing to one embedded folder lose vectors (observed with chromadb 1.5.9), so an embedded index owns its folder.
"""

import fcntl
import hashlib
import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import IO, Self, cast
from urllib.parse import urlsplit

import chromadb  # noqa: TID251 - the one file that talks to Chroma
import httpx
import numpy as np
from chromadb.api.client import AdminClient, Client  # noqa: TID251 - the one file that talks to Chroma
from chromadb.api.fastapi import FastAPI  # noqa: TID251 - the one file that talks to Chroma
from chromadb.config import Settings  # noqa: TID251 - the one file that talks to Chroma
from chromadb.errors import ChromaError  # noqa: TID251 - the one file that talks to Chroma

from knowledge.articles import AUDIENCES
from knowledge.embedder import Embedder, Vectors
from knowledge.passages import Passage
from records.errors import NotReady

BATCH = 64
LOCK_FILE = "owner.lock"
PATIENCE = 10.0
"""Seconds a Chroma server has to answer."""


class FolderInUse(NotReady):
    """The search index folder is in use by another process: stop it, or run a Chroma server and set CHROMA_URL."""

    slug = "index-folder-in-use"


class IndexUnavailable(NotReady):
    """The search index cannot be reached."""

    slug = "index-unavailable"


@dataclass(frozen=True, kw_only=True)
class Synced:
    """How many passages a sync found new, changed and gone, and how many as they were."""

    new: int
    changed: int
    removed: int
    kept: int

    def __add__(self, other: "Synced") -> "Synced":
        return Synced(
            new=self.new + other.new,
            changed=self.changed + other.changed,
            removed=self.removed + other.removed,
            kept=self.kept + other.kept,
        )


Progress = Callable[[int, int], None]
"""How many of how many passages are embedded; called from the thread that works."""


class Index:
    """Vectors by passage id, apart by audience. Safe to share between threads; `close` gives the folder back.

    One of a kind per process: chromadb shares its connections between clients of the same server.
    """

    def __init__(self, client: Client, lock: IO[str] | None = None) -> None:
        self._client = client
        self._lock = lock
        self._writing = threading.Lock()
        self._collections: dict[str, chromadb.Collection] = {name: self._collection(name) for name in AUDIENCES}

    @classmethod
    def open_embedded(cls, path: Path) -> Self:
        """Opens or creates the folder and owns it until `close`. Raises FolderInUse if it is owned already."""
        path.mkdir(parents=True, exist_ok=True)
        lock = _own(path)
        try:
            return cls(cast(Client, chromadb.PersistentClient(str(path), settings=_settings())), lock)
        except BaseException:
            lock.close()
            raise

    @classmethod
    def open_server(cls, url: str) -> Self:
        """Connects to `http(s)://host[:port]`. Raises IndexUnavailable if nothing answers there."""
        try:
            parts = urlsplit(url)
            secure = parts.scheme == "https"
            port = parts.port or (443 if secure else 8000)
            httpx.get(f"{parts.scheme}://{parts.hostname}:{port}/api/v2/heartbeat", timeout=PATIENCE).raise_for_status()
            client = cast(Client, chromadb.HttpClient(parts.hostname or "", port, ssl=secure, settings=_settings()))
            for session in _sessions(client):
                session.timeout = PATIENCE
            return cls(client)
        except (ValueError, ChromaError, httpx.HTTPError) as error:
            raise IndexUnavailable(f"No Chroma server answers at {url} (CHROMA_URL).") from error

    def close(self) -> None:
        """Once; the index is not used afterwards."""
        self._client.close()
        if self._lock is not None:
            self._lock.close()
            return
        for session in _sessions(self._client):
            session.close()

    def sync(
        self,
        passages: Sequence[Passage],
        embedder: Embedder,
        *,
        keep: Collection[str] = (),
        progress: Progress | None = None,
    ) -> Synced:
        """Makes the index hold exactly these passages, and what it has of the articles `keep`. Only new and changed ones
        are embedded; a changed model changes all. Raises IndexUnavailable."""
        with self._writing, _Reaching():
            plans = [self._plan(audience, passages, embedder, keep) for audience in AUDIENCES]
            total, written = sum(len(plan.write) for plan in plans), 0
            for plan in plans:
                for batch in _batches(plan.write):
                    self._write(plan.collection, batch, embedder)
                    written += len(batch)
                    if progress:
                        progress(written, total)
                for start in range(0, len(plan.vanished), BATCH):
                    plan.collection.delete(ids=plan.vanished[start : start + BATCH])
        return reduce(add, (plan.counts for plan in plans))

    def query(self, vector: Vectors, audience: str, *, limit: int, also: Collection[str] = ()) -> Mapping[str, float]:
        """Cosine by id: the nearest `limit` passages of one audience, and those of `also` that are there.
        Raises IndexUnavailable."""
        with _Reaching():
            collection = self._collections[audience]
            found = collection.query(query_embeddings=vector.tolist(), n_results=limit, include=["distances"])
            distances = (found["distances"] or [[]])[0]
            cosines = {name: 1.0 - distance for name, distance in zip(found["ids"][0], distances, strict=True)}
            missing = [name for name in also if name not in cosines]
            if missing:
                more = collection.get(ids=missing, include=["embeddings"])
                rows = np.asarray(more["embeddings"], np.float32).reshape(len(more["ids"]), -1)
                cosines |= {name: float(row @ vector) for name, row in zip(more["ids"], rows, strict=True)}
        return cosines

    def _collection(self, audience: str) -> chromadb.Collection:
        return self._client.get_or_create_collection(
            f"passages-{audience}", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def _plan(self, audience: str, passages: Sequence[Passage], embedder: Embedder, keep: Collection[str]) -> "_Plan":
        collection = self._collections[audience]
        wanted = [passage for passage in passages if passage.audience == audience]
        there = collection.get(include=["metadatas"])
        about = dict(zip(there["ids"], there["metadatas"] or [], strict=True))
        write = [p for p in wanted if p.id not in about or about[p.id]["hash"] != _hash(p, embedder.name)]
        gone = about.keys() - {passage.id for passage in wanted}
        vanished = sorted(name for name in gone if about[name]["article"] not in keep)
        changed = sum(passage.id in about for passage in write)
        counts = Synced(
            new=len(write) - changed,
            changed=changed,
            removed=len(vanished),
            kept=len(wanted) - len(write) + len(gone) - len(vanished),
        )
        return _Plan(collection=collection, write=write, vanished=vanished, counts=counts)

    def _write(self, collection: chromadb.Collection, batch: Sequence[Passage], embedder: Embedder) -> None:
        collection.upsert(
            ids=[passage.id for passage in batch],
            embeddings=embedder.embed([passage.indexed() for passage in batch]),
            documents=[passage.text for passage in batch],
            metadatas=[{"hash": _hash(p, embedder.name), "article": p.article, "title": p.title} for p in batch],
        )


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What a sync does to one audience."""

    collection: chromadb.Collection
    write: Sequence[Passage]
    vanished: list[str]
    counts: Synced


class _Reaching:
    """Says in one sentence that Chroma could not be reached, whatever its client raised."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ChromaError | httpx.HTTPError):
            raise IndexUnavailable from error


def _sessions(client: Client) -> tuple[httpx.Client, httpx.Client]:
    """chromadb waits for its server without end and closes no connection; its two sessions are the only handle."""
    return cast(FastAPI, client._server)._session, cast(
        FastAPI, cast(AdminClient, client._admin_client)._server
    )._session


def _own(path: Path) -> IO[str]:
    """The lock is the kernel's: it ends with the process, however that ends."""
    lock = (path / LOCK_FILE).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise FolderInUse(f"The search index folder {path} is in use: {_ADVICE}") from error
    return lock


_ADVICE = "stop the process that owns it, or run a Chroma server and set CHROMA_URL."


def _settings() -> Settings:
    return Settings(anonymized_telemetry=False)


def _hash(passage: Passage, model: str) -> str:
    return hashlib.sha256(json.dumps([model, asdict(passage)], sort_keys=True).encode()).hexdigest()


def _batches(passages: Sequence[Passage]) -> Iterator[Sequence[Passage]]:
    for start in range(0, len(passages), BATCH):
        yield passages[start : start + BATCH]
