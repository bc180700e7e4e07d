"""The demo company's tracker port."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from records.ids import CustomerId
from tools.answers import Effected
from tools.connections import Connection
from tools.demo.adapters.line import Line, line_of
from tools.tracker.facts import KnownBug


class DemoTracker:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def bugs(self) -> list[KnownBug]:
        return await self._line.get(KnownBug, "bugs")

    async def file(
        self,
        customer: CustomerId,
        title: str,
        description: str,
        session: Mapping[str, str] | None = None,
        duplicate_of: str = "",
    ) -> Effected:
        report = {"customer": customer, "title": title, "description": description}
        return await self._line.post("file", {**report, "session": dict(session or {}), "duplicate_of": duplicate_of})

    async def wish(self, customer: CustomerId, area: str, wish: str) -> Effected:
        return await self._line.post("wish", {"customer": customer, "area": area, "wish": wish})


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoTracker]:
    async with line_of(connection) as line:
        yield DemoTracker(line)
