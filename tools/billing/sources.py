"""Picks the payment or the subscription that is meant, out of the customer's own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from records.ids import CustomerId
from tools.billing.counting import with_unused
from tools.billing.facts import Charge, DuplicateCharge, Subscription
from tools.commerce.facts import Order
from tools.commerce.sources import read_order
from tools.sources import Focus, Source, access_own, same_id
from tools.systems import Systems

DUPLICATE_WINDOW = timedelta(days=3)


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


async def own_charges(systems: Systems, customer: CustomerId) -> list[Charge]:
    return [charge for charge in await systems.billing.charges(customer) if access_own(charge, customer)]


async def read_charge(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> Charge | None:
    order = None if focus.get("charge") else await read_order(systems, customer, focus, now)
    return pick_charge(await own_charges(systems, customer), order, focus)


async def read_duplicate_charge(
    systems: Systems, customer: CustomerId, focus: Focus, _now: datetime
) -> DuplicateCharge | None:
    return pick_duplicate(await own_charges(systems, customer), focus)


async def read_subscription(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> Subscription | None:
    found = pick_subscription(access_own(await systems.billing.subscription(customer), customer), focus)
    return with_unused(found, now) if found else None


CHARGE = Source(
    fact=Charge,
    system="billing",
    about="Looks up a payment of the customer's: amount, what for, how much of it was refunded. By the charge's id, or by"
    " the id of the order it paid.",
    read=read_charge,
    focus=("charge", "order"),
)
DUPLICATE_CHARGE = Source(
    fact=DuplicateCharge,
    system="billing",
    about="Looks up whether the customer was charged twice for the same thing within three days: the second charge, and"
    " the first one it repeats.",
    read=read_duplicate_charge,
    focus=("charge",),
)
SUBSCRIPTION = Source(
    fact=Subscription,
    system="billing",
    about="Looks up the customer's subscription: plan, price, status, when it renews or ends, and how much of the paid"
    " period is not used up.",
    read=read_subscription,
    focus=("subscription",),
)
