"""What the shop tells: orders and parcels."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Order:
    """`days_late`: whole days past `promised_at`, counted to delivery or to now; 0 when on time.
    `charge`: the payment. `revision` rises by one with every change at the shop."""

    id: str
    customer: str
    status: str
    items: list[str]
    total: int
    currency: str
    refunded: int
    charge: str
    address: str
    revision: int
    days_late: int
    placed_at: datetime
    promised_at: datetime
    dispatched_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Tracking:
    order: str
    carrier: str
    status: str
    last_event: str
    last_event_at: datetime
