"""Approvals: proposals and drafted replies that wait for a person.

| from    | to         | by                                   | function        |
|---------|------------|--------------------------------------|-----------------|
| (none)  | pending    | request_approval, once per digest    | file            |
| pending | pending    | the first of two people              | decide          |
| pending | approved   | a staff principal who may            | decide          |
| pending | edited     | a staff principal who may            | decide          |
| pending | rejected   | a staff principal who may            | decide          |
| pending | answered   | a staff principal who may            | decide          |
| pending | withdrawn  | the customer, through the agent      | close           |
| pending | expired    | the clock                            | close           |
| pending | superseded | a newer state of affairs             | close           |

Each move is one `UPDATE … WHERE status = 'pending' RETURNING`, with its event row in the same transaction. Whoever finds
no row to move is told who was first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from records import sql
from records.errors import AlreadyDecided, NotFound
from records.ids import ApprovalId, ConversationId, CustomerId, LedgerKey, RunId, StaffId
from records.sql import Connection

Decided = Literal["approved", "edited", "rejected", "answered"]
Closed = Literal["withdrawn", "expired", "superseded"]
Status = Literal["pending", "approved", "edited", "rejected", "answered", "withdrawn", "expired", "superseded"]
Kind = Literal["action", "reply"]


@dataclass(frozen=True, kw_only=True)
class Approval:
    """`digest` binds the decision to what was shown; `key` is the business identity of the action. `card` is what the
    approver sees. `decision`: what was answered, `{type, args?, message?}`."""

    id: ApprovalId
    run_id: RunId
    conversation_id: ConversationId
    customer_id: CustomerId | None
    kind: Kind
    status: Status
    digest: str
    generation: int
    key: LedgerKey
    intent: str
    tool: str
    arguments: dict[str, Any]
    card: dict[str, Any]
    queue: str
    role: str
    people: int
    then_do: str
    policy_version: str
    interrupt_id: str | None
    first_by: StaffId | None
    decided_by: str | None
    decided_at: datetime | None
    decision: dict[str, Any] | None
    filed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A row of the inbox."""

    id: ApprovalId
    run_id: RunId
    conversation_id: ConversationId
    customer_id: CustomerId | None
    kind: Kind
    status: Status
    intent: str
    tool: str
    arguments: dict[str, Any]
    queue: str
    role: str
    people: int
    first_by: StaffId | None
    decided_by: str | None
    decided_at: datetime | None
    filed_at: datetime
    expires_at: datetime
    title: str | None


@dataclass(frozen=True, kw_only=True)
class Move:
    """A row of an approval's history."""

    move: str
    actor: str
    data: dict[str, Any]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Card:
    """A new approval, as it is filed."""

    id: ApprovalId
    run: RunId
    conversation: ConversationId
    customer: CustomerId | None
    kind: Kind
    digest: str
    key: LedgerKey
    intent: str
    tool: str
    arguments: dict[str, Any]
    card: dict[str, Any]
    queue: str
    role: str
    people: int
    then_do: str
    policy_version: str
    expires: datetime


async def file(conn: Connection, card: Card, *, now: datetime) -> Approval | None:
    """Files a card. None when a pending card of this run and digest, or of this business key, is there already."""
    row = await sql.fetch_row(conn, "approval_generation", run=card.run, digest=card.digest)
    generation = int(row["generation"]) + 1 if row else 1
    added = await sql.execute(conn, "file_approval", **vars(card), generation=generation, now=now)
    if not added:
        return None
    await _note(conn, card.id, "filed", "agent", {"policy_version": card.policy_version}, now)
    return await get(conn, card.id)


async def get(conn: Connection, approval: ApprovalId) -> Approval:
    """Raises NotFound."""
    found = await sql.fetch_one(conn, Approval, "approval", id=approval)
    if found is None:
        raise NotFound
    return found


async def newest_of_run(conn: Connection, run: RunId) -> Approval | None:
    return await sql.fetch_one(conn, Approval, "newest_approval_of_run", run=run)


