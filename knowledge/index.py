"""The vectors of the passages, kept in Chroma: one collection per audience and language, embedded or on a server.

The only file that imports chromadb. Everything here blocks; `knowledge/search.py` calls it from a thread. Two processes
writing to one embedded folder lose vectors (observed with chromadb 1.5.9), so an embedded index owns its folder.
"""

import fcntl
import hashlib
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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

from knowledge.embedder import Embedder, Vectors
from knowledge.passages import Passage
from records.errors import NotReady

BATCH = 64
KNOWN = 262_144
"""Passages whose keys are remembered: an ingestion asks for each several times."""
LARGE = 4096
"""Vectors taken out at once; Chroma takes some 5,000."""
PREFIX = "passages-"
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


Progress = Callable[[int, int], None]
"""How many of how many passages are embedded; called from the thread that works."""


class Index:
    """Vectors by key, apart by shelf. Safe to share between threads; `close` gives the folder back.

    One of a kind per process: chromadb shares its connections between clients of the same server.
    """

    def __init__(self, client: Client, lock: IO[str] | None = None) -> None:
        self._client = client
        self._lock = lock
        self._writing = threading.Lock()
        self._collections: dict[str, chromadb.Collection] = {}

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

    def sync(self, passages: Sequence[Passage], embedder: Embedder, *, progress: Progress | None = None) -> Synced:
        """Makes the index hold exactly these passages. Only new and changed ones are embedded; a changed model changes
        all. What is new is there before what is old goes. Raises IndexUnavailable."""
        with self._writing:
            there = self.keys()
            written = self.add(passages, embedder, there, progress)
            stale = left_over(there, passages, embedder.name)
            self.drop(stale)
        gone = {passage_of(key) for keys in stale.values() for key in keys}
        changed = sum(passage.id in gone for passage in written)
        return Synced(
            new=len(written) - changed,
            changed=changed,
            removed=len(gone - {passage.id for passage in written}),
            kept=len(passages) - len(written),
        )

    def add(
        self,
        passages: Sequence[Passage],
        embedder: Embedder,
        there: Mapping[str, Collection[str]],
        progress: Progress | None = None,
    ) -> list[Passage]:
        """Writes the vectors that are not there, batch by batch, and says whose they were. What is there already stays as
        it is: a search for it goes on. Raises IndexUnavailable."""
        missing = [p for p in passages if key_of(p, embedder.name) not in there.get(shelf_of(p), ())]
        by_shelf: dict[str, list[Passage]] = {}
        for passage in missing:
            by_shelf.setdefault(shelf_of(passage), []).append(passage)
        written = 0
        for shelf, found in by_shelf.items():
            for start in range(0, len(found), BATCH):
                batch = found[start : start + BATCH]
                vectors = embedder.embed([passage.indexed() for passage in batch])
                with _Reaching():
                    self._collection(shelf).upsert(ids=[key_of(p, embedder.name) for p in batch], embeddings=vectors)
                written += len(batch)
                if progress:
                    progress(written, len(missing))
        return missing

    def drop(self, keys: Mapping[str, Collection[str]]) -> None:
        """Takes vectors out, by shelf. Raises IndexUnavailable."""
        with _Reaching():
            for shelf, gone in keys.items():
                ordered = sorted(gone)
                for start in range(0, len(ordered), LARGE):
                    self._collection(shelf).delete(ids=ordered[start : start + LARGE])

    def keys(self) -> dict[str, set[str]]:
        """What is there, by shelf. Raises IndexUnavailable."""
        with _Reaching():
            names = [each.name for each in self._client.list_collections() if each.name.startswith(PREFIX)]
            return {name.removeprefix(PREFIX): set(self._opened(name).get(include=[])["ids"]) for name in names}

    def query(self, vector: Vectors, shelf: str, *, limit: int, also: Collection[str] = ()) -> Mapping[str, float]:
        """Cosine by key: the nearest `limit` passages of one shelf, and those of `also` that are there.
        Raises IndexUnavailable."""
        with _Reaching():
            collection = self._collection(shelf)
            found = collection.query(query_embeddings=vector.tolist(), n_results=limit, include=["distances"])
            distances = (found["distances"] or [[]])[0]
            cosines = {name: 1.0 - distance for name, distance in zip(found["ids"][0], distances, strict=True)}
            missing = [name for name in also if name not in cosines]
            if missing:
                more = collection.get(ids=missing, include=["embeddings"])
                rows = np.asarray(more["embeddings"], np.float32).reshape(len(more["ids"]), len(vector))
                cosines |= {name: float(row @ vector) for name, row in zip(more["ids"], rows, strict=True)}
        return cosines

    def _collection(self, shelf: str) -> chromadb.Collection:
        return self._opened(PREFIX + shelf)

    def _opened(self, name: str) -> chromadb.Collection:
        if name not in self._collections:
            self._collections[name] = self._client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        return self._collections[name]


def shelf_of(passage: Passage) -> str:
    """A collection for each audience and language: `public-en`, `segment-partners-de`. What Chroma filters by within one
    costs with its size, and what may be read by few must not stand beside what all may read."""
    return f"{passage.audience.replace(':', '-')}-{passage.language}"


@lru_cache(maxsize=KNOWN)
def key_of(passage: Passage, model: str) -> str:
    """A vector's name: the passage, and a hash of what was embedded by which model. So what was written for an edit never
    takes the place of what is still served, and what is not named in PostgreSQL is nobody's."""
    told = hashlib.sha256(f"{model}\n{passage.indexed()}".encode("utf-8", "replace")).hexdigest()
    return f"{passage.id}@{told[:32]}"


def left_over(there: Mapping[str, set[str]], passages: Sequence[Passage], model: str) -> dict[str, set[str]]:
    """By shelf, the vectors that are none of these passages'."""
    wanted: dict[str, set[str]] = {}
    for passage in passages:
        wanted.setdefault(shelf_of(passage), set()).add(key_of(passage, model))
    return {shelf: keys - wanted.get(shelf, set()) for shelf, keys in there.items()}


def passage_of(key: str) -> str:
    """The id of the passage that the vector is of."""
    return key.rpartition("@")[0]


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
