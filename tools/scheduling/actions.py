"""What can be done in the calendar. It ignores idempotency keys; what it did is seen in the log of a customer's calls."""

from collections.abc import Mapping

from tools.answers import Effected
from tools.arguments import Id, Line
from tools.scheduling.port import CallChange
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, Settled, tool


async def _changed(systems: Systems, call: Call, arguments: Json, **which: str) -> Receipt | Settled:
    """The log shows it, newer than the revision that the call set out from, which its key ends in."""
    revision = call.key.rpartition("@")[2]
    base = int(revision) if revision.isdecimal() else -1
    for change in await systems.scheduling.changes(call.customer):
        if change.revision > base and _is(change, which):
            return _receipt(change, arguments)
    return Settled.NOT_DONE


def _is(change: CallChange, which: Mapping[str, str]) -> bool:
    return all(getattr(change, name) == value for name, value in which.items())


def _receipt(done: CallChange | Effected, arguments: Json) -> Receipt:
    details = {name: str(value) for name, value in arguments.items()}
    return Receipt(system="scheduling", reference=done.reference, details=details)


def _cause_of_call(arguments: Json, facts: Facts) -> str:
    """Who has cancelled a call, and books the same time once more, books another one."""
    meeting = facts.get("meeting")
    return f"@{meeting['revision']}" if meeting and meeting["id"] == arguments["meeting"] else UNTOLD


async def _settle_call(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    return await _changed(systems, call, arguments, kind="call", meeting=arguments["meeting"])


def _call_booked(arguments: Json, _receipt: Json, facts: Facts) -> Json | None:
    """The call that stands where this one was booked; none once it was moved or cancelled."""
    booking = facts.get("booking")
    standing = booking and booking["meeting"] == arguments["meeting"] and booking["status"] == "booked"
    return {"booking": booking["id"]} if booking and standing else None


@tool(
    effect=Effect.WRITE,
    needs=("customer", "meeting"),
    object="meeting",
    idempotency=Idempotency.LOOKUP,
    cause=_cause_of_call,
    settle=_settle_call,
    undo="cancel_call",
    undo_arguments=_call_booked,
)
async def book_call(systems: Systems, call: Call, *, meeting: Id, topic: Line) -> Receipt:
    """Books a call with the team that looks after the customer, at a free time that the customer named. `topic`: what it
    is about, in a few words."""
    done = await systems.scheduling.book(call.customer, meeting, topic)
    return _receipt(done, {"meeting": meeting, "topic": topic})


def _cause_of_move(arguments: Json, facts: Facts) -> str:
    cause = _cause_of_call(arguments, facts)
    return cause if cause == UNTOLD else f"to {arguments['meeting']}{cause}"


async def _settle_move(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    which = {"booking": arguments["booking"], "meeting": arguments["meeting"]}
    return await _changed(systems, call, arguments, kind="call_move", **which)


@tool(
    effect=Effect.WRITE,
    needs=("customer", "booking", "meeting"),
    object="booking",
    idempotency=Idempotency.LOOKUP,
    cause=_cause_of_move,
    settle=_settle_move,
)
async def move_call(systems: Systems, call: Call, *, booking: Id, meeting: Id) -> Receipt:
    """Moves a call that the customer has booked to another free time."""
    done = await systems.scheduling.move(call.customer, booking, meeting)
    return _receipt(done, {"booking": booking, "meeting": meeting})


def _once(_arguments: Json, _facts: Facts) -> str:
    return "once"


async def _settle_cancellation(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    return await _changed(systems, call, arguments, kind="call_cancellation", booking=arguments["booking"])


@tool(
    effect=Effect.WRITE,
    needs=("customer", "booking"),
    object="booking",
    idempotency=Idempotency.LOOKUP,
    cause=_once,
    settle=_settle_cancellation,
)
async def cancel_call(systems: Systems, call: Call, *, booking: Id) -> Receipt:
    """Cancels a call that the customer has booked."""
    done = await systems.scheduling.cancel(call.customer, booking)
    return _receipt(done, {"booking": booking})
