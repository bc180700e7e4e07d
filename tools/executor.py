"""Runs a WRITE tool so that its effect happens at most once, and says truthfully what is known about it afterwards.

The ledger is elsewhere: the caller has reserved the call, and records the outcome. What a lost answer means depends on
the system's kind: a KEYED system is asked by the key and may be called again with it; on a LOOKUP system the call may
still be on its way, so a look only counts as "not done" after the settle period; of a BLIND system nobody can tell.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tools.answers import SystemRefused, SystemTimeout, SystemUnavailable
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Idempotency, Json, Receipt, Settled, Tool


@dataclass(frozen=True, kw_only=True)
class Done:
    """The system shows the effect."""

    receipt: Receipt


@dataclass(frozen=True, kw_only=True)
class NotDone:
    """There is certainly no effect: the system refused, or was never reached. `refused`: asking again will not help."""

    reason: str
    refused: bool


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Nobody can tell whether there was an effect; a person must look."""

    reason: str


Outcome = Done | NotDone | Unknown

Stopped = Callable[[], Awaitable[str]]
"""Asked immediately before every call that has an effect: why it may not leave any more, or ""."""


async def never_stopped() -> str:
    return ""


async def execute(
    tool: Tool,
    systems: Systems,
    call: Call,
    arguments: Json,
    *,
    settle_after: float,
    stopped: Stopped = never_stopped,
) -> Outcome:
    """Calls the tool; when the answer is lost, finds out. `arguments` come from `tool.parse`; `settle_after` is in
    seconds, longer than a call can stay on its way. What is `stopped` before it was called is not done. Raises TypeError
    for a READ tool."""
    _check(tool)
    if call.key.endswith(f":{UNTOLD}"):
        return NotDone(reason="The records do not tell what this would be for.", refused=True)
    first = await _attempt(tool, systems, call, arguments, stopped)
    if not isinstance(first, Unknown):
        return first
    return await _find_out(tool, systems, call, arguments, settle_after, stopped)


async def recover(
    tool: Tool,
    systems: Systems,
    call: Call,
    arguments: Json,
    *,
    settle_after: float,
    stopped: Stopped = never_stopped,
) -> Outcome:
    """For a reservation found without an outcome: whoever made it may have died before, during or after the call.
    Looks first; calls again only where the system rules out a second effect. Raises TypeError for a READ tool."""
    _check(tool)
    return await _find_out(tool, systems, call, arguments, settle_after, stopped)


def _check(tool: Tool) -> None:
    if tool.effect is not Effect.WRITE:
        raise TypeError(f"{tool.name} is not a WRITE tool.")


async def _attempt(tool: Tool, systems: Systems, call: Call, arguments: Json, stopped: Stopped) -> Outcome:
    why = await stopped()
    if why:
        return NotDone(reason=why, refused=False)
    try:
        return Done(receipt=await tool.run(systems, call, **arguments))
    except SystemRefused as error:
        return NotDone(reason=error.detail, refused=True)
    except SystemUnavailable as error:
        return NotDone(reason=error.detail, refused=False)
    except SystemTimeout as error:
        return Unknown(reason=error.detail)


async def _find_out(
    tool: Tool, systems: Systems, call: Call, arguments: Json, settle_after: float, stopped: Stopped
) -> Outcome:
    seen = await _look(tool, systems, call, arguments)
    if seen is Settled.NOT_DONE and tool.idempotency is Idempotency.LOOKUP:
        await asyncio.sleep(settle_after)
        seen = await _look(tool, systems, call, arguments)
    if isinstance(seen, Receipt):
        return Done(receipt=seen)
    if seen is Settled.NOT_DONE:
        return await _again(tool, systems, call, arguments, stopped)
    return Unknown(reason="The answer was lost, and the system cannot tell whether it acted.")


async def _again(tool: Tool, systems: Systems, call: Call, arguments: Json, stopped: Stopped) -> Outcome:
    """A failure of the second call says nothing about the first, which may have landed meanwhile: only a look does."""
    second = await _attempt(tool, systems, call, arguments, stopped)
    if isinstance(second, Done):
        return second
    seen = await _look(tool, systems, call, arguments)
    if isinstance(seen, Receipt):
        return Done(receipt=seen)
    if isinstance(second, NotDone) and second.refused and seen is Settled.NOT_DONE:
        return second
    return Unknown(reason=second.reason)


async def _look(tool: Tool, systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    try:
        return await tool.settle(systems, call, arguments)
    except (SystemRefused, SystemUnavailable, SystemTimeout):
        return Settled.CANNOT_TELL
