"""What the doors of billing share: the price list, the journal's entry, money going back, and who is told of a plan."""

from datetime import datetime, timedelta
from typing import Any

from records.sql import Connection
from tools.billing.facts import Plan
from tools.demo import store
from tools.demo.store import Deed, Record
from tools.demo.working import Content, Refused, access

PRICES: tuple[Plan, ...] = tuple(
    Plan(plan=plan, interval=interval, price=price, currency="USD")
    for plan, monthly, yearly in (("starter", 1_900, 19_000), ("team", 4_900, 49_000), ("business", 14_900, 149_000))
    for interval, price in (("month", monthly), ("year", yearly))
)
LENGTHS = {"month": timedelta(days=30), "year": timedelta(days=365)}


def listed(plan: str, interval: str) -> Plan:
    """Raises Refused."""
    found = next((each for each in PRICES if (each.plan, each.interval) == (plan, interval)), None)
    if found is None:
        raise Refused("The price list has no such plan.")
    return found


def deed(
    kind: str, record: Record, body: Content, key: str, *, amount: int | None = None, currency: str | None = None
) -> Deed:
    return Deed(
        system="billing",
        kind=kind,
        object=record.id,
        customer=record.customer,
        amount=amount,
        currency=currency,
        key=key,
        request=dict(body),
    )


async def give_back(conn: Connection, charge: Record, amount: int) -> None:
    """Refuses more than is left of the charge. The shop learns of it at once: the order's `refunded` rises too."""
    refunded = charge.body["refunded"] + amount
    if refunded > charge.body["amount"]:
        raise Refused("That would refund more than was paid.")
    await store.change(conn, charge, refunded=refunded)
    order = await store.access(conn, "order", charge.body["order"], charge.customer)
    if order is not None:
        await store.change(conn, order, refunded=refunded)


async def give_back_on(conn: Connection, charge: str, customer: str, amount: int) -> None:
    """The same by the charge's id; nothing is looked up when nothing goes back."""
    if amount:
        await give_back(conn, await access(conn, "charge", charge, customer), amount)


async def put_on(conn: Connection, subscription: Record, *, plan: str, **terms: Any) -> None:
    """Another plan with its terms. The CRM learns of it at once."""
    await store.change(conn, subscription, plan=plan, **terms)
    customer = await store.find(conn, "customer", subscription.customer)
    if customer is not None:
        await store.change(conn, customer, plan=plan)


def renewal(start: datetime, interval: str, at: datetime) -> str:
    """The end of the period that `at` falls into, of periods that began at `start`."""
    ends = start + LENGTHS[interval]
    while ends <= at:
        ends += LENGTHS[interval]
    return ends.isoformat()
