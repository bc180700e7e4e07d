"""What the search holds, article by article: the truth that the index of vectors is derived from."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import ClassVar, Protocol

from records import sql
from records.database import Database
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Filed:
    """An article as it is served. `hash`: of all the rest."""

    TEXTS: ClassVar = ("id", "source", "file", "title", "audience", "language", "product", "plan", "url", "body")

    id: str
    source: str
    file: str
    title: str
    audience: str
    language: str
    product: str
    plan: str
    url: str
    body: str
    updated: date
    hash: str


class Cut(Protocol):
    """A passage, as far as it is filed."""

    @property
    def id(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class FiledPassage:
    """`vector`: its key in the index."""

    id: str
    article_id: str
    vector: str


@dataclass(frozen=True, kw_only=True)
class Filing:
    """An article with its passages in order, each with its vector's key; never none."""

    article: Filed
    passages: Sequence[tuple[Cut, str]]


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[None]:
    """One at a time among all processes; the lock is the session's, so that it ends with the process."""
    conn = await database.standalone()
    try:
        await sql.execute(conn, "lock_manifest")
        yield
    finally:
        await conn.close()


async def generation(conn: Connection) -> int:
    """How often what is served has changed; 0 before the first time."""
    row = await sql.fetch_row(conn, "manifest_generation")
    return int(row["generation"]) if row else 0


async def model(conn: Connection) -> str:
    """Whose vectors are served; empty before the first time."""
    row = await sql.fetch_row(conn, "manifest_generation")
    return str(row["model"]) if row else ""


async def served(conn: Connection) -> tuple[int, list[Filed]]:
    """The generation, and its articles by source and file."""
    return await generation(conn), await sql.fetch_all(conn, Filed, "manifest_articles")


async def passages(conn: Connection) -> list[FiledPassage]:
    return await sql.fetch_all(conn, FiledPassage, "manifest_passages")


async def replace(
    conn: Connection, filings: Sequence[Filing], gone: Collection[str], model: str, *, now: datetime
) -> int:
    """Makes these articles, and no longer those that are gone, what is served, in the caller's transaction; the new
    generation."""
    row = await sql.fetch_row(conn, "raise_manifest", model=model, now=now)
    number = int(row["generation"]) if row else 0
    away = [*gone, *(each.article.id for each in filings)]
    await sql.execute(conn, "remove_filed", articles=away)
    for each in filings:
        await sql.execute(conn, "file_article", generation=number, **asdict(each.article))
        columns = zip(*((p.id, p.heading, p.text, vector) for p, vector in each.passages), strict=True)
        ids, headings, texts, vectors = (list(column) for column in columns)
        values = {"ids": ids, "headings": headings, "texts": texts, "vectors": vectors}
        await sql.execute(conn, "file_passages", article=each.article.id, generation=number, **values)
    return number
