"""Another plan, the plan before, and more time to try."""

from typing import Annotated, Literal

from pydantic import Field

from tools.arguments import Id, Sum
from tools.billing.settling import billing_receipt, moment, settle_billing
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, tool

Days = Annotated[int, Field(gt=0, le=60)]


def _cause_of_revert(arguments: Json, facts: Facts) -> str:
    change = facts.get("plan_change")
    if not change or change["id"] != arguments["change"]:
        return UNTOLD
    return str(change["cause"])


@tool(
    effect=Effect.WRITE,
    needs=("customer", "plan_change", "subscription"),
    object="change",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_revert,
    settle=settle_billing,
)
async def revert_plan(systems: Systems, call: Call, *, change: Id, amount: Sum) -> Receipt:
    """Puts the subscription back to the plan and the interval before a change, for example one that a crossed threshold
    made. `amount` is in cents, is the change's `excess`, and goes back on the charge that the change was paid with."""
    done = await systems.billing.revert_plan(call.customer, change, amount, call.key)
    return billing_receipt(done, {"change": change})


def _cause_of_change(arguments: Json, facts: Facts) -> str:
    """From which plan, in which period: to the same plan once more is a second change only after another one."""
    subscription = facts.get("subscription")
    if not subscription or subscription["id"] != arguments["subscription"]:
        return UNTOLD
    before = f"{subscription['plan']} by the {subscription['interval']} until {moment(subscription['renews_at'])}"
    return f"{arguments['plan']} by the {arguments['interval']} after {before}"


def _change_made(arguments: Json, _receipt: Json, facts: Facts) -> Json | None:
    """The latest change, as long as it is this one; what goes back is what it took beyond the price before."""
    change = facts.get("plan_change")
    if not change or any(change[theirs] != arguments[ours] for ours, theirs in _SAME.items()):
        return None
    return {"change": change["id"], "amount": change["excess"]}


_SAME = {"subscription": "subscription", "plan": "new_plan", "interval": "new_interval"}


@tool(
    effect=Effect.WRITE,
    needs=("customer", "subscription", "plan_offer"),
    object="subscription",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_change,
    settle=settle_billing,
    undo="revert_plan",
    undo_arguments=_change_made,
)
async def change_plan(
    systems: Systems,
    call: Call,
    *,
    subscription: Id,
    plan: Literal["starter", "team", "business"],
    interval: Literal["month", "year"],
    amount: Sum,
) -> Receipt:
    """Moves the subscription to another plan or interval of the price list. `amount` is in cents, is what the offer for
    this plan says is due now, and is charged at once; 0 when the change waits for the renewal."""
    done = await systems.billing.change_plan(call.customer, subscription, plan, interval, amount, call.key)
    return billing_receipt(done, {"subscription": subscription, "plan": plan, "interval": interval})


def _cause_of_extension(arguments: Json, facts: Facts) -> str:
    trial = facts.get("trial")
    if not trial or trial["id"] != arguments["trial"]:
        return UNTOLD
    return f"extension {trial['extended'] + 1}"


@tool(
    effect=Effect.WRITE,
    needs=("customer", "trial"),
    object="trial",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_extension,
    settle=settle_billing,
)
async def extend_trial(systems: Systems, call: Call, *, trial: Id, days: Days) -> Receipt:
    """Gives the customer more days of their trial, counted from its end."""
    done = await systems.billing.extend_trial(call.customer, trial, days, call.key)
    return billing_receipt(done, {"trial": trial, "days": days})
