"""What can be done in the shop. It ignores idempotency keys; what it did is seen in an order's change log."""

from tools.arguments import Id, Line
from tools.commerce.port import AddressChange
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, Settled, tool


def _cause_of_address(arguments: Json, facts: Facts) -> str:
    order = facts.get("order")
    if not order or order["id"] != arguments["order"]:
        return UNTOLD
    return f"{arguments['address']}@{order['revision']}"


async def _settle_address(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    """The change log shows it, newer than the revision that the call set out from, which its key ends in."""
    revision = call.key.rpartition("@")[2]
    base = int(revision) if revision.isdecimal() else -1
    for change in await systems.commerce.changes(call.customer, arguments["order"]):
        if _is_the_change(change, arguments, base):
            return _address_receipt(change.reference, arguments)
    return Settled.NOT_DONE


def _is_the_change(change: AddressChange, arguments: Json, base: int) -> bool:
    return change.order == arguments["order"] and change.address == arguments["address"] and change.revision > base


def _address_receipt(reference: str, arguments: Json) -> Receipt:
    details = {"order": arguments["order"], "address": arguments["address"]}
    return Receipt(system="commerce", reference=reference, details=details)


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order"),
    object="order",
    idempotency=Idempotency.LOOKUP,
    cause=_cause_of_address,
    settle=_settle_address,
)
async def change_address(systems: Systems, call: Call, *, order: Id, address: Line) -> Receipt:
    """Sends an order that has not been dispatched to another address. `address` is the whole new address on one line,
    as the customer gave it."""
    done = await systems.commerce.change_address(call.customer, order, address)
    return _address_receipt(done.reference, {"order": order, "address": address})
