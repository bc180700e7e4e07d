"""What can be done about accesses. The product honours idempotency keys, and finds what was done under one."""

from datetime import UTC, datetime

from tools.answers import Effected
from tools.arguments import Id
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, Settled, tool


async def _settle(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    done = await systems.usage.effect(call.key)
    return Settled.NOT_DONE if done is None else _receipt(done, arguments["entitlement"])


def _receipt(done: Effected, entitlement: str) -> Receipt:
    return Receipt(system="usage", reference=done.reference, details={"entitlement": entitlement})


def _cause_of_switch(arguments: Json, facts: Facts) -> str:
    """What it was before, since when: each closing is undone once, and each opening."""
    entitlement = facts.get("entitlement")
    if not entitlement or entitlement["id"] != arguments["entitlement"]:
        return UNTOLD
    changed = entitlement["changed_at"]
    since = changed if isinstance(changed, datetime) else datetime.fromisoformat(changed)
    return f"{entitlement['status']} since {since.astimezone(UTC).isoformat()}"


@tool(
    effect=Effect.WRITE,
    needs=("customer", "entitlement", "subscription"),
    object="entitlement",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_switch,
    settle=_settle,
    undo="close_entitlement",
)
async def reopen_entitlement(systems: Systems, call: Call, *, entitlement: Id) -> Receipt:
    """Opens an access again that the customer had and that has lapsed, as it was. It moves no money."""
    return _receipt(await systems.usage.switch(call.customer, entitlement, "active", call.key), entitlement)


@tool(
    effect=Effect.WRITE,
    needs=("customer", "entitlement"),
    object="entitlement",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_switch,
    settle=_settle,
    undo="reopen_entitlement",
)
async def close_entitlement(systems: Systems, call: Call, *, entitlement: Id) -> Receipt:
    """Closes an access that the customer has; what was stored under it stays. It moves no money."""
    return _receipt(await systems.usage.switch(call.customer, entitlement, "lapsed", call.key), entitlement)
