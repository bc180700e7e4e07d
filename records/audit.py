"""The audit log: who or which code decided what. Rows hold ids and digests, no personal text; each is bound to the one
before it in its chain (`records/chain.py`)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from records import sql
from records.chain import SERVICE, Head, Link, hash_of
from records.ids import ConversationId
from records.sql import Connection

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Entry:
    at: datetime
    actor: str
    action: str
    subject: str
    policy_version: str
    data: dict[str, Any]


async def write(
    conn: Connection,
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    conversation: ConversationId | None = None,
    policy_version: str = "",
    **data: Any,
) -> None:
    """Adds the row at the end of its chain. Whoever writes to the same chain meanwhile waits for this transaction."""
    end = await _end(conn, conversation)
    said = {"actor": actor, "action": action, "subject": subject, "policy_version": policy_version}
    link = end.length + 1
    name = hash_of(end.head, chain=end.chain, link=link, at=now, data=data, **said)
    row = {**said, "conversation": conversation, "data": data, "now": now}
    await sql.execute(conn, "add_audit", **row, chain=end.chain, link=link, hash=name)
    await sql.execute(
        conn, "set_audit_end" if conversation else "set_service_end", chain=end.chain, length=link, head=name
    )


async def _end(conn: Connection, conversation: ConversationId | None) -> Head:
    """The chain's end, held until the transaction ends."""
    statement = "hold_audit_end" if conversation else "hold_service_end"
    found = await sql.fetch_one(conn, Head, statement, chain=conversation or SERVICE)
    return found or Head(chain=conversation or SERVICE, length=0, head="")


async def of_conversation(conn: Connection, conversation: ConversationId) -> list[Entry]:
    return await sql.fetch_all(conn, Entry, "audit_of_conversation", conversation=conversation)


async def links(conn: Connection, *, conversation: ConversationId | None = None) -> AsyncIterator[Link]:
    """The rows of the whole log, or of one conversation, in the order in which they were written."""
    after = 0
    while batch := await sql.fetch_all(conn, Link, "audit_links", conversation=conversation, after=after, limit=BATCH):
        for link in batch:
            yield link
        after = batch[-1].position


async def heads(conn: Connection) -> list[Head]:
    """Where every chain ends, as it is kept beside the log."""
    return await sql.fetch_all(conn, Head, "audit_heads")


async def length(conn: Connection) -> int:
    """How many rows the log has."""
    row = await sql.fetch_row(conn, "audit_length")
    return int(row["length"]) if row else 0
