"""Writes what a run does to the conversation's event log, in batches."""

import asyncio
from typing import Any

from records import events
from records.clock import Clock
from records.database import Database
from records.runs import Run

TICK = 0.04
"""Seconds between two writes: short enough to look immediate, long enough to make one write of many deltas."""


class Journal:
    """Takes parts of LangGraph's stream (`tasks`, `custom`); `close` writes the rest."""

    def __init__(self, database: Database, clock: Clock, run: Run) -> None:
        self._database = database
        self._clock = clock
        self._run = run
        self._waiting: list[events.New] = []
        self._flusher: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    def take(self, part: Any) -> None:
        """Keeps a part of the stream for the next write."""
        data = part["data"]
        if part["type"] == "custom":
            self._add((data["type"], data["data"]))
        elif "triggers" in data:
            self._add(("step", {"node": data["name"], "state": "started"}))
        else:
            self._add(("step", {"node": data["name"], "state": "waits" if data.get("interrupts") else "ended"}))

    def _add(self, event: events.New) -> None:
        self._waiting.append(event)
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._later())

    async def _later(self) -> None:
        await asyncio.sleep(TICK)
        await self.flush()

    async def flush(self) -> None:
        async with self._writing:
            batch, self._waiting = self._waiting, []
            if batch:
                async with self._database.transaction() as conn:
                    await events.append(conn, self._run.conversation_id, self._run.id, batch, now=self._clock.now())

    async def close(self) -> None:
        if self._flusher is not None:
            await asyncio.wait([self._flusher])
        await self.flush()
