"""Which of a customer's records is meant, and what follows from them. Pure; the records are already the customer's own.

`focus` holds the ids that the customer mentioned or that a proposal's arguments name, under "order", "charge" and
"subscription". A focus that fits no record picks nothing: an unknown id never falls back to another record.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tools.facts import Charge, DuplicateCharge, Incident, Order, Subscription

Focus = Mapping[str, str]
DUPLICATE_WINDOW = timedelta(days=3)


def same_id(left: str, right: str) -> bool:
    """People write ids in any case, and `1001` for `ord_1001`."""
    if right.isdecimal():
        return re.split(r"[-_]", left)[-1] == right
    return left.casefold() == right.casefold()


def counted(order: Order, now: datetime) -> Order:
    """The order with its `days_late`: whole days past the promise, to delivery or to `now`. A cancelled order is never
    late."""
    end = order.delivered_at or now
    late = 0 if order.status == "cancelled" else max((end - order.promised_at).days, 0)
    return replace(order, days_late=late)


def pick_order(orders: Sequence[Order], focus: Focus) -> Order | None:
    """The order in focus, or the one that the charge in focus paid; without either the latest late one, else the latest."""
    if focus.get("order"):
        return next((order for order in orders if same_id(order.id, focus["order"])), None)
    if focus.get("charge"):
        return next((order for order in orders if same_id(order.charge, focus["charge"])), None)
    return max(orders, key=_late_then_latest, default=None)


def _late_then_latest(order: Order) -> tuple[bool, datetime, str]:
    return (order.days_late > 0, order.placed_at, order.id)


def pick_charge(charges: Sequence[Charge], order: Order | None, focus: Focus) -> Charge | None:
    """The charge in focus, else the one that paid `order`, else the latest. An order in focus that is not there has none."""
    if focus.get("charge"):
        return next((charge for charge in charges if same_id(charge.id, focus["charge"])), None)
    if order is not None:
        return next((charge for charge in charges if charge.id == order.charge), None)
    if focus.get("order"):
        return None
    return max(charges, key=_created, default=None)


def _created(charge: Charge) -> tuple[datetime, str]:
    return (charge.created_at, charge.id)


def pick_duplicate(charges: Sequence[Charge], focus: Focus) -> DuplicateCharge | None:
    """The latest charge that repeats another, or the one whose pair holds the charge in focus."""
    found = duplicates(charges)
    if focus.get("charge"):
        found = [pair for pair in found if same_id(pair.charge, focus["charge"]) or same_id(pair.of, focus["charge"])]
    return found[-1] if found else None


def duplicates(charges: Sequence[Charge]) -> list[DuplicateCharge]:
    """Every charge that repeats an earlier one, in order of time, with the earliest it repeats. Money that has been
    given back in full, on either of the two, leaves nothing to complain of."""
    kept = sorted((charge for charge in charges if charge.refunded < charge.amount), key=_created)
    pairs = []
    for index, later in enumerate(kept):
        first = next((earlier for earlier in kept[:index] if _repeats(later, earlier)), None)
        if first is not None:
            pairs.append(_duplicate(later, first))
    return pairs


def _repeats(later: Charge, first: Charge) -> bool:
    return (
        later.id != first.id
        and later.amount == first.amount
        and later.currency == first.currency
        and later.description == first.description
        and later.order == first.order
        and later.created_at - first.created_at <= DUPLICATE_WINDOW
    )


def _duplicate(later: Charge, first: Charge) -> DuplicateCharge:
    return DuplicateCharge(
        charge=later.id,
        of=first.id,
        customer=later.customer,
        amount=later.amount,
        currency=later.currency,
        refunded=later.refunded,
        description=later.description,
        created_at=later.created_at,
        first_created_at=first.created_at,
    )


def pick_subscription(subscription: Subscription | None, focus: Focus) -> Subscription | None:
    """The customer's subscription, unless another one is in focus."""
    if subscription is None:
        return None
    if focus.get("subscription") and not same_id(subscription.id, focus["subscription"]):
        return None
    return subscription


def pick_incident(incidents: Sequence[Incident]) -> Incident | None:
    """The first that is not resolved."""
    return next((incident for incident in incidents if incident.status != "resolved"), None)
