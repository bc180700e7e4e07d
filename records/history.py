"""History: what Closeloop itself knows of a customer's earlier conversations."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from records import sql
from records.conversations import Status
from records.ids import ConversationId, CustomerId, RunId
from records.runs import Outcome, Run
from records.sql import Connection

LATELY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier conversation: what it was about, how its last run ended (None: it has not), what was done in it as
    `{tool, reference, amount, currency}`, amounts in minor units."""

    id: ConversationId
    status: Status
    opened_at: datetime
    updated_at: datetime
    outcome: Outcome | None
    intents: list[str]
    receipts: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A run lately, and the requests that it found."""

    run_id: RunId
    conversation_id: ConversationId
    requests: list[dict[str, Any]]
    outcome: Outcome | None
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Of the conversations in which the customer was answered at least once: how many, how many of them wait for the
    company, how many were opened in the last 30 days, and what became of the latest. Empty or None where there is none."""

    conversations: int
    open: int
    recent: int
    last_intent: str | None
    last_outcome: Outcome | None
    last_at: datetime | None
    last_receipt: str | None


async def earlier(conn: Connection, run: Run, *, since: datetime, limit: int = 5) -> list[Earlier]:
    """The customer's other conversations, newest first; none of a visitor's."""
    if run.customer_id is None:
        return []
    return await sql.fetch_all(
        conn,
        Earlier,
        "earlier_conversations",
        customer=run.customer_id,
        conversation=run.conversation_id,
        since=since,
        limit=limit,
    )


async def wanted(conn: Connection, run: Run, *, since: datetime) -> list[Wanted]:
    """What was asked for before this run, newest first; for a visitor in this conversation alone."""
    return await sql.fetch_all(
        conn,
        Wanted,
        "lately_wanted",
        customer=run.customer_id,
        conversation=run.conversation_id,
        run=run.id,
        since=since,
    )


async def passages_told(conn: Connection, run: Run, *, since: datetime) -> frozenset[str]:
    """The ids of the passages that the customer was quoted before this run."""
    rows = await sql.fetch_rows(
        conn, "passages_told", customer=run.customer_id, conversation=run.conversation_id, run=run.id, since=since
    )
    return frozenset(str(row["passage"]) for row in rows)


async def summary(conn: Connection, customer: CustomerId, *, now: datetime) -> Summary:
    found = await sql.fetch_one(conn, Summary, "customer_history", customer=customer, since=now - LATELY)
    if found is None:  # pragma: no cover - a count always has a row
        raise LookupError(customer)
    return found
