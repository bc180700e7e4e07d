"""What became of an action, written down once: the ledger's row, its history, the audit log and the customer's stream."""

from collections.abc import Sequence
from typing import Any

from graph.deps import Services
from records import actions, audit, events, ledger
from records.ledger import Entry, Status
from records.sql import Connection


async def record(
    conn: Connection,
    services: Services,
    entry: Entry,
    status: Status,
    receipt: dict[str, Any] | None,
    *,
    actor: str,
    words: str = "",
    only: Sequence[Status] = ("reserved", "unknown"),
) -> Entry | None:
    """The row as it is now; None when what became of this reservation was recorded before. `actor`: agent, clock, or a
    staff id; `words`: a colleague's own."""
    now = services.clock.now()
    settled = await ledger.settle(conn, entry, status, receipt, now=now, only=only)
    if settled is None:
        return None
    told = {"reference": receipt["reference"]} if receipt and status == "done" else {}
    await actions.note(conn, entry.key, status, actor=actor, words=words, data=told, now=now)
    await audit.write(
        conn,
        actor=actor,
        action=f"action.{status}",
        subject=entry.key,
        conversation=entry.conversation_id,
        policy_version=entry.policy_version,
        now=now,
    )
    if status == "done":
        shown = {"tool": entry.tool, "key": entry.key, **(receipt or {})}
        await events.append(conn, entry.conversation_id, entry.run_id, [("receipt", shown)], now=now)
    return settled
