"""The inbox as it is read: pages of cards, and the history of each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from records import sql
from records.approvals import Kind, Status
from records.ids import ApprovalId, ConversationId, CustomerId, RunId, StaffId
from records.sql import Connection


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
    asked_by: str
    edited_by: StaffId | None
    assigned_to: StaffId | None
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


async def listing(
    conn: Connection,
    *,
    status: str | None,
    queue: str | None,
    assigned_to: str | None = None,
    visible: Collection[str] | None = None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Listed]:
    """Oldest first, after a position. `visible`: the queues that may be seen; None: all."""
    at, last = after or (None, None)
    seen = sorted(visible) if visible is not None else None
    where: dict[str, Any] = {"status": status, "queue": queue, "assigned_to": assigned_to, "visible": seen}
    return await sql.fetch_all(conn, Listed, "list_approvals", **where, after_at=at, after_id=last, limit=limit)


async def names(conn: Connection, actors: Collection[str]) -> dict[str, str]:
    """The names of those of them who are members of staff, by id."""
    return {row["id"]: row["name"] for row in await sql.fetch_rows(conn, "staff_names", ids=sorted(actors))}


async def history(conn: Connection, approval: ApprovalId) -> list[Move]:
    return await sql.fetch_all(conn, Move, "approval_history", id=approval)
