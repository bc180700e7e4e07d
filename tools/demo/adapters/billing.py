"""The demo company's billing port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.ids import CustomerId, LedgerKey
from tools.answers import Effected
from tools.billing.facts import Charge, Subscription
from tools.connections import Connection
from tools.demo.adapters.line import Line, first, line_of


class DemoBilling:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def charges(self, customer: CustomerId) -> list[Charge]:
        return await self._line.get(Charge, "charges", customer=customer)

    async def subscription(self, customer: CustomerId) -> Subscription | None:
        return first(await self._line.get(Subscription, "subscription", customer=customer))

    async def refund(self, customer: CustomerId, charge: str, amount: int, reason: str, key: LedgerKey) -> Effected:
        body = {"customer": customer, "charge": charge, "amount": amount, "reason": reason}
        return await self._line.post("refund", body, key)

    async def cancel(self, customer: CustomerId, subscription: str, at_period_end: bool, key: LedgerKey) -> Effected:
        body = {"customer": customer, "subscription": subscription, "at_period_end": at_period_end}
        return await self._line.post("cancel", body, key)

    async def effect(self, key: LedgerKey) -> Effected | None:
        return first(await self._line.get(Effected, "effect", key=key))


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoBilling]:
    async with line_of(connection) as line:
        yield DemoBilling(line)
