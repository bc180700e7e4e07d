"""The demo company's incidents port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tools.connections import Connection
from tools.demo.adapters.line import Line, line_of
from tools.incidents.facts import Incident


class DemoIncidents:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def incidents(self) -> list[Incident]:
        return await self._line.get(Incident, "incidents")


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoIncidents]:
    async with line_of(connection) as line:
        yield DemoIncidents(line)
