"""The demo company's commerce port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.ids import CustomerId
from tools.answers import Effected
from tools.commerce.facts import Order, Stock, Tracking
from tools.commerce.port import Change
from tools.connections import Connection
from tools.demo.adapters.line import Line, first, line_of


class DemoCommerce:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def orders(self, customer: CustomerId) -> list[Order]:
        return await self._line.get(Order, "orders", customer=customer)

    async def tracking(self, customer: CustomerId, order: str) -> Tracking | None:
        return first(await self._line.get(Tracking, "tracking", customer=customer, order=order))

    async def stock(self, customer: CustomerId, order: str) -> Stock | None:
        return first(await self._line.get(Stock, "stock", customer=customer, order=order))

    async def changes(self, customer: CustomerId, order: str) -> list[Change]:
        return await self._line.get(Change, "changes", customer=customer, order=order)

    async def change_address(self, customer: CustomerId, order: str, address: str) -> Effected:
        return await self._line.post("change_address", {"customer": customer, "order": order, "address": address})

    async def reship(self, customer: CustomerId, order: str, cause: str) -> Effected:
        return await self._line.post("reship", {"customer": customer, "order": order, "cause": cause})

    async def split(self, customer: CustomerId, order: str) -> Effected:
        return await self._line.post("split", {"customer": customer, "order": order})

    async def cancel(self, customer: CustomerId, order: str) -> Effected:
        return await self._line.post("cancel", {"customer": customer, "order": order})


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoCommerce]:
    async with line_of(connection) as line:
        yield DemoCommerce(line)
