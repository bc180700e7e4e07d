"""What can be done in the shop. It ignores idempotency keys; what it did is seen in an order's change log."""

from functools import partial
from typing import Literal

from tools.answers import Effected
from tools.arguments import Id, Line
from tools.commerce.port import Change
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, Settled, digest_of, tool

Reason = Literal["lost", "damaged", "wrong_item"]


def _cause_of_address(arguments: Json, facts: Facts) -> str:
    order = facts.get("order")
    if not order or order["id"] != arguments["order"]:
        return UNTOLD
    return f"{digest_of(arguments['address'])}@{order['revision']}"


async def _settle_address(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    """The change log shows it, newer than the revision that the call set out from, which its key ends in."""
    revision = call.key.rpartition("@")[2]
    base = int(revision) if revision.isdecimal() else -1
    for change in await systems.commerce.changes(call.customer, arguments["order"]):
        if _is_the_change(change, arguments, base):
            return _receipt(change, arguments)
    return Settled.NOT_DONE


def _is_the_change(change: Change, arguments: Json, base: int) -> bool:
    return change.order == arguments["order"] and change.address == arguments["address"] and change.revision > base


def _receipt(done: Change | Effected, arguments: Json) -> Receipt:
    details = {name: str(value) for name, value in arguments.items()}
    return Receipt(
        system="commerce", reference=done.reference, amount=done.amount, currency=done.currency, details=details
    )


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
    return _receipt(done, {"order": order, "address": address})


def _once(_arguments: Json, _facts: Facts) -> str:
    """For what happens to an order once and never again, whatever the reason given."""
    return "once"


async def _settle_once(kind: str, systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    """The change log shows a change of this kind, of which an order has one at most."""
    for change in await systems.commerce.changes(call.customer, arguments["order"]):
        if change.order == arguments["order"] and change.kind == kind:
            return _receipt(change, arguments)
    return Settled.NOT_DONE


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order", "tracking", "stock"),
    object="order",
    idempotency=Idempotency.LOOKUP,
    cause=_once,
    settle=partial(_settle_once, "replacement"),
)
async def reship_order(
    systems: Systems, call: Call, *, order: Id, cause: Literal["lost", "damaged", "wrong_item"]
) -> Receipt:
    """Sends the goods of an order once more, at no cost, to the same address. `cause`: the parcel was lost on the way, or
    what came is damaged or not what was ordered. An order is replaced once; it is then not refunded as well."""
    done = await systems.commerce.reship(call.customer, order, cause)
    return _receipt(done, {"order": order, "cause": cause})


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order", "stock"),
    object="order",
    idempotency=Idempotency.LOOKUP,
    cause=_once,
    settle=partial(_settle_once, "split"),
)
async def split_shipment(systems: Systems, call: Call, *, order: Id) -> Receipt:
    """Sends what is in stock of an order now, and the rest, at no extra cost, as soon as it is back in stock."""
    done = await systems.commerce.split(call.customer, order)
    return _receipt(done, {"order": order})


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order"),
    object="order",
    idempotency=Idempotency.LOOKUP,
    cause=_once,
    settle=partial(_settle_once, "order_cancellation"),
)
async def cancel_order(systems: Systems, call: Call, *, order: Id) -> Receipt:
    """Cancels an order that has not been dispatched. The shop gives back by itself all that is left of its price."""
    done = await systems.commerce.cancel(call.customer, order)
    return _receipt(done, {"order": order})
