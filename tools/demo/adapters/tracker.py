"""The demo company's tracker port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.ids import CustomerId
from tools.answers import Effected
from tools.connections import Connection
from tools.demo.adapters.line import Line, line_of


class DemoTracker:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def file(self, customer: CustomerId, title: str, description: str) -> Effected:
        return await self._line.post("file", {"customer": customer, "title": title, "description": description})


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoTracker]:
    async with line_of(connection) as line:
        yield DemoTracker(line)
