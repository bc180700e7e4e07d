"""The demo company's usage port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.ids import CustomerId, LedgerKey
from tools.answers import Effected
from tools.connections import Connection
from tools.demo.adapters.line import Line, first, line_of
from tools.usage.facts import Entitlement, Feature
from tools.usage.port import Meter


class DemoUsage:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def meters(self, customer: CustomerId) -> list[Meter]:
        return await self._line.get(Meter, "meters", customer=customer)

    async def features(self, customer: CustomerId) -> list[Feature]:
        return await self._line.get(Feature, "features", customer=customer)

    async def entitlements(self, customer: CustomerId) -> list[Entitlement]:
        return await self._line.get(Entitlement, "entitlements", customer=customer)

    async def switch(self, customer: CustomerId, entitlement: str, to: str, key: LedgerKey) -> Effected:
        return await self._line.post("switch", {"customer": customer, "entitlement": entitlement, "to": to}, key)

    async def effect(self, key: LedgerKey) -> Effected | None:
        return first(await self._line.get(Effected, "effect", key=key))


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoUsage]:
    async with line_of(connection) as line:
        yield DemoUsage(line)
