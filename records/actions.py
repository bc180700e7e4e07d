"""Actions as people look after them: what became of each, who found out, and what takes what back.

The rows are the ledger's (`records/ledger.py`); here stands how they are found, read and told apart afterwards.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from records import sql
from records.errors import Conflict
from records.ids import ConversationId, CustomerId, LedgerKey, RunId, StaffId
from records.ledger import Entry, Proposal, Status
from records.sql import Connection

Move = Literal["reserved", "done", "refused", "unknown", "looked", "undo_asked", "moved"]


class AlreadySettled(Conflict):
    """What became of this action has been recorded already."""

    slug = "already-settled"


class UnderWay(Conflict):
    """This action is being carried out right now; its outcome is recorded in a moment."""

    slug = "under-way"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A row of the list. `open`: nobody knows yet what became of it. `amount` is minor units."""

    key: LedgerKey
    tool: str
    customer_id: CustomerId
    conversation_id: ConversationId
    run_id: RunId
    amount: int
    currency: str
    status: Status
    undoes: LedgerKey | None
    undone_by: LedgerKey | None
    asked_by: StaffId | None
    reference: str | None
    reserved_at: datetime
    settled_at: datetime | None
    open: bool


@dataclass(frozen=True, kw_only=True)
class Event:
    """A row of an action's history. `actor`: agent, clock, or a staff id."""

    move: Move
    actor: str
    note: str
    data: dict[str, Any]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a page of the list ended."""

    open: bool
    at: datetime
    key: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An action that was done for a customer, or is about to be, and was not taken back."""

    tool: str
    arguments: dict[str, Any]
    status: Status


async def listing(
    conn: Connection,
    *,
    status: str | None,
    customer: str | None,
    tool: str | None,
    visible: Collection[str] | None = None,
    after: Position | None,
    limit: int,
) -> list[Listed]:
    """Open ones first, then the newest, after a position. `visible`: only of conversations that were in one of these
    queues; None: all."""
    place = {"after_open": after.open, "after_at": after.at, "after_key": after.key} if after else {}
    nowhere = {"after_open": None, "after_at": None, "after_key": None}
    wanted = {"status": status, "customer": customer, "tool": tool, "limit": limit}
    seen = sorted(visible) if visible is not None else None
    return await sql.fetch_all(conn, Listed, "list_actions", **wanted, visible=seen, **(nowhere | place))


async def note(
    conn: Connection,
    key: LedgerKey,
    move: Move,
    *,
    actor: str,
    now: datetime,
    words: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """Adds to an action's history."""
    await sql.execute(conn, "note_action", key=key, move=move, actor=actor, note=words, data=data or {}, now=now)


async def history(conn: Connection, key: LedgerKey) -> list[Event]:
    return await sql.fetch_all(conn, Event, "action_history", key=key)


async def undone_by(conn: Connection, key: LedgerKey) -> Entry | None:
    """The action that takes this one back, done or under way."""
    return await sql.fetch_one(conn, Entry, "undone_by", key=key)


async def undo_asked(conn: Connection, key: LedgerKey) -> RunId | None:
    """The run that is at it, or waits for a colleague's decision, to take this action back."""
    row = await sql.fetch_row(conn, "undo_asked", key=key)
    return RunId(row["id"]) if row else None


async def proposal_of(conn: Connection, entry: Entry) -> Proposal | None:
    """What was proposed when this was reserved."""
    return await sql.fetch_one(conn, Proposal, "proposal_of_action", id=entry.proposal_id)


async def overdue(
    conn: Connection, *, before: datetime, long_before: datetime, looked_before: datetime
) -> Sequence[Entry]:
    """Reserved before `before` (in threads that have no driver: `long_before`), without an outcome, and not looked at
    since `looked_before`."""
    since = {"before": before, "long_before": long_before, "looked_before": looked_before}
    return await sql.fetch_all(conn, Entry, "overdue_actions", **since)


async def looked_at(conn: Connection, key: LedgerKey, *, now: datetime) -> None:
    await sql.execute(conn, "looked_at", key=key, now=now)


async def hold_conversation(conn: Connection, conversation: ConversationId) -> bool:
    """Until the transaction ends nobody drives this conversation. False when somebody does."""
    row = await sql.fetch_row(conn, "try_conversation", conversation=conversation)
    return bool(row and row["free"])


async def standing(conn: Connection, customer: CustomerId) -> list[Standing]:
    """The newest 500 of this customer's, the newest first."""
    return await sql.fetch_all(conn, Standing, "standing_actions", customer=customer)


async def free_key(conn: Connection, key: LedgerKey) -> tuple[LedgerKey, bool]:
    """The key under which this is done next, and whether it was done before and taken back. An action that was undone
    may be done again, as another one: `…#2`, `…#3`."""
    row = await sql.fetch_row(conn, "times_undone", key=key)
    times = int(row["times"]) if row else 0
    return (LedgerKey(f"{key}#{times + 1}"), True) if times else (key, False)
