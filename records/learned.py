"""What is live of what people taught: accepted examples, and in whose place accepted articles stand (the articles
themselves: records/learned_articles.py)."""

from dataclasses import dataclass

from records import sql
from records.ids import ConversationId, SuggestionId
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of which people know the right answer. `right`: the intent ("none"), or the article."""

    id: str
    text: str
    right: str


async def teach(
    conn: Connection, suggestion: SuggestionId, conversation: ConversationId, *, intent: str, text: str
) -> None:
    """Live from now on; a repeat changes nothing."""
    values = {"suggestion": suggestion, "conversation": conversation, "intent": intent, "text": text}
    await sql.execute(conn, "add_learned_example", **values)


async def unteach(conn: Connection, suggestion: SuggestionId) -> int:
    """How many examples were taken back."""
    return await sql.execute(conn, "drop_learned_examples", suggestion=suggestion)


async def questions_with_intent(conn: Connection, *, limit: int) -> list[Question]:
    """Those whose intent people confirmed, the newest first."""
    rows = await sql.fetch_rows(conn, "questions_with_intent", limit=limit)
    return [Question(id=row["id"], text=row["text"], right=row["intent"]) for row in rows]


async def questions_with_article(conn: Connection, *, limit: int) -> list[Question]:
    """Those that an article answered, as their customer confirmed, the newest first."""
    rows = await sql.fetch_rows(conn, "questions_with_article", limit=limit)
    return [Question(id=row["id"], text=row["text"], right=row["article"]) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Instead:
    """A live learned article that stands in place of another. `base`: sha256 of the other's body, as it was then."""

    id: str
    replaces: str
    base: str


async def put_in_place(conn: Connection, article: str, *, replaces: str, base: str) -> None:
    await sql.execute(conn, "put_in_place", article=article, replaces=replaces, base=base)


async def in_place(conn: Connection) -> list[Instead]:
    return await sql.fetch_all(conn, Instead, "in_place")
