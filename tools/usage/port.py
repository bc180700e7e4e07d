"""The port to the product's own records of plans and use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from records.ids import CustomerId, LedgerKey
from tools.answers import Effected
from tools.usage.facts import Entitlement, Feature


@dataclass(frozen=True, kw_only=True)
class Meter:
    """One metric as it stands; `words` are other names that people use. The rest is as in `Usage`."""

    id: str
    customer: str
    metric: str
    words: list[str]
    used: int
    included: int
    next_plan: str | None
    next_included: int | None
    next_price: int | None
    currency: str
    resets_at: datetime | None
    at_limit: str


class ProductUse(Protocol):
    """Meters, features, accesses. Honours idempotency keys: `effect` finds what was done under one."""

    async def meters(self, customer: CustomerId) -> list[Meter]: ...
    async def features(self, customer: CustomerId) -> list[Feature]: ...
    async def entitlements(self, customer: CustomerId) -> list[Entitlement]: ...
    async def switch(self, customer: CustomerId, entitlement: str, to: str, key: LedgerKey) -> Effected:
        """`to`: active or lapsed."""

    async def effect(self, key: LedgerKey) -> Effected | None: ...
