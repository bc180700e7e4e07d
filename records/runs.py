"""Runs: one pass of the graph each. The run's row, not the graph's state, says whose run it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb

from records import sql
from records.errors import NotFound
from records.ids import ConversationId, CustomerId, RunId, StaffId, new_id
from records.sql import Connection

Outcome = Literal["answered", "acted", "asked_customer", "awaiting_approval", "handed_over", "declined", "joined"]
Status = Literal["running", "paused", "finished"]
Kind = Literal["message", "event"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """`id` is the LangGraph thread id. `requests`: what classify found, with probabilities; policy reads them here.
    `customer_id` is the conversation's, which came from a signed token; None for a visitor. `assignee`: the person who
    has the conversation now, if any. `kind` event: it began with `given` instead of with a message (graph/begun.py),
    `asked_by` a member of staff, if not by code. `reopened_from`: the run that could not go on, whose work this one took
    over; `reopen`: why another is to take over from this one, "" when none is."""

    id: RunId
    conversation_id: ConversationId
    customer_id: CustomerId | None
    assignee: StaffId | None
    status: Status
    outcome: Outcome | None
    attempts: int
    requests: list[dict[str, Any]]
    policy_version: str
    cancelled: bool
    error: str | None
    started_at: datetime
    finished_at: datetime | None
    kind: Kind = "message"
    given: dict[str, Any] = field(default_factory=dict)
    asked_by: StaffId | None = None
    reopened_from: RunId | None = None
    reopen: str = ""


async def start(conn: Connection, run: RunId, conversation: ConversationId, *, now: datetime) -> None:
    """Makes the run and gives it every unanswered message of the conversation. A repeat changes nothing."""
    if await sql.execute(conn, "add_run", id=run, conversation=conversation, now=now):
        await sql.execute(conn, "take_up_messages", run=run, conversation=conversation)


async def start_event(
    conn: Connection,
    conversation: ConversationId,
    given: dict[str, Any],
    *,
    requests: Sequence[Any] = (),
    asked_by: StaffId | None = None,
    now: datetime,
) -> RunId:
    """A run over something that happened; it takes up no message. The caller wakes the conversation."""
    run, kept = RunId(new_id("run")), Jsonb(list(requests))
    values = {"given": given, "requests": kept, "asked_by": asked_by, "now": now}
    await sql.execute(conn, "add_event_run", id=run, conversation=conversation, **values)
    return run


async def find(conn: Connection, run: RunId) -> Run | None:
    return await sql.fetch_one(conn, Run, "run", id=run)


async def get(conn: Connection, run: RunId) -> Run:
    """Raises NotFound."""
    found = await find(conn, run)
    if found is None:
        raise NotFound
    return found


async def due(conn: Connection, conversation: ConversationId) -> list[Run]:
    """Runs to take up now, oldest first: cut short, or paused on something that has been decided."""
    return await sql.fetch_all(conn, Run, "due_runs", conversation=conversation)


async def has_unanswered(conn: Connection, conversation: ConversationId) -> bool:
    """Whether a new run has something to do: a message, or a request left open on the agenda."""
    row = await sql.fetch_row(conn, "has_unanswered", id=conversation)
    return bool(row and row["unanswered"])


async def earlier_contacts(conn: Connection, run: Run, intent: str, *, since: datetime) -> int:
    """In how many other conversations this customer came with the same intent; 0 for a visitor."""
    row = await sql.fetch_row(
        conn, "earlier_contacts", customer=run.customer_id, conversation=run.conversation_id, intent=intent, since=since
    )
    return int(row["contacts"]) if row else 0


async def start_attempt(conn: Connection, run: RunId) -> int:
    """Counts one more try; returns how many there were with it."""
    row = await sql.fetch_row(conn, "start_attempt", id=run)
    return int(row["attempts"]) if row else 0


async def classified(conn: Connection, run: RunId, requests: Sequence[Any], policy_version: str) -> None:
    await sql.execute(conn, "classified", id=run, requests=Jsonb(list(requests)), policy_version=policy_version)


async def pause(conn: Connection, run: RunId) -> None:
    await sql.execute(conn, "pause_run", id=run)


async def finish(
    conn: Connection, run: RunId, outcome: Outcome | None, *, now: datetime, error: str | None = None
) -> bool:
    """False when it was finished already."""
    return await sql.execute(conn, "finish_run", id=run, outcome=outcome, error=error, now=now) == 1


async def cancel(conn: Connection, run: RunId) -> bool:
    """Asks the driver to stop the run; False when there is nothing left to stop."""
    return await sql.execute(conn, "cancel_run", id=run) == 1


async def neglected(conn: Connection) -> list[ConversationId]:
    """Conversations that are owed work though no job knows of it."""
    return [row["conversation_id"] for row in await sql.fetch_rows(conn, "neglected_conversations")]


async def orphaned_jobs(conn: Connection, *, grace: float) -> list[int]:
    """Drive jobs whose worker is gone: started `grace` seconds ago or more, and nobody holds their conversation."""
    return [row["id"] for row in await sql.fetch_rows(conn, "orphaned_jobs", grace=grace)]


async def reopen(conn: Connection, run: RunId, conversation: ConversationId) -> None:
    """A further message on the same LangGraph thread: the run takes up what is unanswered."""
    await sql.execute(conn, "reopen_run", id=run)
    await sql.execute(conn, "take_up_messages", run=run, conversation=conversation)
