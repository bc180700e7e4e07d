"""The service as processes of its own, which can be killed: a server with a worker inside, a server alone, a worker alone,
the demo company's systems."""

import asyncio
import os
import signal
from contextlib import suppress
from typing import Any

import httpx
import uvicorn

from evals.proofs.nursery import Body, nursery
from records.clock import SystemClock
from runs.worker import working
from server import create_app, open_services
from settings import Settings
from tools.demo.serve import make_server
from wiring import Loaded

PATIENCE = 180.0
"""Seconds a process may take to answer, or to end, on a busy machine."""


class DidNotStart(Exception):
    """A process of the service did not start; its log says why."""


def serve(settings: Settings, loaded: Loaded) -> None:
    """The body of a server process."""
    app = create_app(settings, loaded=loaded)
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=1)


def work(settings: Settings, loaded: Loaded) -> None:
    """The body of a worker process."""
    asyncio.run(_work(settings, loaded))


async def _work(settings: Settings, loaded: Loaded) -> None:
    leave = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave.set)
    async with (
        open_services(settings, SystemClock(), loaded) as opened,
        working(opened.jobs, opened.driver, opened.sweep, concurrency=settings.concurrency),
    ):
        await leave.wait()


def demo(settings: Settings, _loaded: Loaded) -> None:
    """The body of the demo company's systems; the database is theirs."""
    asyncio.run(make_server(settings.database_url, settings.port).serve())


class Running:
    """One process of the service."""

    def __init__(self, body: Body, settings: Settings) -> None:
        self.body = body
        self.settings = settings
        self.url = f"http://{settings.host}:{settings.port}"
        self.pid = nursery().born(body, settings)

    async def ready(self) -> "Running":
        """Waits until the doors are open. Raises DidNotStart."""
        async with asyncio.timeout(PATIENCE), plain_http(self.url) as http:
            while not await _healthy(http):
                if not self.alive():
                    raise DidNotStart(str(self.settings.var / "log"))
                await asyncio.sleep(0.05)
        return self

    async def ended(self) -> int:
        """Waits until the process has ended, however; its exit code, or minus the signal."""
        while (code := nursery().ended(self.pid)) is None:  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.02)
        return code

    def alive(self) -> bool:
        return nursery().ended(self.pid) is None

    def kill(self) -> None:
        """SIGKILL: nothing in it gets to say goodbye."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM: it may end what it is doing."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self.alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def again(self) -> "Running":
        """The same once more."""
        return Running(self.body, self.settings)


def plain_http(url: str, **options: Any) -> httpx.AsyncClient:
    """A client that reads no certificates, which would cost more than most of its calls: it speaks HTTP on loopback."""
    return httpx.AsyncClient(base_url=url, trust_env=False, verify=False, **options)  # noqa: S501


async def _healthy(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health")).status_code == 200
    except httpx.TransportError:
        return False
