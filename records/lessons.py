"""Lessons: single things that people taught by what they did, redacted, each taken in once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from records import sql
from records.ids import ConversationId, CustomerId, RunId, SuggestionId
from records.sql import Connection

Kind = Literal["example", "article"]
Source = Literal["correction", "edit", "reply", "confirmed"]
SOURCES: tuple[str, ...] = ("raw_corrections", "raw_edits", "raw_replies", "raw_confirmed")
"""The statements that find what has not been taken in yet."""


@dataclass(frozen=True, kw_only=True)
class Raw:
    """What somebody did, as it stands in the records, not redacted. `said`: the customer's words; None: deleted since."""

    key: str
    kind: Kind
    source: Source
    conversation_id: ConversationId
    customer_id: CustomerId | None
    run_id: RunId | None
    said: str | None
    target: str
    answer: str
    before: str
    made_by: str
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The same, redacted. `question`: what was asked. `target`: the intent it was ("none"), or the article that told it
    wrong ("": none did). `answer`: what people wrote; `before`: what the agent would have said. `customer_id` None: a visitor.
    `suggestion_id` None: nothing was made of it yet."""

    key: str
    kind: Kind
    source: Source
    conversation_id: ConversationId
    customer_id: CustomerId | None
    run_id: RunId | None
    question: str
    target: str
    answer: str
    before: str
    made_by: str
    why: str
    at: datetime
    suggestion_id: SuggestionId | None


async def raw(conn: Connection, source: str, *, after: str, limit: int, **bounds: float) -> list[Raw]:
    """By key, after the last that was seen. `source`: one of SOURCES; `bounds`: what it asks for."""
    return await sql.fetch_all(conn, Raw, source, after=after, limit=limit, **bounds)


async def own_records(conn: Connection, conversation: ConversationId) -> list[Any]:
    """What cards and handoffs of the conversation show of the customer's records: lists of facts."""
    return [row["facts"] for row in await sql.fetch_rows(conn, "own_records", conversation=conversation)]


async def add(conn: Connection, found: Raw, *, question: str, answer: str, before: str, why: str) -> bool:
    """Takes it in with its words redacted; False when it was taken in before."""
    values = vars(found) | {"question": question, "answer": answer, "before": before, "why": why}
    return await sql.execute(conn, "add_lesson", **values) == 1


async def waiting(conn: Connection, kind: Kind, *, limit: int = 1000) -> list[Lesson]:
    """Those of which nothing was made yet, the oldest first."""
    return await sql.fetch_all(conn, Lesson, "waiting_lessons", kind=kind, limit=limit)


async def of_suggestion(conn: Connection, suggestion: SuggestionId) -> list[Lesson]:
    return await sql.fetch_all(conn, Lesson, "lessons_of_suggestion", suggestion=suggestion)


async def claim(conn: Connection, suggestion: SuggestionId, keys: Sequence[str]) -> bool:
    """Gives the lessons to a suggestion; False when another one has any of them by now."""
    return await sql.execute(conn, "claim_lessons", suggestion=suggestion, keys=list(keys)) == len(keys)
