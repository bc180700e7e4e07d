"""The demo company's crm port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.ids import CustomerId
from tools.connections import Connection
from tools.crm.facts import Customer
from tools.demo.adapters.line import Line, first, line_of


class DemoCrm:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def customer(self, customer: CustomerId) -> Customer | None:
        return first(await self._line.get(Customer, "customer", customer=customer))


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoCrm]:
    async with line_of(connection) as line:
        yield DemoCrm(line)
