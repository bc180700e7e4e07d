"""What follows from billing's records on a given day: what is not used up, what a change took too much, what another
plan would cost. Amounts are minor units, rounded down; days are whole days ahead."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tools.billing.facts import Charge, Plan, PlanChange, PlanOffer, Subscription

DAYS = {"month": 30, "year": 365}
_YEAR, _MONTH = re.compile(r"year|annual", re.I), re.compile(r"month", re.I)


def with_unused(subscription: Subscription, now: datetime) -> Subscription:
    """The same with `unused` counted."""
    return replace(subscription, unused=unused(subscription, now))


def unused(subscription: Subscription, now: datetime) -> int:
    """The part of the present period's price that lies ahead; 0 for what has ended or was not paid."""
    if subscription.status != "active" or not subscription.charge:
        return 0
    length = DAYS.get(subscription.interval, DAYS["month"])
    ahead = min(max((subscription.renews_at - now).days, 0), length)
    return subscription.price * ahead // length


def with_excess(change: PlanChange, charges: Sequence[Charge]) -> PlanChange:
    """The same with `excess` counted: what its charge took beyond the price before, less what was given back."""
    paid = next((charge for charge in charges if charge.id == change.charge), None)
    if paid is None or change.reverted_at is not None:
        return replace(change, excess=0)
    return replace(change, excess=max(paid.amount - change.old_price - paid.refunded, 0))


def interval_of(said: object, present: str) -> str:
    """month or year, however it was said; the present one if nothing was."""
    words = str(said or "")
    if _YEAR.search(words):
        return "year"
    return "month" if _MONTH.search(words) else present


def plan_of(said: object, plans: Sequence[Plan], present: str) -> str:
    """The plan of the price list that the words name first, else the words; the present one if nothing was said."""
    words = str(said or "").strip().casefold()
    found = [(at.start(), name) for name in {each.plan for each in plans} if (at := re.search(rf"\b{name}\b", words))]
    return min(found)[1] if found else words or present


def is_waiting(change: PlanChange, now: datetime) -> bool:
    """Arranged, and not begun yet."""
    return change.at > now and change.reverted_at is None


def offer(
    subscription: Subscription, plans: Sequence[Plan], plan: str, interval: str, now: datetime, *, waiting: bool
) -> PlanOffer:
    """What this plan and interval would mean. `waiting`: a change has been arranged already."""
    listed = next((each for each in plans if (each.plan, each.interval) == (plan, interval)), None)
    price = listed.price if listed else 0
    direction = _direction(subscription, plans, plan, interval)
    at_once = direction == "upgrade" or (direction == "interval" and interval == "year")
    return PlanOffer(
        customer=subscription.customer,
        subscription=subscription.id,
        plan=plan,
        interval=interval,
        price=price,
        currency=listed.currency if listed else subscription.currency,
        present_plan=subscription.plan,
        present_interval=subscription.interval,
        present_price=subscription.price,
        direction=direction,
        difference=price - subscription.price,
        due_now=max(price - unused(subscription, now), 0) if at_once else 0,
        starts_at=now if at_once else subscription.renews_at,
        refused=_refused(subscription, plans, direction, listed=listed is not None) or ("waiting" if waiting else ""),
    )


def _direction(subscription: Subscription, plans: Sequence[Plan], plan: str, interval: str) -> str:
    if plan == subscription.plan:
        return "none" if interval == subscription.interval else "interval"
    ranks = [each.plan for each in plans]
    if plan not in ranks or subscription.plan not in ranks:
        return "none"
    return "upgrade" if ranks.index(plan) > ranks.index(subscription.plan) else "downgrade"


def _refused(subscription: Subscription, plans: Sequence[Plan], direction: str, *, listed: bool) -> str:
    """Why the price list does not give it, from the most to the least final."""
    if subscription.status == "cancelled":
        return "ended"
    if subscription.plan not in {each.plan for each in plans} or not listed:
        return "by_contract"
    if direction == "none":
        return "same"
    return "ending" if subscription.cancel_at is not None else ""