async def open_by_key(conn: Connection, key: LedgerKey) -> Approval | None:
    """The pending card for the same action, whichever conversation asked for it."""
    return await sql.fetch_one(conn, Approval, "open_approval_by_key", key=key)


async def open_of_conversation(conn: Connection, conversation: ConversationId) -> list[Approval]:
    return await sql.fetch_all(conn, Approval, "open_approvals_of_conversation", conversation=conversation)


async def open_within_reach(conn: Connection, conversation: ConversationId) -> list[Approval]:
    """The open cards of this conversation, and those of the customer's that what was written here was joined to."""
    return await sql.fetch_all(conn, Approval, "open_approvals_within_reach", conversation=conversation)


async def decided_for(conn: Connection, run: RunId, digest: str) -> Approval | None:
    """The decided approval that covers exactly this proposal of this run."""
    return await sql.fetch_one(conn, Approval, "decided_for_digest", run=run, digest=digest)


async def listing(
    conn: Connection,
    *,
    status: str | None,
    queue: str | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Listed]:
    """Oldest first, after a position."""
    at, last = after or (None, None)
    return await sql.fetch_all(
        conn, Listed, "list_approvals", status=status, queue=queue, after_at=at, after_id=last, limit=limit
    )


async def decide(
    conn: Connection, approval: ApprovalId, status: Decided, by: StaffId, decision: dict[str, Any], *, now: datetime
) -> Approval:
    """Records a decision, once. Where two people must approve, the first approval leaves the card pending.
    Raises AlreadyDecided with who, what and when. Whether `by` may decide is the caller's to check."""
    if status == "approved" and await sql.execute(conn, "first_of_two", id=approval, by=by):
        await _note(conn, approval, "first_approval", by, {}, now)
        return await get(conn, approval)
    moved = await sql.fetch_one(
        conn, Approval, "decide_approval", id=approval, status=status, by=by, decision=decision, now=now
    )
    if moved is None:
        raise _too_late(await get(conn, approval))
    await _note(conn, approval, status, by, {"digest": moved.digest, "policy_version": moved.policy_version}, now)
    return moved


async def close(conn: Connection, approval: ApprovalId, status: Closed, by: str, *, now: datetime) -> Approval | None:
    """Ends a pending card without a decision; None when it is no longer pending."""
    moved = await sql.fetch_one(conn, Approval, "close_approval", id=approval, status=status, by=by, now=now)
    if moved is not None:
        await _note(conn, approval, status, by, {}, now)
    return moved


async def rebind(conn: Connection, approval: ApprovalId, digest: str, arguments: dict[str, Any]) -> None:
    """After an edit: what was approved is the edited proposal."""
    await sql.execute(conn, "rebind_edited", id=approval, digest=digest, arguments=arguments)


async def note_interrupt(conn: Connection, run: RunId, interrupt: str) -> None:
    await sql.execute(conn, "note_interrupt", run=run, interrupt=interrupt)


async def expired(conn: Connection, *, now: datetime) -> list[ApprovalId]:
    return [row["id"] for row in await sql.fetch_rows(conn, "expired_approvals", now=now)]


async def history(conn: Connection, approval: ApprovalId) -> list[Move]:
    return await sql.fetch_all(conn, Move, "approval_history", id=approval)


async def _note(
    conn: Connection, approval: ApprovalId, move: str, actor: str, data: dict[str, Any], now: datetime
) -> None:
    await sql.execute(conn, "add_approval_event", id=approval, move=move, actor=actor, data=data, now=now)


def _too_late(found: Approval) -> AlreadyDecided:
    if found.status == "pending":
        return AlreadyDecided("You approved this already; another person must approve it too.", first_by=found.first_by)
    return AlreadyDecided(
        f"{found.decided_by} decided this first: {found.status}.",
        decided_by=found.decided_by,
        decision=found.status,
        decided_at=found.decided_at.isoformat() if found.decided_at else None,
    )
