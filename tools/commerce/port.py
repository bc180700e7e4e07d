"""The port to the shop."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from records.ids import CustomerId
from tools.answers import Effected
from tools.commerce.facts import Order, Stock, Tracking


@dataclass(frozen=True, kw_only=True)
class Change:
    """An entry of an order's change log. `kind`: address_change, replacement, split or order_cancellation. `revision` is
    the order's revision that the change made; `address` the new one and `cause` the reason given, "" where there is
    none; `amount` the money it gave back, in minor units, None when it moved none."""

    reference: str
    kind: str
    order: str
    revision: int
    at: datetime
    address: str = ""
    cause: str = ""
    amount: int | None = None
    currency: str | None = None


class Commerce(Protocol):
    """Orders and parcels. Ignores idempotency keys, but what it did can be looked up on the order, in `changes`.
    It does not count days: `days_late` and `days_silent` come as 0, and `tools/commerce/sources.py` counts them."""

    async def orders(self, customer: CustomerId) -> list[Order]: ...
    async def tracking(self, customer: CustomerId, order: str) -> Tracking | None: ...
    async def stock(self, customer: CustomerId, order: str) -> Stock | None: ...
    async def changes(self, customer: CustomerId, order: str) -> list[Change]: ...
    async def change_address(self, customer: CustomerId, order: str, address: str) -> Effected: ...
    async def reship(self, customer: CustomerId, order: str, cause: str) -> Effected: ...
    async def split(self, customer: CustomerId, order: str) -> Effected: ...
    async def cancel(self, customer: CustomerId, order: str) -> Effected: ...
