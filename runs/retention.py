"""Deletes what has been kept long enough, by kind, as company.yaml says. Never what an open run, card, action or handoff
still needs. Doing it twice, or in two processes, does nothing more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from policy.retention import Retention
from records import audit, sql
from records.clock import Clock
from records.database import Database
from records.ids import ConversationId
from records.personal import CONTENT, empty
from records.sql import Connection

CRON = "23 * * * *"
BATCH = 200
UNTIL_ALL = 10_000_000
STORE_OF = {"cards": ("cards", "moves"), "handoffs": ("handoffs",), "actions": ("actions",)}
"""The stores that a kind empties in conversations that are due."""


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """`retention`: what the company's folder says now."""

    database: Database
    clock: Clock
    saver: AsyncPostgresSaver
    retention: Callable[[], Retention]

    async def run(self) -> None:
        """The periodic job."""
        await self.keep(by="clock")

    async def keep(self, *, by: str, seen: Callable[[str, int], None] = lambda _kind, _count: None) -> dict[str, int]:
        """Deletes in batches; returns how many of each kind, and tells `seen` of each batch. The audit log gets the counts
        alone, and nothing when nothing was due."""
        done: dict[str, int] = {}
        for kind, before in self._limits():
            done[kind] = 0
            while count := await self._batch(kind, before):
                done[kind] += count
                seen(kind, count)
        if any(done.values()):
            now = self.clock.now()
            async with self.database.transaction() as conn:
                counts: dict[str, Any] = dict(done)
                await audit.write(conn, actor=by, action="retention.applied", subject="retention", now=now, **counts)
        return done

    async def due(self) -> dict[str, int]:
        """How many of each kind would be deleted now; nothing is."""
        found = {}
        async with self.database.transaction() as conn:
            for kind, before in self._limits():
                found[kind] = len(await _due(conn, kind, before, UNTIL_ALL))
        return found

    def _limits(self) -> list[tuple[str, datetime]]:
        """What ended before these times is due; a kind that is kept for ever is not among them."""
        now = self.clock.now()
        return [(kind, now - age) for kind, age in self.retention().items() if age is not None]

    async def _threads(self, before: datetime) -> int:
        """The saver has connections of its own, so no transaction of ours is open meanwhile: it would wait for itself."""
        async with self.database.transaction() as conn:
            threads = await _due(conn, "checkpoints", before, BATCH)
        for thread in threads:
            await self.saver.adelete_thread(thread)
        return len(threads)

    async def _batch(self, kind: str, before: datetime) -> int:
        if kind == "checkpoints":
            return await self._threads(before)
        async with self.database.transaction() as conn:
            ids = await _due(conn, kind, before, BATCH)
            if not ids:
                return 0
            if kind == "transcripts":
                await empty(conn, CONTENT, [ConversationId(each) for each in ids], now=self.clock.now())
            elif kind in STORE_OF:
                await _take(conn, STORE_OF[kind], ids)
            else:
                await sql.execute(conn, f"drop_{kind}", ids=ids, before=before)
        return len(ids)


async def _due(conn: Connection, kind: str, before: datetime, limit: int) -> list[str]:
    return [str(row["id"]) for row in await sql.fetch_rows(conn, f"due_{kind}", before=before, limit=limit)]


async def _take(conn: Connection, stores: tuple[str, ...], ids: list[str]) -> None:
    for store in stores:
        await sql.execute(conn, f"erase_{store}", conversations=ids)
