"""The catalogue: everything the agent can look up and do, as plain typed functions. A docstring is what a model reads.

A READ tool answers with the fact as plain JSON, or None. A WRITE tool answers with the system's receipt; beside it
stand what makes two calls the same (`_cause_of_…`) and how to find out afterwards whether one happened (`_settle_…`).
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, Literal

from tools import sources
from tools.arguments import Cents, Id, Line, OptionalId, Text
from tools.ports import AddressChange, Effected, Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, Settled, tool


@tool(effect=Effect.READ, reads="customer")
async def find_customer(systems: Systems, call: Call) -> Json | None:
    """Looks up who the customer is: name, plan, tier and since when."""
    return sources.plain(await sources.read_customer(systems, call.customer, {}, call.at))


@tool(effect=Effect.READ, reads="order")
async def find_order(systems: Systems, call: Call, *, order: OptionalId = "") -> Json | None:
    """Looks up one of the customer's orders: items, total, status, dates, days late. Without an id: their latest late
    order, else their latest one."""
    return sources.plain(await sources.read_order(systems, call.customer, {"order": order}, call.at))


@tool(effect=Effect.READ, reads="tracking")
async def track_order(systems: Systems, call: Call, *, order: OptionalId = "") -> Json | None:
    """Looks up where the parcel of an order is: carrier, last event and when. Without an id: of their latest late order,
    else their latest one."""
    return sources.plain(await sources.read_tracking(systems, call.customer, {"order": order}, call.at))


@tool(effect=Effect.READ, reads="charge")
async def find_charge(systems: Systems, call: Call, *, charge: OptionalId = "", order: OptionalId = "") -> Json | None:
    """Looks up a payment of the customer's: amount, what for, how much of it was refunded. By the charge's id, or by the
    id of the order it paid."""
    focus = {"charge": charge, "order": order}
    return sources.plain(await sources.read_charge(systems, call.customer, focus, call.at))


@tool(effect=Effect.READ, reads="duplicate_charge")
async def find_duplicate_charge(systems: Systems, call: Call, *, charge: OptionalId = "") -> Json | None:
    """Looks up whether the customer was charged twice for the same thing within three days: the second charge, and the
    first one it repeats."""
    return sources.plain(await sources.read_duplicate_charge(systems, call.customer, {"charge": charge}, call.at))


@tool(effect=Effect.READ, reads="subscription")
async def find_subscription(systems: Systems, call: Call) -> Json | None:
    """Looks up the customer's subscription: plan, price, status, when it renews or ends."""
    return sources.plain(await sources.read_subscription(systems, call.customer, {}, call.at))


@tool(effect=Effect.READ, reads="incident")
async def find_incident(systems: Systems, call: Call) -> Json | None:
    """Looks up whether there is a known disturbance of the service right now."""
    return sources.plain(await sources.read_incident(systems, call.customer, {}, call.at))


async def _settle_billing(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    done = await systems.billing.effect(call.key)
    return Settled.NOT_DONE if done is None else _billing_receipt(done, arguments)


def _billing_receipt(done: Effected, arguments: Json) -> Receipt:
    details = {name: str(value) for name, value in arguments.items() if name != "amount"}
    return Receipt(
        system="billing", reference=done.reference, amount=done.amount, currency=done.currency, details=details
    )


def _cause_of_refund(arguments: Json, facts: Facts) -> str:
    if arguments["cause"] != "duplicate":
        return str(arguments["cause"])
    duplicate = facts.get("duplicate_charge")
    if not duplicate or duplicate["charge"] != arguments["charge"]:
        return UNTOLD
    return f"duplicate of {duplicate['of']}"


@tool(
    effect=Effect.WRITE,
    needs=("customer", "charge", "order", "duplicate_charge"),
    object="charge",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_refund,
    settle=_settle_billing,
)
async def issue_refund(
    systems: Systems,
    call: Call,
    *,
    charge: Id,
    amount: Cents,
    cause: Literal["late", "duplicate", "damaged", "goodwill"],
) -> Receipt:
    """Gives money back on one of the customer's charges. `amount` is in cents and is taken from the records, never from
    what the customer says. `cause`: the order is late, the charge is a duplicate, the goods were damaged, or goodwill."""
    done = await systems.billing.refund(call.customer, charge, amount, cause, call.key)
    return _billing_receipt(done, {"charge": charge, "cause": cause})


def _cause_of_cancellation(_arguments: Json, facts: Facts) -> str:
    subscription = facts.get("subscription")
    return _moment(subscription["renews_at"]) if subscription else UNTOLD


def _moment(value: Any) -> str:
    """One spelling for a time, given as an aware datetime or in ISO."""
    time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return time.astimezone(UTC).isoformat()


@tool(
    effect=Effect.WRITE,
    needs=("customer", "subscription"),
    object="subscription",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_cancellation,
    settle=_settle_billing,
)
async def cancel_subscription(
    systems: Systems, call: Call, *, subscription: Id, when: Literal["period_end", "now"]
) -> Receipt:
    """Ends the customer's subscription: at the end of the paid period, or at once. It moves no money."""
    done = await systems.billing.cancel(call.customer, subscription, when == "period_end", call.key)
    return _billing_receipt(done, {"subscription": subscription, "when": when})


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


def _cause_of_bug(arguments: Json, _facts: Facts) -> str:
    words = " ".join(arguments["description"].casefold().split())
    return hashlib.sha256(words.encode()).hexdigest()[:12]


@tool(effect=Effect.WRITE, needs=("customer",), object="title", idempotency=Idempotency.BLIND, cause=_cause_of_bug)
async def file_bug(systems: Systems, call: Call, *, title: Line, description: Text) -> Receipt:
    """Files a bug report for the engineers. `title` says in one line what is broken; `description` says what the
    customer did, what happened and what should have happened."""
    done = await systems.tracker.file(call.customer, title, description)
    return Receipt(system="tracker", reference=done.reference, details={"title": title})
