"""The demo company's crm port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.ids import CustomerId
from tools.answers import Effected
from tools.connections import Connection
from tools.crm.facts import Customer
from tools.crm.port import Deletion
from tools.demo.adapters.line import Line, first, line_of


class DemoCrm:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def customer(self, customer: CustomerId) -> Customer | None:
        return first(await self._line.get(Customer, "customer", customer=customer))

    async def deletion(self, customer: CustomerId) -> Deletion | None:
        return first(await self._line.get(Deletion, "deletion", customer=customer))

    async def delete(self, customer: CustomerId) -> Effected:
        return await self._line.post("delete", {"customer": customer})


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoCrm]:
    async with line_of(connection) as line:
        yield DemoCrm(line)
