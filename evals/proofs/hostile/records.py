"""The customers' records at the demo systems, and the oracle's own book of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from records.ids import CustomerId

Json = dict[str, Any]
CUSTOMERS = ("cus_one", "cus_two", "cus_three")
ORDERS = {f"ord_{number}{part}": customer for number, customer in enumerate(CUSTOMERS, 71) for part in (1, 2)}
CHARGES = {order.replace("ord", "ch"): customer for order, customer in ORDERS.items()}
SUBSCRIPTIONS = {"sub_71": "cus_one", "sub_72": "cus_two"}
"""The third customer has none."""
OWNERS = ORDERS | CHARGES | SUBSCRIPTIONS
HALF_A_DAY = timedelta(hours=12)


def NEIGHBOUR(customer: CustomerId) -> CustomerId:  # noqa: N802
    return CustomerId(CUSTOMERS[(CUSTOMERS.index(customer) + 1) % len(CUSTOMERS)])


def private(customer: str) -> tuple[str, ...]:
    """What nobody else may be told: name, address and e-mail address."""
    name = customer.removeprefix("cus_").title()
    return (f"Quill {name}son", f"{name} Secret Lane", f"{name.lower()}@private.example")


@dataclass(kw_only=True)
class Bought:
    """An order with its charge. `age`, `late`: whole days at the beginning. `refunded`: by whoever, in cents, so far."""

    total: int
    age: int
    late: int
    sent: bool
    refunded: int


@dataclass(kw_only=True)
class Books:
    """What the records are, kept from what was put there and from the systems' journals. `since`: when they were made."""

    bought: dict[str, Bought]
    since: datetime | None = None
    ended: set[str] = field(default_factory=set)

    def records(self, now: datetime) -> Iterator[tuple[str, str, Json]]:
        """Kind, id and fields of every record."""
        self.since = now
        for customer in CUSTOMERS:
            yield "customer", customer, _customer(customer, now)
        for order, bought in self.bought.items():
            owner = ORDERS[order]
            yield "order", order, _order(order, owner, bought, now)
            yield "charge", order.replace("ord", "ch"), _charge(order, owner, bought, now)
        for subscription, owner in SUBSCRIPTIONS.items():
            yield "subscription", subscription, _subscription(owner, now)

    def charge(self, charge: str) -> Bought:
        return self.bought[charge.replace("ch", "ord")]

    def enter(self, effect: Json) -> None:
        """What a system's journal says was done."""
        if effect["kind"] == "refund":
            self.charge(effect["object"]).refunded += effect["amount"]
        if effect["kind"] == "cancellation" and effect["request"].get("at_period_end") is False:
            self.ended.add(effect["object"])

    def days(self, now: datetime) -> timedelta:
        """Since the records were made."""
        return now - (self.since or now)


def _customer(customer: str, now: datetime) -> Json:
    name, _, email = private(customer)
    when = (now - timedelta(days=400)).isoformat()
    about = {"name": name, "email": email, "plan": "team", "tier": "standard", "language": "en", "country": "US"}
    return about | {"lifetime_value": 1000, "currency": "USD", "since": when}


def _order(order: str, owner: str, bought: Bought, now: datetime) -> Json:
    placed, promised = now - timedelta(days=bought.age) - HALF_A_DAY, now - timedelta(days=bought.late) - HALF_A_DAY
    return {
        "customer": owner,
        "status": "dispatched" if bought.sent else "processing",
        "items": ["Hub"],
        "total": bought.total,
        "currency": "USD",
        "refunded": bought.refunded,
        "charge": order.replace("ord", "ch"),
        "address": private(owner)[1],
        "revision": 1,
        "placed_at": placed.isoformat(),
        "promised_at": promised.isoformat(),
        "dispatched_at": placed.isoformat() if bought.sent else None,
        "delivered_at": None,
    }


def _charge(order: str, owner: str, bought: Bought, now: datetime) -> Json:
    return {
        "customer": owner,
        "amount": bought.total,
        "currency": "USD",
        "refunded": bought.refunded,
        "description": f"Order {order}",
        "order": order,
        "created_at": (now - timedelta(days=bought.age) - HALF_A_DAY).isoformat(),
    }


def _subscription(owner: str, now: datetime) -> Json:
    return {
        "customer": owner,
        "plan": "team",
        "interval": "month",
        "status": "active",
        "price": 4_900,
        "currency": "USD",
        "charge": "",
        "unused": 0,
        "started_at": (now - timedelta(days=100)).isoformat(),
        "renews_at": (now + timedelta(days=200)).isoformat(),
        "cancel_at": None,
    }
