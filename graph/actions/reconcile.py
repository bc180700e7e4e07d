"""Finding out what became of an action that nobody recorded: the system is asked by the key, and what it shows is written
down, once. Nothing is ever done again here; where nobody can tell, a person is asked.
"""

import asyncio
from datetime import timedelta
from typing import Any

from graph.actions.outcomes import record
from graph.deps import Services
from records import actions, ledger, runs
from records.actions import AlreadySettled, UnderWay
from records.errors import NotFound
from records.ids import CustomerId, LedgerKey, StaffId
from records.ledger import Entry, Status
from records.sql import Connection
from tools.answers import SystemRefused, SystemTimeout, SystemUnavailable
from tools.tool import Call, Receipt, Settled

AGAIN = timedelta(seconds=30)
"""Between two looks at a system that does not answer."""
PATIENCE = timedelta(hours=1)
"""After which a person is asked about an action that no system would tell of."""
ELSEWHERE = timedelta(minutes=10)
"""What is reserved in a thread of LangGraph's own server gets: nothing shows whether it is still worked on."""
LOOKING = 20.0
"""Seconds that a system gets for its answer."""


async def overdue(services: Services) -> list[LedgerKey]:
    """The actions whose settle time is over and whose outcome nobody wrote down."""
    now = services.clock.now()
    settled = now - _settling(services)
    async with services.database.transaction() as conn:
        since = {"before": settled, "long_before": now - ELSEWHERE, "looked_before": now - AGAIN}
        return [entry.key for entry in await actions.overdue(conn, **since)]


def _settling(services: Services) -> timedelta:
    """Since it was reserved: as long again as a call can stay on its way, for the call to be made at all."""
    return 2 * timedelta(seconds=services.limits.settle_after)


async def look(services: Services, key: LedgerKey, *, actor: str) -> Entry:
    """Asks the system what became of it; the row as it is then. A colleague may ask again about one that is `unknown`.
    Raises NotFound, AlreadySettled, and UnderWay while somebody is still at it."""
    async with services.database.transaction() as conn:
        entry = await _open_entry(services, conn, key)
        seen = await _seen(services, entry)
        if isinstance(seen, Receipt):
            receipt = {**vars(seen), "details": dict(seen.details or {}), "at": services.clock.now().isoformat()}
            return await _found(conn, services, entry, "done", receipt, actor)
        if seen is Settled.NOT_DONE:
            reason = {"reason": "The system shows that it was not done.", "refused": False}
            return await _found(conn, services, entry, "refused", reason, actor)
        return await _untold(conn, services, entry, seen, actor)


async def _open_entry(services: Services, conn: Connection, key: LedgerKey) -> Entry:
    """Held: nobody drives its conversation until the transaction ends."""
    entry = await ledger.entry(conn, key)
    if entry is None:
        raise NotFound
    if entry.status not in ("reserved", "unknown"):
        raise await told_apart(conn, entry)
    settled = services.clock.now() - _settling(services)
    if entry.reserved_at > settled or not await actions.hold_conversation(conn, entry.conversation_id):
        raise UnderWay
    return entry


async def told_apart(conn: Connection, entry: Entry) -> AlreadySettled:
    """Who wrote down what became of it, and when."""
    history = await actions.history(conn, entry.key)
    last = next((event for event in reversed(history) if event.move == entry.status), None)
    who = last.actor if last else "agent"
    at = entry.settled_at.isoformat() if entry.settled_at else None
    return AlreadySettled(
        f"{who} has recorded this already: {entry.status}.", settled_by=who, outcome=entry.status, at=at
    )


async def _seen(services: Services, entry: Entry) -> Receipt | Settled | None:
    """None: the system does not answer just now."""
    tool = services.kit.action(entry.tool)
    if tool is None:
        return Settled.CANNOT_TELL
    call = Call(key=entry.key, customer=CustomerId(entry.customer_id), at=services.clock.now())
    try:
        return await asyncio.wait_for(tool.settle(services.systems, call, entry.arguments), LOOKING)
    except (SystemRefused, SystemUnavailable, SystemTimeout, TimeoutError):
        return None


async def _untold(conn: Connection, services: Services, entry: Entry, seen: Settled | None, actor: str) -> Entry:
    now = services.clock.now()
    await actions.looked_at(conn, entry.key, now=now)
    if actor != "clock" or entry.status == "unknown":
        await actions.note(conn, entry.key, "looked", actor=actor, now=now)
    waiting = seen is None and now - entry.reserved_at < PATIENCE
    if waiting or entry.status == "unknown":
        return await ledger.entry(conn, entry.key) or entry
    reason = "The system cannot tell whether it acted." if seen else "The system did not answer when it was asked."
    return await _found(conn, services, entry, "unknown", {"reason": reason}, actor)


async def _found(
    conn: Connection, services: Services, entry: Entry, status: Status, receipt: dict[str, Any], actor: str
) -> Entry:
    settled = await record(conn, services, entry, status, receipt, actor=actor)
    if settled is None:
        raise await told_apart(conn, await ledger.entry(conn, entry.key) or entry)
    await follow_up(conn, services, settled)
    return settled


async def follow_up(conn: Connection, services: Services, entry: Entry, *, by: StaffId | None = None) -> None:
    """Sees to it that the customer hears of it, or that a person does. A run that is not over goes on by itself; where a
    person has the conversation and nothing was done, that person tells the customer."""
    run = await runs.get(conn, entry.run_id)
    if run.status == "finished" and not (run.assignee is not None and entry.status == "refused"):
        given = {"about": "outcome", "key": entry.key, "status": entry.status, "by": by}
        await runs.start_event(conn, entry.conversation_id, given, now=services.clock.now())
    await services.waker.wake(conn, entry.conversation_id)
