"""What the shop tells: orders, parcels, and what of an order is in stock."""

from dataclasses import dataclass, field
from datetime import datetime

from tools.money import Cents

AGES = {"ages": True}
"""Marks what the clock alone changes: an approval does not stand on it."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """`days_late`: whole days past `promised_at`, counted to delivery or to now; 0 when on time.
    `charge`: the payment. `revision` rises by one with every change at the shop. `replacement`: the order that was sent
    in place of this one; `rest`: the order that holds what of it is sent later; each "" when there is none."""

    id: str
    customer: str
    status: str
    items: list[str]
    total: Cents
    currency: str
    refunded: Cents
    charge: str
    address: str
    revision: int
    days_late: int = field(metadata=AGES)
    placed_at: datetime
    promised_at: datetime
    dispatched_at: datetime | None
    delivered_at: datetime | None
    replacement: str = ""
    rest: str = ""


@dataclass(frozen=True, kw_only=True)
class Tracking:
    """`exception`: what the carrier says went wrong, "" when nothing. `days_silent`: whole days without any news of a
    parcel that has not been delivered; 0 once it has."""

    order: str
    carrier: str
    status: str
    last_event: str
    last_event_at: datetime
    exception: str = ""
    days_silent: int = field(default=0, metadata=AGES)


@dataclass(frozen=True, kw_only=True)
class Stock:
    """Of an order's items, those that are in the warehouse now and those that are not, each as often as it was ordered.
    `restocked_at`: when the last of the missing ones is expected; None when nothing is missing or nobody knows."""

    order: str
    customer: str
    available: list[str]
    missing: list[str]
    restocked_at: datetime | None
