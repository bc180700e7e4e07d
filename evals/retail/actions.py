"""What can be done in the shop. Its system honours keys: what was done under one is found by it, and done once.

A key ends in what must not happen twice: an order is cancelled, its items changed, its goods sent back once; an address or
a payment method may change again, from where it stands now.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from evals.retail.sources import shop_of
from tools.answers import Effected
from tools.arguments import Id, Line
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, Settled, tool

Ids = Annotated[list[Id], Field(min_length=1, max_length=50)]
"""Ids of items; the same one may stand in it twice."""

MaybeLine = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text, or nothing."""


def _receipt(done: Effected, arguments: Mapping[str, Any]) -> Receipt:
    told = {name: ", ".join(each) if isinstance(each, list) else str(each) for name, each in arguments.items()}
    return Receipt(system="shop", reference=done.reference, amount=done.amount, currency=done.currency, details=told)


async def _settle(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    done = await shop_of(systems).effect(call.key)
    return Settled.NOT_DONE if done is None else _receipt(done, arguments)


async def _do(systems: Systems, call: Call, operation: str, **arguments: Any) -> Receipt:
    done = await shop_of(systems).do(call.customer, operation, arguments, call.key)
    return _receipt(done, arguments)


def _once(_arguments: Json, _facts: Facts) -> str:
    return "once"


def _from_here(field: str, arguments: Json, facts: Facts) -> str:
    order = facts.get("order")
    if not order or order["id"] != arguments["order_id"]:
        return UNTOLD
    return f"{field}@{order['revision']}"


def _cause_of_payment(arguments: Json, facts: Facts) -> str:
    return _from_here(arguments["payment_method_id"], arguments, facts)


def _cause_of_address(arguments: Json, facts: Facts) -> str:
    destination = facts.get("destination")
    return _from_here(destination["line"], arguments, facts) if destination else UNTOLD


def _cause_of_move(arguments: Json, facts: Facts) -> str:
    customer, destination = facts.get("customer"), facts.get("destination")
    if not customer or not destination or customer["id"] != arguments["user_id"]:
        return UNTOLD
    return f"{destination['line']}@{customer['revision']}"


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order"),
    object="order_id",
    idempotency=Idempotency.KEYED,
    cause=_once,
    settle=_settle,
)
async def cancel_pending_order(systems: Systems, call: Call, *, order_id: Id, reason: Line) -> Receipt:
    """Cancels an order that is being prepared, and gives back what was paid. `reason` is what the customer said:
    'no longer needed' or 'ordered by mistake'. First name the order and ask the customer for a yes."""
    return await _do(systems, call, "cancel", order_id=order_id, reason=reason)


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order", "destination"),
    object="order_id",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_address,
    settle=_settle,
)
async def modify_pending_order_address(
    systems: Systems,
    call: Call,
    *,
    order_id: Id,
    address1: Line,
    address2: MaybeLine,
    city: Line,
    state: Line,
    country: Line,
    zip: Line,  # noqa: A002 - the shop's word
) -> Receipt:
    """Sends an order that is being prepared to another address. First repeat the address and ask the customer for a
    yes."""
    to = {"address1": address1, "address2": address2, "city": city, "state": state, "country": country, "zip": zip}
    return await _do(systems, call, "send_elsewhere", order_id=order_id, **to)


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order", "payment"),
    object="order_id",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_payment,
    settle=_settle,
)
async def modify_pending_order_payment(systems: Systems, call: Call, *, order_id: Id, payment_method_id: Id) -> Receipt:
    """Has an order that is being prepared paid by another of the customer's payment methods. First name the order and
    the method, and ask the customer for a yes."""
    return await _do(systems, call, "pay_otherwise", order_id=order_id, payment_method_id=payment_method_id)


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order", "selection", "change", "payment"),
    object="order_id",
    idempotency=Idempotency.KEYED,
    cause=_once,
    settle=_settle,
)
async def modify_pending_order_items(
    systems: Systems, call: Call, *, order_id: Id, item_ids: Ids, new_item_ids: Ids, payment_method_id: Id
) -> Receipt:
    """Puts other options of the same products into an order that is being prepared; `new_item_ids` in the order of
    `item_ids`. It can be done once for an order: ask first whether these are all the items, then for a yes."""
    swap = {"item_ids": item_ids, "new_item_ids": new_item_ids, "payment_method_id": payment_method_id}
    return await _do(systems, call, "swap_items", order_id=order_id, **swap)


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order", "selection", "payment"),
    object="order_id",
    idempotency=Idempotency.KEYED,
    cause=_once,
    settle=_settle,
)
async def return_delivered_order_items(
    systems: Systems, call: Call, *, order_id: Id, item_ids: Ids, payment_method_id: Id
) -> Receipt:
    """Asks for items of a delivered order to be sent back; the money goes to `payment_method_id`, which is the one that
    paid at first, or a gift card. It can be done once for an order. First list the items and ask the customer for a yes."""
    back = {"item_ids": item_ids, "payment_method_id": payment_method_id}
    return await _do(systems, call, "ask_return", order_id=order_id, **back)


@tool(
    effect=Effect.WRITE,
    needs=("customer", "order", "selection", "change", "payment"),
    object="order_id",
    idempotency=Idempotency.KEYED,
    cause=_once,
    settle=_settle,
)
async def exchange_delivered_order_items(
    systems: Systems, call: Call, *, order_id: Id, item_ids: Ids, new_item_ids: Ids, payment_method_id: Id
) -> Receipt:
    """Asks for items of a delivered order to be exchanged for other options of the same products; `new_item_ids` in the
    order of `item_ids`. It can be done once for an order: ask first whether these are all the items, then for a yes."""
    swap = {"item_ids": item_ids, "new_item_ids": new_item_ids, "payment_method_id": payment_method_id}
    return await _do(systems, call, "ask_exchange", order_id=order_id, **swap)


@tool(
    effect=Effect.WRITE,
    needs=("customer", "destination"),
    object="user_id",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_move,
    settle=_settle,
)
async def modify_user_address(
    systems: Systems,
    call: Call,
    *,
    user_id: Id,
    address1: Line,
    address2: MaybeLine,
    city: Line,
    state: Line,
    country: Line,
    zip: Line,  # noqa: A002 - the shop's word
) -> Receipt:
    """Changes the default address in the customer's own profile. First repeat the address and ask the customer for a
    yes."""
    to = {"address1": address1, "address2": address2, "city": city, "state": state, "country": country, "zip": zip}
    return await _do(systems, call, "move_house", user_id=user_id, **to)
