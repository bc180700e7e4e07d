"""Money back, and the end of a subscription."""

from typing import Literal

from tools.arguments import Cents, Id
from tools.billing.settling import billing_receipt, moment, settle_billing
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, tool


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
    settle=settle_billing,
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
    return billing_receipt(done, {"charge": charge, "cause": cause})


def _subscription_alone(arguments: Json, _receipt: Json, _facts: Facts) -> Json:
    return {"subscription": arguments["subscription"]}


def _cause_of_cancellation(_arguments: Json, facts: Facts) -> str:
    """The period that it ends with; after its end was taken back, to end it with that period is another matter."""
    subscription = facts.get("subscription")
    if not subscription:
        return UNTOLD
    resumed = subscription.get("resumed_at")
    return moment(subscription["renews_at"]) + (f" once resumed {moment(resumed)}" if resumed else "")


@tool(
    effect=Effect.WRITE,
    needs=("customer", "subscription"),
    object="subscription",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_cancellation,
    settle=settle_billing,
    undo="resume_subscription",
    undo_arguments=_subscription_alone,
)
async def cancel_subscription(
    systems: Systems, call: Call, *, subscription: Id, when: Literal["period_end", "now"]
) -> Receipt:
    """Ends the customer's subscription: at the end of the paid period, or at once. It moves no money."""
    done = await systems.billing.cancel(call.customer, subscription, when == "period_end", call.key)
    return billing_receipt(done, {"subscription": subscription, "when": when})


def _end_again(arguments: Json, _receipt: Json, _facts: Facts) -> Json:
    """It was going to end with its period."""
    return {"subscription": arguments["subscription"], "when": "period_end"}


def _cause_of_resumption(_arguments: Json, facts: Facts) -> str:
    subscription = facts.get("subscription")
    if not subscription or not subscription["cancel_at"]:
        return UNTOLD
    resumed = subscription.get("resumed_at")
    return f"end on {moment(subscription['cancel_at'])}" + (f" once resumed {moment(resumed)}" if resumed else "")


@tool(
    effect=Effect.WRITE,
    needs=("customer", "subscription"),
    object="subscription",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_resumption,
    settle=settle_billing,
    undo="cancel_subscription",
    undo_arguments=_end_again,
)
async def resume_subscription(systems: Systems, call: Call, *, subscription: Id) -> Receipt:
    """Takes back the end of a subscription that was cancelled for the end of its period: it renews again as before."""
    done = await systems.billing.resume_subscription(call.customer, subscription, call.key)
    return billing_receipt(done, {"subscription": subscription})


@tool(
    effect=Effect.WRITE,
    needs=("customer", "subscription", "charge"),
    object="subscription",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_cancellation,
    settle=settle_billing,
)
async def cancel_and_prorate(systems: Systems, call: Call, *, subscription: Id, charge: Id, amount: Cents) -> Receipt:
    """Ends the customer's subscription at once and gives back the part of the paid period that is not used up, on the
    charge that paid it. `amount` is in cents and is the subscription's `unused`."""
    done = await systems.billing.cancel_and_prorate(call.customer, subscription, charge, amount, call.key)
    return billing_receipt(done, {"subscription": subscription, "charge": charge})
