"""The job queue. One kind of job drives a conversation; one kind of timer asks for such a job when it is due."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from records.clock import Clock
from records.ids import ConversationId
from records.sql import Connection

DRIVE, TIMER = "drive", "timer"
POLL = 0.05
"""Seconds. The queue's wake-ups are sometimes missed; the poll is what can be relied on."""


class Jobs:
    """Defers jobs in the caller's transaction, so that a message and its job are there together or not at all."""

    def __init__(self, app: App, clock: Clock) -> None:
        self.app = app
        self._clock = clock

    async def wake(self, conn: Connection, conversation: ConversationId) -> None:
        """A job under the conversation's lock: of several, one runs at a time."""
        job = self.app.configure_task(DRIVE, lock=conversation, connection=conn)
        await job.defer_async(conversation=conversation)

    async def wake_at(self, conn: Connection, conversation: ConversationId, at: datetime) -> None:
        """A timer without the lock: a scheduled job that had it would hold up every later one."""
        job = self.app.configure_task(TIMER, schedule_at=at, connection=conn)
        await job.defer_async(conversation=conversation)

    async def requeue(self, job: int) -> None:
        """Gives a job whose worker is gone to another; one that has moved on meanwhile stays where it is."""
        try:
            await self.app.job_manager.retry_job_by_id_async(job, retry_at=self._clock.now())
        except ConnectorException:
            return

    def every(self, cron: str, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Says what is done at these times, once for all workers together; before a worker runs."""
        self.app.periodic(cron=cron)(self.app.task(name=name, queueing_lock=name)(_Periodic(work).run))

    def handle(self, drive: Callable[[str], Awaitable[None]], due: Callable[[str], Awaitable[None]]) -> None:
        """Says what is done for a job and for a timer; before a worker runs."""
        self.app.task(name=DRIVE)(_Handler(drive).run)
        self.app.task(name=TIMER)(_Handler(due).run)


class _Handler:
    def __init__(self, handle: Callable[[str], Awaitable[None]]) -> None:
        self._handle = handle

    async def run(self, conversation: str) -> None:
        await self._handle(conversation)


class _Periodic:
    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work

    async def run(self, timestamp: int) -> None:
        await self._work()


@asynccontextmanager
async def open_jobs(url: str, clock: Clock) -> AsyncIterator[Jobs]:
    app = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=4))
    async with app.open_async():
        yield Jobs(app, clock)
