"""The demo company's identity port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.ids import CustomerId, LedgerKey
from tools.answers import Effected
from tools.connections import Connection
from tools.demo.adapters.line import Line, first, line_of
from tools.identity.facts import Login, Seat


class DemoIdentity:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def login(self, customer: CustomerId) -> Login | None:
        return first(await self._line.get(Login, "login", customer=customer))

    async def seats(self, customer: CustomerId) -> list[Seat]:
        return await self._line.get(Seat, "seats", customer=customer)

    async def reset_password(self, customer: CustomerId, login: str, key: LedgerKey) -> Effected:
        return await self._line.post("reset_password", {"customer": customer, "login": login}, key)

    async def reset_mfa(self, customer: CustomerId, login: str, key: LedgerKey) -> Effected:
        return await self._line.post("reset_mfa", {"customer": customer, "login": login}, key)

    async def reset_seat(self, customer: CustomerId, seat: str, key: LedgerKey) -> Effected:
        return await self._line.post("reset_seat", {"customer": customer, "seat": seat}, key)

    async def free_seat(self, customer: CustomerId, seat: str, key: LedgerKey) -> Effected:
        return await self._line.post("free_seat", {"customer": customer, "seat": seat}, key)

    async def effect(self, key: LedgerKey) -> Effected | None:
        return first(await self._line.get(Effected, "effect", key=key))


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoIdentity]:
    async with line_of(connection) as line:
        yield DemoIdentity(line)
