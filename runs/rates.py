"""Forgets, every few minutes, the rates that nobody has used for longer than their window."""

from dataclasses import dataclass

from records import rates
from records.clock import Clock
from records.database import Database

CRON = "*/10 * * * *"


@dataclass(frozen=True, kw_only=True)
class Forgetter:
    database: Database
    clock: Clock

    async def forget(self) -> None:
        async with self.database.transaction() as conn:
            await rates.forget(conn, now=self.clock.now())
