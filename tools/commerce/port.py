"""The port to the shop."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from records.ids import CustomerId
from tools.answers import Effected
from tools.commerce.facts import Order, Tracking


@dataclass(frozen=True, kw_only=True)
class AddressChange:
    """An entry of an order's change log: `revision` is the order's revision that the change made."""

    reference: str
    order: str
    address: str
    revision: int
    at: datetime


class Commerce(Protocol):
    """Orders and parcels. Ignores idempotency keys, but what it did can be looked up on the order, in `changes`.
    It does not count days: `days_late` comes as 0, and `tools/commerce/sources.py` counts it."""

    async def orders(self, customer: CustomerId) -> list[Order]: ...
    async def tracking(self, customer: CustomerId, order: str) -> Tracking | None: ...
    async def changes(self, customer: CustomerId, order: str) -> list[AddressChange]: ...
    async def change_address(self, customer: CustomerId, order: str, address: str) -> Effected: ...
