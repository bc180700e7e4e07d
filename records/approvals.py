"""Approvals: proposals and drafted replies that wait for a person.

| from    | to         | by                                   | function                  |
|---------|------------|--------------------------------------|---------------------------|
| (none)  | pending    | request_approval, once per digest    | file                      |
| pending | pending    | the first of two people              | decide                    |
| pending | pending    | an edit that a second must approve   | moves.propose_edit        |
| pending | pending    | staff give it to others              | moves.reassign            |
| pending | pending    | the clock: a new deadline            | moves.hold, moves.pass_on |
| pending | approved   | a staff principal who may            | decide                    |
| pending | edited     | a staff principal who may            | moves.edit, decide        |
| pending | rejected   | a staff principal who may            | decide                    |
| pending | answered   | a staff principal who may            | decide                    |
| pending | withdrawn  | the side that asked                  | close                     |
| pending | expired    | the clock                            | close                     |
| pending | superseded | a newer card, or the deed itself     | moves.supersede, close    |

Each move is one `UPDATE … WHERE status = 'pending' RETURNING`, with its event row in the same transaction. Whoever finds
no row to move is told who was first. `moves` is `records/approval_moves.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from records import sql
from records.errors import AlreadyDecided, Conflict, NotFound, StaleCard
from records.ids import ApprovalId, ConversationId, CustomerId, LedgerKey, RunId, StaffId
from records.sql import Connection

Decided = Literal["approved", "edited", "rejected", "answered"]
Closed = Literal["withdrawn", "expired", "superseded"]
Status = Literal["pending", "approved", "edited", "rejected", "answered", "withdrawn", "expired", "superseded"]
Kind = Literal["action", "reply"]


@dataclass(frozen=True, kw_only=True)
class Approval:
    """`digest` binds the decision to the action, `proposed` is what it was before an edit; `key` is the business identity
    of the action; `request` names what of the run it serves. `card` is what the approver sees. `asked_by`: the agent, or a
    staff id. `edited_by`: whose arguments these are, if not the agent's. `term`: how long a deadline is. `decision`: what
    was answered, `{type, args?, message?}`."""

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
    request: str
    asked_by: str
    proposed: str
    edited_by: StaffId | None
    assigned_to: StaffId | None
    superseded_by: str | None
    term: timedelta


@dataclass(frozen=True, kw_only=True)
class Card:
    """A new approval, as it is filed. `asked_by`: who wants it, and so cannot decide it: the agent, or a staff id."""

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
    request: str = ""
    asked_by: str = "agent"


async def file(conn: Connection, card: Card, *, now: datetime) -> Approval | None:
    """Files a card. None when a pending card of this run and digest, or of this business key, is there already."""
    row = await sql.fetch_row(conn, "approval_generation", run=card.run, digest=card.digest)
    generation = int(row["generation"]) + 1 if row else 1
    added = await sql.execute(conn, "file_approval", **vars(card), generation=generation, now=now)
    if not added:
        return None
    await note(conn, card.id, "filed", card.asked_by, {"policy_version": card.policy_version}, now)
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


async def decide(
    conn: Connection, seen: Approval, status: Decided, by: StaffId, decision: dict[str, Any], *, now: datetime
) -> Approval:
    """Records a decision about the card as it was `seen`, once. Where two people must approve, the first approval leaves
    it pending. Raises AlreadyDecided with who, what and when; StaleCard when it was edited meanwhile. Whether `by` may
    decide is the caller's to check."""
    about = {"id": seen.id, "digest": seen.digest, "by": by}
    if status == "approved" and await sql.execute(conn, "first_of_two", **about):
        await note(conn, seen.id, "first_approval", by, {}, now)
        return await get(conn, seen.id)
    moved = await sql.fetch_one(conn, Approval, "decide_approval", **about, status=status, decision=decision, now=now)
    if moved is None:
        raise await refusal(conn, seen)
    await note(conn, seen.id, moved.status, by, {"digest": moved.digest, "policy_version": moved.policy_version}, now)
    return moved


async def close(conn: Connection, approval: ApprovalId, status: Closed, by: str, *, now: datetime) -> Approval | None:
    """Ends a pending card without a decision; None when it is no longer pending."""
    moved = await sql.fetch_one(conn, Approval, "close_approval", id=approval, status=status, by=by, now=now)
    if moved is not None:
        was_due = {"was_due": moved.expires_at.isoformat()} if status == "expired" else {}
        await note(conn, approval, status, by, was_due, now)
    return moved


async def note_interrupt(conn: Connection, run: RunId, interrupt: str) -> None:
    await sql.execute(conn, "note_interrupt", run=run, interrupt=interrupt)


async def expired(conn: Connection, *, now: datetime) -> list[ApprovalId]:
    return [row["id"] for row in await sql.fetch_rows(conn, "expired_approvals", now=now)]


async def note(
    conn: Connection, approval: ApprovalId, move: str, actor: str, data: dict[str, Any], now: datetime
) -> None:
    """Writes a move into the card's history."""
    await sql.execute(conn, "add_approval_event", id=approval, move=move, actor=actor, data=data, now=now)


async def refusal(conn: Connection, seen: Approval) -> Conflict:
    """Why a decision about the card as it was `seen` cannot be taken: who decided what and when, or what has changed."""
    found = await get(conn, seen.id)
    if found.status != "pending":
        return await _too_late(conn, found)
    if found.digest == seen.digest:
        return AlreadyDecided("You approved this already; another person must approve it too.", first_by=found.first_by)
    edited = found.card.get("edited", {})
    who = await _name_of(conn, str(found.edited_by))
    return StaleCard(
        f"{who} changed this card after you opened it. Look at it again before you decide.",
        changed_by=found.edited_by,
        changed_by_name=who,
        changed_at=edited.get("at"),
        changes=edited.get("changes", {}),
    )


async def _too_late(conn: Connection, found: Approval) -> AlreadyDecided:
    who, at = await _name_of(conn, str(found.decided_by)), found.decided_at
    when = f" on {at:%d %b %Y at %H:%M:%S} UTC" if at else ""
    newer = await sql.fetch_row(conn, "next_generation", run=found.run_id, id=found.id)
    facts: dict[str, Any] = {"superseded_by": found.superseded_by} if found.superseded_by else {}
    if newer is not None:
        facts |= {"reopened_as": newer["id"], "changed": newer["changed"]}
    return AlreadyDecided(
        f"{who} decided this first: {found.status}{when}.",
        decided_by=found.decided_by,
        decided_by_name=who,
        decision=found.status,
        decided_at=at.isoformat() if at else None,
        **facts,
    )


async def _name_of(conn: Connection, actor: str) -> str:
    """A person's name; of the clock, the agent or the customer, just that."""
    row = await sql.fetch_row(conn, "staff_name", id=actor)
    return (
        str(row["name"])
        if row
        else {"clock": "The clock", "agent": "The agent", "customer": "The customer"}.get(actor, actor)
    )
