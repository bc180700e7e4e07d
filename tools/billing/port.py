"""The port to the billing system."""

from typing import Protocol

from records.ids import CustomerId, LedgerKey
from tools.answers import Effected
from tools.billing.facts import Charge, Subscription


class Billing(Protocol):
    """Charges, refunds, subscriptions. Honours idempotency keys: `effect` finds what was done under one."""

    async def charges(self, customer: CustomerId) -> list[Charge]: ...
    async def subscription(self, customer: CustomerId) -> Subscription | None: ...
    async def refund(self, customer: CustomerId, charge: str, amount: int, reason: str, key: LedgerKey) -> Effected: ...
    async def cancel(
        self, customer: CustomerId, subscription: str, at_period_end: bool, key: LedgerKey
    ) -> Effected: ...
    async def effect(self, key: LedgerKey) -> Effected | None: ...
