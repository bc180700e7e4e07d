"""The sweep: every second it finds what was lost. Expired cards, jobs of dead workers, conversations nobody works on."""

import asyncio

import psycopg
import structlog

from graph.actions import reconcile
from graph.approvals import desk
from graph.deps import Services
from records import closing, runs
from records.errors import CloseloopError, Conflict
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
        await self.reconcile()
        await self.close_silent()
        await self.requeue()
        await self.wake_neglected()

    async def due(self, _conversation: str) -> None:
        """A timer rang. Which one does not matter: whatever is due is looked for."""
        await self.expire()
        await self.wake_neglected()

    async def expire(self) -> None:
        """What policy says about the cards whose time is over: held, passed on, or closed and their runs woken."""
        await desk.expire_due(self._services)

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

    async def reconcile(self) -> None:
        """Actions whose outcome nobody wrote down: the systems are asked, and where they cannot tell, a person is."""
        for key in await reconcile.overdue(self._services):
            try:
                entry = await reconcile.look(self._services, key, actor="clock")
                await log.ainfo("action.reconciled", tool=entry.tool, status=entry.status)
            except Conflict:
                continue

    async def close_silent(self) -> None:
        """Conversations whose customer has not written for as long as the company waits."""
        now = self._services.clock.now()
        before = now - self._services.company.current().close_after
        async with self._services.database.transaction() as conn:
            await closing.close_silent(conn, before=before, now=now)
