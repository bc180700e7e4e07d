"""Articles that the team accepted from what was learned: a source of the help centre beside the company's folder.

A change here is searched from the next ingestion on (`knowledge/library.py`); whoever makes one asks for it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from records import sql
from records.ids import new_id
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class LearnedArticle:
    """`body`: Markdown, redacted and reviewed. `audience`: public, internal or segment:NAME. `withdrawn_at` None: live."""

    id: str
    title: str
    body: str
    audience: str
    language: str
    updated: date
    added_at: datetime
    withdrawn_at: datetime | None


async def add(
    conn: Connection, *, title: str, body: str, now: datetime, audience: str = "public", language: str = "en"
) -> str:
    """The id of the new article; it is live from the next ingestion on."""
    article = new_id("art")
    values = {"title": title, "body": body, "audience": audience, "language": language, "updated": now.date()}
    await sql.execute(conn, "add_learned_article", id=article, now=now, **values)
    return article


async def withdraw(conn: Connection, article: str, *, now: datetime) -> bool:
    """Whether it was live until now."""
    return bool(await sql.execute(conn, "withdraw_learned_article", id=article, now=now))


async def restore(conn: Connection, article: str) -> bool:
    """Makes a withdrawn article live again; whether it had been withdrawn."""
    return bool(await sql.execute(conn, "restore_learned_article", id=article))


async def delete(conn: Connection, article: str) -> bool:
    """Leaves nothing of it here; whether it was there."""
    return bool(await sql.execute(conn, "delete_learned_article", id=article))


async def live(conn: Connection) -> list[LearnedArticle]:
    """The oldest first."""
    return await sql.fetch_all(conn, LearnedArticle, "live_learned_articles")


async def every(conn: Connection) -> list[LearnedArticle]:
    """Withdrawn ones too, the oldest first."""
    return await sql.fetch_all(conn, LearnedArticle, "all_learned_articles")
