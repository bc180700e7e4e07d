"""The ledger: proposals as policy judged them, and one row per action by business identity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb

from records import sql
from records.ids import ApprovalId, ConversationId, CustomerId, LedgerKey, ProposalId, RunId, StaffId, new_id
from records.sql import Connection

Status = Literal["reserved", "done", "refused", "unknown"]
Direction = Literal["out", "in"]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A proposal and the verdict it got. `digest` covers tool, arguments and customer."""

    id: ProposalId
    run_id: RunId
    digest: str
    key: LedgerKey
    intent: str
    tool: str
    arguments: dict[str, Any]
    reason: str
    evidence: list[str]
    confidence: float
    verdict: Literal["allow", "needs_approval", "deny"]
    clauses: list[dict[str, Any]]
    policy_version: str
    checked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An action. `amount` is minor units that move, out of the company or in; `receipt` is there once it is done.
    `undoes`: the action that this one takes back; `asked_by`: the member of staff who asked for that. `looked_at`: when
    the system was last asked what became of it."""

    key: LedgerKey
    proposal_id: ProposalId
    approval_id: ApprovalId | None
    run_id: RunId
    conversation_id: ConversationId
    customer_id: CustomerId
    tool: str
    arguments: dict[str, Any]
    amount: int
    currency: str
    direction: Direction
    status: Status
    receipt: dict[str, Any] | None
    policy_version: str
    reserved_at: datetime
    settled_at: datetime | None
    undoes: LedgerKey | None
    asked_by: StaffId | None
    looked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """What is about to be done."""

    key: LedgerKey
    proposal: ProposalId
    approval: ApprovalId | None
    run: RunId
    conversation: ConversationId
    customer: CustomerId
    tool: str
    arguments: dict[str, Any]
    amount: int
    currency: str
    policy_version: str
    direction: Direction = "out"
    undoes: LedgerKey | None = None
    asked_by: StaffId | None = None


async def save_proposal(conn: Connection, *, now: datetime, **fields: Any) -> ProposalId:
    """Writes a proposal with its verdict; the same proposal of the same run gets its newest verdict."""
    fields["evidence"] = Jsonb(fields["evidence"])
    fields["clauses"] = Jsonb(fields["clauses"])
    row = await sql.fetch_row(conn, "save_proposal", id=new_id("prp"), now=now, **fields)
    return ProposalId(row["id"] if row else "")


async def proposal(conn: Connection, run: RunId, digest: str) -> Proposal | None:
    return await sql.fetch_one(conn, Proposal, "proposal", run=run, digest=digest)


async def lock_customer(conn: Connection, customer: CustomerId) -> None:
    """Until the transaction ends, nobody else reserves anything for this customer."""
    await sql.execute(conn, "lock_customer", customer=customer)


async def entry(conn: Connection, key: LedgerKey) -> Entry | None:
    return await sql.fetch_one(conn, Entry, "ledger_entry", key=key)


async def entry_of_proposal(conn: Connection, proposal: ProposalId) -> Entry | None:
    return await sql.fetch_one(conn, Entry, "ledger_of_proposal", proposal=proposal)


async def used(
    conn: Connection, customer: CustomerId, currency: str, tools: Sequence[str], *, since: datetime
) -> tuple[int, int]:
    """Minor units that left, or are reserved to leave, for this customer, and how many actions were done or reserved;
    of these tools alone, or of all when none are named."""
    row = await sql.fetch_row(conn, "used", customer=customer, currency=currency, tools=list(tools), since=since)
    return (int(row["amount"]), int(row["actions"])) if row else (0, 0)


async def spent(conn: Connection, customer: CustomerId, currency: str, *, since: datetime) -> int:
    """Minor units that left, or are reserved to leave, for this customer. What the customer paid does not count."""
    row = await sql.fetch_row(conn, "spent", customer=customer, currency=currency, since=since)
    return int(row["spent"]) if row else 0


async def reserve(conn: Connection, reservation: Reservation, *, now: datetime) -> Entry | None:
    """Takes the key. None when it is taken: done before, on its way, or of unknown fate."""
    return await sql.fetch_one(conn, Entry, "reserve", **vars(reservation), now=now)


async def settle(
    conn: Connection,
    entry: Entry,
    status: Status,
    receipt: dict[str, Any] | None,
    *,
    now: datetime,
    only: Sequence[Status] = ("reserved", "unknown"),
) -> Entry | None:
    """Records what became of this very reservation; None when that was recorded before, or its status is not one of
    `only`."""
    reserved = {"key": entry.key, "reserved_at": entry.reserved_at, "only": list(only)}
    return await sql.fetch_one(conn, Entry, "settle", **reserved, status=status, receipt=receipt, now=now)


async def receipts_of_run(conn: Connection, run: RunId) -> list[Entry]:
    return await sql.fetch_all(conn, Entry, "receipts_of_run", run=run)
