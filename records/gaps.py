"""What is asked and not answered, what is cited and does not help, and why the agent hands over: counted from questions."""

from dataclasses import dataclass
from datetime import datetime

from records import sql
from records.ids import ConversationId, CustomerId
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Unanswered:
    """A question that no article carried, redacted. `customer_id` None: a visitor. `support`: None where no article was
    looked for. `minutes`: until a person answered; None: nobody has."""

    text: str
    conversation_id: ConversationId
    customer_id: CustomerId | None
    intent: str
    support: float | None
    handed_over: bool
    minutes: float | None
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Cited:
    """An article that was cited: how often, by how many customers, and what came after. `corrected`: how often people
    changed what was taken from it."""

    article: str
    cited: int
    customers: int
    not_solved: int
    reopened: int
    rated_low: int
    corrected: int
    conversations: list[str]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why conversations were handed over, by intent ("": none was understood). `lately`: since the middle of the window;
    `waited`: minutes until a person answered, the mean of those that were."""

    reason: str
    intent: str
    handoffs: int
    lately: int
    customers: int
    waited: float | None
    conversations: list[str]


@dataclass(frozen=True, kw_only=True)
class Week:
    """How runs over messages ended."""

    outcome: str
    runs: int
    conversations: int


async def unanswered(conn: Connection, *, since: datetime, least: float, limit: int) -> list[Unanswered]:
    """The newest first. `least`: the support below which an article carries no answer."""
    return await sql.fetch_all(conn, Unanswered, "unanswered_questions", since=since, least=least, limit=limit)


async def cited(conn: Connection, *, since: datetime) -> list[Cited]:
    """The most cited first."""
    return await sql.fetch_all(conn, Cited, "cited_articles", since=since)


async def reasons(conn: Connection, *, since: datetime, middle: datetime) -> list[Reason]:
    """The most frequent first."""
    return await sql.fetch_all(conn, Reason, "handoff_reasons", since=since, middle=middle)


async def outcomes(conn: Connection, *, since: datetime) -> list[Week]:
    return await sql.fetch_all(conn, Week, "outcomes_since", since=since)


async def resolved(conn: Connection, *, since: datetime) -> tuple[int, int]:
    """Conversations with a question since then: those that their customer calls resolved, and all."""
    row = await sql.fetch_row(conn, "resolved_since", since=since)
    return (int(row["resolved"]), int(row["conversations"])) if row else (0, 0)
