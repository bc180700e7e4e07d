"""The demo company's scheduling port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from records.ids import CustomerId
from tools.answers import Effected
from tools.connections import Connection
from tools.demo.adapters.line import Line, first, line_of
from tools.scheduling.facts import Booking, Meeting
from tools.scheduling.port import CallChange


class DemoScheduling:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def free(self, customer: CustomerId, after: datetime) -> Meeting | None:
        return first(await self._line.get(Meeting, "free", customer=customer, after=after.isoformat()))

    async def meeting(self, customer: CustomerId, meeting: str) -> Meeting | None:
        return first(await self._line.get(Meeting, "meeting", customer=customer, id=meeting))

    async def bookings(self, customer: CustomerId) -> list[Booking]:
        return await self._line.get(Booking, "bookings", customer=customer)

    async def changes(self, customer: CustomerId) -> list[CallChange]:
        return await self._line.get(CallChange, "changes", customer=customer)

    async def book(self, customer: CustomerId, meeting: str, topic: str) -> Effected:
        return await self._line.post("book", {"customer": customer, "meeting": meeting, "topic": topic})

    async def move(self, customer: CustomerId, booking: str, meeting: str) -> Effected:
        return await self._line.post("move", {"customer": customer, "booking": booking, "meeting": meeting})

    async def cancel(self, customer: CustomerId, booking: str) -> Effected:
        return await self._line.post("cancel", {"customer": customer, "booking": booking})


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoScheduling]:
    async with line_of(connection) as line:
        yield DemoScheduling(line)
