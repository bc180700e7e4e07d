"""Who the customer is."""

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
