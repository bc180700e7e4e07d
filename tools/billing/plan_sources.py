"""Reads what became of a subscription, what another plan would cost, and how long a trial runs."""

from collections.abc import Sequence
from datetime import datetime

from records.ids import CustomerId
from tools.billing.counting import interval_of, is_waiting, offer, plan_of, with_excess
from tools.billing.facts import PlanChange, PlanOffer, Trial
from tools.billing.sources import own_charges
from tools.sources import Focus, Source, access_own, same_id
from tools.systems import Systems


def pick_change(changes: Sequence[PlanChange], focus: Focus) -> PlanChange | None:
    """The change in focus, else the latest."""
    if focus.get("change"):
        return next((change for change in changes if same_id(change.id, str(focus["change"]))), None)
    return max(changes, key=_changed, default=None)


def _changed(change: PlanChange) -> tuple[datetime, str]:
    return (change.at, change.id)


async def read_plan_change(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> PlanChange | None:
    changes = [each for each in await systems.billing.plan_changes(customer) if access_own(each, customer)]
    found = pick_change(changes, focus)
    return with_excess(found, await own_charges(systems, customer)) if found else None


async def read_plan_offer(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> PlanOffer | None:
    subscription = access_own(await systems.billing.subscription(customer), customer)
    if subscription is None:
        return None
    plans = await systems.billing.plans()
    plan = plan_of(focus.get("plan"), plans, subscription.plan)
    interval = interval_of(focus.get("interval"), subscription.interval)
    changes = [each for each in await systems.billing.plan_changes(customer) if access_own(each, customer)]
    waiting = any(is_waiting(change, now) for change in changes)
    return offer(subscription, plans, plan, interval, now, waiting=waiting)


async def read_trial(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Trial | None:
    trial = access_own(await systems.billing.trial(customer), customer)
    if trial is None or (focus.get("trial") and not same_id(trial.id, str(focus["trial"]))):
        return None
    return trial


PLAN_CHANGE = Source(
    fact=PlanChange,
    system="billing",
    about="Looks up the latest change of the customer's subscription: from which plan to which, when, at whose doing"
    " (the customer, a threshold that was crossed, support), what it cost, and until when it can be taken back.",
    read=read_plan_change,
    focus=("change",),
)
PLAN_OFFER = Source(
    fact=PlanOffer,
    system="billing",
    about="Works out what another plan (starter, team, business) or interval (month, year) would mean for the customer:"
    " price, difference, what is due now, from when, and whether the present plan allows it.",
    read=read_plan_offer,
    focus=("plan", "interval"),
)
TRIAL = Source(
    fact=Trial,
    system="billing",
    about="Looks up the customer's trial: of which plan, when it ends, how often it was extended.",
    read=read_trial,
    focus=("trial",),
)
