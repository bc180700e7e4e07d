"""The examples that people accepted, as every process sees them: what triage learns beside the company's own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from records import sql
from records.database import Database
from records.errors import NotReady
from records.sql import Connection

NONE = "none"
"""What stands for an intent where a message is nobody's request here."""
PAUSE = 1.0
"""Seconds until another process knows what was accepted or taken back in this one."""
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Taught:
    """`examples` by intent, `none` apart. `version` differs whenever they do; "" where nothing was taught."""

    version: str = ""
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)
    none: Sequence[str] = ()


class LiveTaught:
    """What was taught, as this process last read it."""

    def __init__(self) -> None:
        self._taught = Taught()

    def current(self) -> Taught:
        return self._taught

    async def refresh(self, conn: Connection) -> None:
        """Reads it anew if it has changed: as the caller's transaction sees it, so after the change was committed."""
        row = await sql.fetch_row(conn, "taught_version")
        version = str(row["version"]) if row else ""
        if version != self._taught.version:
            self._taught = await read(conn, version)

    @asynccontextmanager
    async def following(self, database: Database) -> AsyncIterator[None]:
        """Reads what is there, and once a second what has changed since, for as long as the body runs."""
        async with database.transaction() as conn:
            await self.refresh(conn)
        task = asyncio.create_task(self._follow(database))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _follow(self, database: Database) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            try:
                async with database.transaction() as conn:
                    await self.refresh(conn)
            except NotReady as error:
                await log.awarning("taught.unread", error=error.detail)


async def read(conn: Connection, version: str) -> Taught:
    """The accepted examples, the oldest first, each text once for an intent."""
    by_intent: dict[str, list[str]] = {}
    for row in await sql.fetch_rows(conn, "taught_examples"):
        by_intent.setdefault(str(row["intent"]), []).append(str(row["text"]))
    found = {intent: tuple(dict.fromkeys(texts)) for intent, texts in by_intent.items()}
    return Taught(version=version, examples=found, none=found.pop(NONE, ()))
