"""What can be done in the billing system. It honours idempotency keys, and finds what was done under one."""

from datetime import UTC, datetime
from typing import Any, Literal

from tools.answers import Effected
from tools.arguments import Cents, Id
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, Settled, tool


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
