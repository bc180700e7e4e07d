"""Picks the order that is meant, out of the customer's own, and counts how late it is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from records.ids import CustomerId
from tools.commerce.facts import Order, Stock, Tracking
from tools.sources import Focus, Source, access_own, same_id
from tools.systems import Systems


def counted(order: Order, now: datetime) -> Order:
    """The order with its `days_late`: whole days past the promise, to delivery or to `now`. A cancelled order is never
    late."""
    end = order.delivered_at or now
    late = 0 if order.status == "cancelled" else max((end - order.promised_at).days, 0)
    return replace(order, days_late=late)


def pick_order(orders: Sequence[Order], focus: Focus) -> Order | None:
    """The order in focus, or the one that the charge in focus paid; without either the latest late one that has not been
    replaced, else the latest."""
    if focus.get("order"):
        return next((order for order in orders if same_id(order.id, focus["order"])), None)
    if focus.get("charge"):
        return next((order for order in orders if same_id(order.charge, focus["charge"])), None)
    return max(orders, key=_late_then_latest, default=None)


def _late_then_latest(order: Order) -> tuple[bool, datetime, str]:
    return (order.days_late > 0 and not order.replacement, order.placed_at, order.id)


def followed(parcel: Tracking, now: datetime) -> Tracking:
    """The parcel with its `days_silent`: whole days since it was last heard of, 0 once it is delivered."""
    silent = 0 if parcel.status == "delivered" else max((now - parcel.last_event_at).days, 0)
    return replace(parcel, days_silent=silent)


def access_tracking(record: Tracking | None, order: Order) -> Tracking | None:
    """A parcel is its order's, and `order` is the customer's own."""
    if record is None:
        return None
    if record.order != order.id:
        return None
    return record


def access_stock(record: Stock | None, order: Order) -> Stock | None:
    if record is None:
        return None
    if record.order != order.id:
        return None
    return record


async def _orders(systems: Systems, customer: CustomerId, now: datetime) -> list[Order]:
    found = await systems.commerce.orders(customer)
    return [counted(order, now) for order in found if access_own(order, customer)]


async def read_order(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> Order | None:
    return pick_order(await _orders(systems, customer, now), focus)


async def read_tracking(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> Tracking | None:
    order = await read_order(systems, customer, focus, now)
    if order is None:
        return None
    parcel = access_tracking(await systems.commerce.tracking(customer, order.id), order)
    return parcel and followed(parcel, now)


async def read_stock(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> Stock | None:
    order = await read_order(systems, customer, focus, now)
    if order is None:
        return None
    return access_stock(access_own(await systems.commerce.stock(customer, order.id), customer), order)


ORDER = Source(
    fact=Order,
    system="commerce",
    about="Looks up one of the customer's orders: items, total, status, dates, days late. Without an id: their latest late"
    " order, else their latest one.",
    read=read_order,
    focus=("order", "charge"),
)
TRACKING = Source(
    fact=Tracking,
    system="commerce",
    about="Looks up where the parcel of an order is: carrier, last event and when, and what went wrong on the way. Without an id: of their latest late"
    " order, else their latest one.",
    read=read_tracking,
    focus=("order", "charge"),
)
STOCK = Source(
    fact=Stock,
    system="commerce",
    about="Looks up what of an order is in the warehouse now, what is missing, and when it is expected. Without an id: of"
    " their latest late order, else their latest one.",
    read=read_stock,
    focus=("order", "charge"),
)
