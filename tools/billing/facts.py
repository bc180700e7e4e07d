"""What the billing system tells: payments, subscriptions and their history, invoices, credit."""

from dataclasses import dataclass, field
from datetime import datetime

from tools.money import Cents

AGES = {"ages": True}
"""Marks what the clock alone changes: an approval does not stand on it."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """`order` is empty for a charge that paid no order (a subscription's)."""

    id: str
    customer: str
    amount: Cents
    currency: str
    refunded: Cents
    description: str
    order: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class DuplicateCharge:
    """A charge that repeats another: same customer, amount, currency and description within three days."""

    charge: str
    of: str
    customer: str
    amount: Cents
    currency: str
    refunded: Cents
    description: str
    created_at: datetime
    first_created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """`price` is that of one `interval`, month or year. `charge` paid the present period, "" when nothing did. `unused` is
    the part of it that is not used up, in whole days ahead: counted when it is read. `resumed_at`: when its end was last
    taken back."""

    id: str
    customer: str
    plan: str
    interval: str
    status: str
    price: Cents
    currency: str
    charge: str
    unused: Cents = field(metadata=AGES)
    started_at: datetime
    renews_at: datetime
    cancel_at: datetime | None
    resumed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """`status`: paid, open, overdue or void. `about` is what it is for, `lines` how the amount comes about. `charge` paid
    it; "" while nothing did."""

    id: str
    customer: str
    amount: Cents
    currency: str
    status: str
    about: str
    lines: list[str]
    charge: str
    link: str
    period_start: datetime
    period_end: datetime
    issued_at: datetime
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class PlanChange:
    """A change of a subscription. `cause`: customer, threshold (a `feature` took the workspace's `metric` over
    `threshold`, at `usage`) or support. `charge` is what it was paid with, "" if nothing was charged; `excess` what was
    taken for it beyond the price before, as far as it was not given back: counted when it is read."""

    id: str
    customer: str
    subscription: str
    cause: str
    old_plan: str
    old_interval: str
    old_price: Cents
    new_plan: str
    new_interval: str
    new_price: Cents
    currency: str
    feature: str
    metric: str
    threshold: int
    usage: int
    charge: str
    excess: Cents
    at: datetime
    revertible_until: datetime
    reverted_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A line of the price list: `interval` is month or year, `price` that of one interval."""

    plan: str
    interval: str
    price: Cents
    currency: str


@dataclass(frozen=True, kw_only=True)
class PlanOffer:
    """What another plan or interval would mean for the customer's subscription. `direction`: upgrade, downgrade,
    interval (the same plan) or none. `difference` is per interval of the new price; `due_now` is charged at once, 0 when
    the change waits for `starts_at`. `refused` says why it cannot be had from the present plan: ended,
    by_contract, same, ending (an end is set) or waiting (another change is arranged); "" when it can."""

    customer: str
    subscription: str
    plan: str
    interval: str
    price: Cents
    currency: str
    present_plan: str
    present_interval: str
    present_price: Cents
    direction: str
    difference: Cents
    due_now: Cents = field(metadata=AGES)
    starts_at: datetime
    refused: str


@dataclass(frozen=True, kw_only=True)
class Trial:
    """`status`: running, ended or converted. `extended`: how often it was prolonged."""

    id: str
    customer: str
    plan: str
    status: str
    extended: int
    started_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """A chargeback that the customer's bank has opened. `status`: open, won or lost."""

    id: str
    customer: str
    charge: str
    amount: Cents
    currency: str
    reason: str
    status: str
    opened_at: datetime
    answer_due: datetime


@dataclass(frozen=True, kw_only=True)
class CreditEntry:
    """A credit that was given. `about`: the incident, invoice or subscription it makes up for. `used`: how much of it
    has gone into invoices."""

    id: str
    customer: str
    amount: Cents
    currency: str
    cause: str
    about: str
    used: Cents
    given_at: datetime
    void_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Credit:
    """The customer's credit account. `about`: all that was made up for and not taken back. The entry is the one in focus,
    else the latest that stands, "" when there is none; its status is standing or void."""

    customer: str
    balance: Cents
    currency: str
    about: list[str]
    entry: str
    entry_amount: Cents
    entry_about: str
    entry_used: Cents
    entry_status: str
