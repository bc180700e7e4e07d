"""Short ways to make the demo company's records. `now` comes first; days are days ago, negative ones lie ahead."""

from datetime import datetime, timedelta

from tools.billing.facts import Charge, Subscription
from tools.commerce.facts import Order, Tracking
from tools.crm.facts import Customer

Fact = object
"""A dataclass of tools/demo/systems.py, KINDS."""

CURRENCY = "USD"
CARRIER = "Northern Parcel"


def ago(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now - timedelta(days=days)


def customer(
    now: datetime,
    id: str,  # noqa: A002 - the field's name
    name: str,
    *,
    plan: str,
    tier: str,
    country: str,
    value: int,
    days: int,
    language: str = "en",
) -> Customer:
    """`value`: the lifetime value; `days`: a customer since."""
    return Customer(
        id=id,
        name=name,
        email=f"{id.removeprefix('cus_')}@example.com",
        plan=plan,
        tier=tier,
        language=language,
        country=country,
        lifetime_value=value,
        currency=CURRENCY,
        since=now - timedelta(days=days),
    )


def bought(
    now: datetime,
    number: str,
    owner: str,
    *,
    total: int,
    items: list[str],
    placed: int,
    promised: int,
    dispatched: int | None = None,
    delivered: int | None = None,
    refunded: int = 0,
) -> list[Fact]:
    """An order and the charge that paid it; its status follows from its dates."""
    order = Order(
        id=f"ord_{number}",
        customer=owner,
        status=_status(dispatched, delivered),
        items=items,
        total=total,
        currency=CURRENCY,
        refunded=refunded,
        charge=f"ch_{number}",
        address=f"{number} Quay Street, Port Ellery",
        revision=1,
        days_late=0,
        placed_at=now - timedelta(days=placed),
        promised_at=now - timedelta(days=promised),
        dispatched_at=ago(now, dispatched),
        delivered_at=ago(now, delivered),
    )
    paid = charge(now, order.charge, owner, total, f"Order {order.id}", days=placed, order=order.id, refunded=refunded)
    return [order, paid]


def _status(dispatched: int | None, delivered: int | None) -> str:
    if delivered is not None:
        return "delivered"
    return "processing" if dispatched is None else "dispatched"


def shipped(
    now: datetime,
    number: str,
    owner: str,
    *,
    total: int,
    items: list[str],
    placed: int,
    promised: int,
    delivered: int | None = None,
    refunded: int = 0,
) -> list[Fact]:
    """An order that left the day after it was placed."""
    return bought(
        now,
        number,
        owner,
        total=total,
        items=items,
        placed=placed,
        promised=promised,
        dispatched=placed - 1,
        delivered=delivered,
        refunded=refunded,
    )


def tracking(now: datetime, order: str, status: str, event: str, *, days: int, exception: str = "") -> Tracking:
    last = now - timedelta(days=days)
    return Tracking(
        order=order, carrier=CARRIER, status=status, last_event=event, last_event_at=last, exception=exception
    )


def charge(
    now: datetime,
    id: str,  # noqa: A002
    owner: str,
    amount: int,
    description: str,
    *,
    days: int,
    order: str = "",
    refunded: int = 0,
) -> Charge:
    return Charge(
        id=id,
        customer=owner,
        amount=amount,
        currency=CURRENCY,
        refunded=refunded,
        description=description,
        order=order,
        created_at=now - timedelta(days=days),
    )


def subscription(
    now: datetime,
    id: str,  # noqa: A002
    owner: str,
    *,
    plan: str,
    price: int,
    started: int,
    renews: int,
    interval: str = "month",
    status: str = "active",
    ended: int | None = None,
    charge: str = "",
) -> Subscription:
    """`renews` lies ahead, in days; `ended` is days ago; `charge` paid the present period."""
    return Subscription(
        id=id,
        customer=owner,
        plan=plan,
        interval=interval,
        status=status,
        price=price,
        currency=CURRENCY,
        charge=charge,
        unused=0,
        started_at=now - timedelta(days=started),
        renews_at=now + timedelta(days=renews),
        cancel_at=ago(now, ended),
    )
