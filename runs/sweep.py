"""The sweep: every second it finds what was lost. Expired cards, jobs of dead workers, conversations nobody works on."""

import asyncio

import psycopg
import structlog

from graph.deps import Services
from records import approvals, audit, events, runs
from records.errors import CloseloopError
from runs.jobs import Jobs

log = structlog.get_logger()

EVERY = 1.0
GRACE = 2.0
"""Seconds a job may be without its conversation's lock: between being fetched and being driven."""


class Sweep:
    """Runs in every worker; doing its work twice does nothing."""

    def __init__(self, services: Services, jobs: Jobs) -> None:
        self._services = services
        self._jobs = jobs

    async def run(self) -> None:
        """Until cancelled. A database that is away for a while is waited for."""
        while True:
            try:
                await self.once()
            except (psycopg.Error, CloseloopError) as error:
                await log.awarning("sweep.failed", error=str(error))
            await asyncio.sleep(EVERY)

    async def once(self) -> None:
        await self.expire()
        await self.requeue()
        await self.wake_neglected()

    async def due(self, _conversation: str) -> None:
        """A timer rang. Which one does not matter: whatever is due is looked for."""
        await self.expire()
        await self.wake_neglected()

    async def expire(self) -> None:
        """Closes the cards whose time is over, and wakes their runs."""
        now = self._services.clock.now()
        async with self._services.database.transaction() as conn:
            for approval in await approvals.expired(conn, now=now):
                card = await approvals.close(conn, approval, "expired", "clock", now=now)
                if card is not None:
                    shown = {"approval": card.id, "status": "expired"}
                    await events.append(conn, card.conversation_id, card.run_id, [("decision", shown)], now=now)
                    await audit.write(
                        conn,
                        actor="clock",
                        action="approval.expired",
                        subject=card.id,
                        conversation=card.conversation_id,
                        now=now,
                    )
                    await self._jobs.wake(conn, card.conversation_id)

    async def requeue(self) -> None:
        """Jobs that say they run while nobody holds their conversation: the worker is gone."""
        async with self._services.database.transaction() as conn:
            orphans = await runs.orphaned_jobs(conn, grace=GRACE)
        for job in orphans:
            await self._jobs.requeue(job)
            await log.ainfo("job.requeued", job=job)

    async def wake_neglected(self) -> None:
        """Conversations that are owed an answer though no job knows of them."""
        async with self._services.database.transaction() as conn:
            for conversation in await runs.neglected(conn):
                await self._jobs.wake(conn, conversation)
