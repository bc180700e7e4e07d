"""Moves that leave a card pending, or change what it is about: edits, deadlines, who is to look, newer cards.

The states and who may reach them stand in `records/approvals.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from records import sql
from records.approvals import Approval, note, refusal
from records.ids import ApprovalId, ConversationId, LedgerKey, RunId, StaffId
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What a person made of a card: the whole arguments, their digest, the card as it now reads, and whose role it needs."""

    by: StaffId
    arguments: dict[str, Any]
    digest: str
    card: dict[str, Any]
    role: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a card goes; what is None stays as it is."""

    role: str | None = None
    queue: str | None = None
    person: str | None = None


async def edit(conn: Connection, seen: Approval, made: Edit, decision: dict[str, Any], *, now: datetime) -> Approval:
    """Decides by an edit that needs nobody else. Raises AlreadyDecided, StaleCard."""
    moved = await sql.fetch_one(conn, Approval, "decide_edit", **_bound(seen, made), decision=decision, now=now)
    if moved is None:
        raise await refusal(conn, seen)
    told = {"digest": moved.digest, "policy_version": moved.policy_version}
    await note(conn, seen.id, "edited", made.by, told, now)
    return moved


async def propose_edit(conn: Connection, seen: Approval, made: Edit, *, now: datetime) -> Approval:
    """The editor is the first of the two people who must approve. Raises AlreadyDecided, StaleCard."""
    moved = await sql.fetch_one(conn, Approval, "propose_edit", **_bound(seen, made))
    if moved is None:
        raise await refusal(conn, seen)
    await note(conn, seen.id, "edit_proposed", made.by, {"digest": moved.digest}, now)
    return moved


def _bound(seen: Approval, made: Edit) -> dict[str, Any]:
    edited = {"by": made.by, "arguments": made.arguments, "card": made.card, "role": made.role, "edited": made.digest}
    return {"id": seen.id, "digest": seen.digest, **edited}


async def hold(conn: Connection, card: Approval, *, now: datetime) -> Approval | None:
    """A new deadline, as long as the first; None when it is not due, or not pending, any more."""
    moved = await sql.fetch_one(conn, Approval, "hold_approval", id=card.id, now=now)
    if moved is not None:
        await note(conn, card.id, "held", "clock", _due(card), now)
    return moved


async def pass_on(conn: Connection, card: Approval, role: str, *, now: datetime) -> Approval | None:
    """To another role, with a new deadline; None when it is not due, or not pending, any more."""
    moved = await sql.fetch_one(conn, Approval, "pass_on_approval", id=card.id, role=role, now=now)
    if moved is not None:
        await note(conn, card.id, "passed_on", "clock", _due(card) | {"from": card.role, "to": role}, now)
    return moved


def _due(card: Approval) -> dict[str, Any]:
    return {"was_due": card.expires_at.isoformat()}


async def reassign(conn: Connection, card: Approval, to: Place, by: StaffId, *, now: datetime) -> Approval:
    """Raises AlreadyDecided."""
    moved = await sql.fetch_one(conn, Approval, "reassign_approval", id=card.id, **vars(to))
    if moved is None:
        raise await refusal(conn, card)
    await note(conn, card.id, "reassigned", by, {name: value for name, value in vars(to).items() if value}, now)
    return moved


async def supersede(
    conn: Connection,
    key: LedgerKey,
    *,
    run: RunId,
    by: ApprovalId | LedgerKey,
    conversation: ConversationId | None = None,
    now: datetime,
) -> list[Approval]:
    """Ends the cards that other runs filed for the same action; `by`: what stands in their place. With `conversation`,
    only those filed there."""
    moved = await sql.fetch_all(
        conn, Approval, "supersede_approvals", key=key, run=run, successor=by, conversation=conversation, now=now
    )
    for card in moved:
        await note(conn, card.id, "superseded", "agent", {"by": by}, now)
    return moved
