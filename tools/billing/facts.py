"""What the billing system tells: payments and subscriptions."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Charge:
    """`order` is empty for a charge that paid no order (a subscription's)."""

    id: str
    customer: str
    amount: int
    currency: str
    refunded: int
    description: str
    order: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class DuplicateCharge:
    """A charge that repeats another: same customer, amount, currency and description within three days."""

    charge: str
    of: str
    customer: str
    amount: int
    currency: str
    refunded: int
    description: str
    created_at: datetime
    first_created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Subscription:
    id: str
    customer: str
    plan: str
    interval: str
    status: str
    price: int
    currency: str
    started_at: datetime
    renews_at: datetime
    cancel_at: datetime | None
