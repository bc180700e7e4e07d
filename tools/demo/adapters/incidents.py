"""The demo company's incidents port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.ids import CustomerId
from tools.connections import Connection
from tools.demo.adapters.line import Line, line_of
from tools.incidents.facts import Deployment, Incident
from tools.incidents.port import LoggedError


class DemoIncidents:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def incidents(self) -> list[Incident]:
        return await self._line.get(Incident, "incidents")

    async def errors(self, customer: CustomerId) -> list[LoggedError]:
        return await self._line.get(LoggedError, "errors", customer=customer)

    async def deployments(self) -> list[Deployment]:
        return await self._line.get(Deployment, "deployments")


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoIncidents]:
    async with line_of(connection) as line:
        yield DemoIncidents(line)
