"""A worker: takes jobs, sweeps, and leaves in good order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from runs.driver import Driver
from runs.jobs import POLL, Jobs
from runs.sweep import Sweep

log = structlog.get_logger()

DRAIN = 20.0
"""Seconds that running steps get to end when the process is asked to leave."""
PAUSE = 0.5
"""Seconds until a worker that ended is followed by the next."""


@asynccontextmanager
async def working(jobs: Jobs, driver: Driver, sweep: Sweep, *, concurrency: int) -> AsyncIterator[None]:
    """Works in the background for as long as the body runs; then drains."""
    jobs.handle(driver.drive, sweep.due)
    leaving = asyncio.Event()
    worker = asyncio.create_task(_work(jobs, concurrency, leaving))
    sweeper = asyncio.create_task(sweep.run())
    starter = asyncio.create_task(driver.reopen_stuck())
    try:
        yield
    finally:
        leaving.set()
        starter.cancel()
        sweeper.cancel()
        await driver.drain()
        worker.cancel()
        await asyncio.gather(starter, sweeper, worker, return_exceptions=True)


async def _work(jobs: Jobs, concurrency: int, leaving: asyncio.Event) -> None:
    """Until it is to leave. A worker ends with the connection it lost; the next one begins when the database is back."""
    while not leaving.is_set():
        try:
            await jobs.app.run_worker_async(
                concurrency=concurrency,
                fetch_job_polling_interval=POLL,
                install_signal_handlers=False,
                delete_jobs="always",
                shutdown_graceful_timeout=DRAIN,
            )
        except Exception as error:  # noqa: BLE001 - whatever ended it, without a worker nobody is answered
            await log.awarning("worker.ended", error=str(error))
            await asyncio.sleep(PAUSE)
