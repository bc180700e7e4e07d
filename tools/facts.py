"""The kinds of fact the agent may know: typed pieces of a business system's records.

Each class is one variable of the policy language: its fields are what `policy.yaml` and the playbooks may name, and a
field that is not here is an error when the company folder is loaded. Money is int minor units, times are aware UTC.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Customer:
    id: str
    name: str
    email: str
    plan: str
    tier: str
    language: str
    country: str
    lifetime_value: int
    currency: str
    since: datetime


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


@dataclass(frozen=True, kw_only=True)
class Incident:
    id: str
    title: str
    component: str
    status: str
    started_at: datetime


FACT_TYPES: dict[str, type] = {
    "customer": Customer,
    "order": Order,
    "tracking": Tracking,
    "charge": Charge,
    "duplicate_charge": DuplicateCharge,
    "subscription": Subscription,
    "incident": Incident,
}
