"""Who the customer is."""

from dataclasses import dataclass
from datetime import datetime

from tools.money import Cents


@dataclass(frozen=True, kw_only=True)
class Customer:
    """`deletes_at`: when the account and its data are erased; None unless that was asked for. `revision` rises by one
    with every change of that."""

    id: str
    name: str
    email: str
    plan: str
    tier: str
    language: str
    country: str
    lifetime_value: Cents
    currency: str
    since: datetime
    deletes_at: datetime | None = None
    revision: int = 1
