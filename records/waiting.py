"""What waits for a person, as a list shows it: approvals, drafted replies, handoffs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from records import sql
from records.approvals import Approval, Kind, Status
from records.ids import ApprovalId, ConversationId, CustomerId, HandoffId, StaffId
from records.sql import Connection

After = tuple[datetime, str]
"""Behind which row a page begins: its time, and its id."""


@dataclass(frozen=True, kw_only=True)
class WaitingCard:
    """An approval or a draft. `amount` in minor units, None where no money moves; `customer` and `tier` as the card's
    records say, else empty."""

    id: ApprovalId
    conversation_id: ConversationId
    customer_id: CustomerId | None
    kind: Kind
    status: Status
    intent: str
    tool: str
    queue: str
    role: str
    people: int
    first_by: StaffId | None
    assigned_to: StaffId | None
    decided_by: str | None
    decided_at: datetime | None
    filed_at: datetime
    expires_at: datetime
    title: str
    amount: int | None
    currency: str
    customer: str
    tier: str


@dataclass(frozen=True, kw_only=True)
class WaitingHandoff:
    """A conversation that nobody has taken yet."""

    id: HandoffId
    conversation_id: ConversationId
    customer_id: CustomerId | None
    reason: str
    queue: str
    priority: str
    due_at: datetime
    created_at: datetime
    summary: str


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many of each wait; 100 stands for a hundred or more."""

    approvals: int
    drafts: int
    handoffs: int


@dataclass(frozen=True, kw_only=True)
class Precedent:
    """What somebody decided about another customer's request of the same kind. `message`: what they gave as the reason, or
    answered."""

    id: ApprovalId
    customer_id: CustomerId | None
    status: Status
    decided_by: str
    decided_at: datetime
    amount: int | None
    currency: str
    title: str
    message: str


async def cards(
    conn: Connection,
    kind: Kind,
    *,
    status: str,
    queue: str | None,
    visible: Collection[str] | None,
    mine: StaffId | None,
    search: str | None,
    after: After | None,
    limit: int,
) -> list[WaitingCard]:
    """Oldest first. `visible`: the queues that may be seen, None: all. `search`: words that a row must hold as they are."""
    at, last = after or (None, None)
    narrowed = {"status": status, "kind": kind, "queue": queue, "mine": mine, "search": _pattern(search)}
    bounds = {"visible": _sorted(visible), "after_at": at, "after_id": last, "limit": limit}
    return await sql.fetch_all(conn, WaitingCard, "waiting_cards", **narrowed, **bounds)


async def handoffs(
    conn: Connection,
    *,
    queue: str | None,
    visible: Collection[str] | None,
    search: str | None,
    after: After | None,
    limit: int,
) -> list[WaitingHandoff]:
    """The most urgent first."""
    at, last = after or (None, None)
    bounds = {"visible": _sorted(visible), "after_at": at, "after_id": last, "limit": limit}
    found = {"queue": queue, "search": _pattern(search)}
    return await sql.fetch_all(conn, WaitingHandoff, "waiting_handoffs", **found, **bounds)


async def counts(conn: Connection, *, visible: Collection[str] | None) -> Counts:
    found = await sql.fetch_one(conn, Counts, "how_much_waits", visible=_sorted(visible))
    return found or Counts(approvals=0, drafts=0, handoffs=0)


async def precedents(conn: Connection, card: Approval, *, visible: Collection[str] | None) -> list[Precedent]:
    """The latest five decisions about the same tool for the same kind of request, the newest first."""
    alike = {"tool": card.tool, "intent": card.intent, "kind": card.kind, "id": card.id}
    return await sql.fetch_all(conn, Precedent, "similar_decisions", **alike, visible=_sorted(visible))


async def version(conn: Connection) -> str:
    """A word that is another whenever the list may read otherwise."""
    found = await sql.fetch_row(conn, "waiting_version")
    return str(found["version"]) if found else ""


def _sorted(visible: Collection[str] | None) -> list[str] | None:
    return sorted(visible) if visible is not None else None


def _pattern(search: str | None) -> str | None:
    """For ILIKE, the words' own wildcards disarmed."""
    if not search:
        return None
    quoted = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{quoted}%"
