"""The service as processes of its own, which can be killed: a server with a worker inside, a server alone, a worker alone.

They are forked from a helper process that has imported everything (multiprocessing's forkserver), which saves three
seconds each time; opening the database, the index and the model happens in the process itself, as in production.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
import uvicorn

from records.clock import SystemClock
from runs.worker import working
from server import create_app, open_services
from settings import Settings

PATIENCE = 180.0
"""Seconds a process may take to answer, or to end, on a busy machine."""


class DidNotStart(Exception):
    """A process of the service did not start; its log says why."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def serve(settings: Settings, log: Path) -> None:
    """The body of a server process."""
    _speak_to(log)
    uvicorn.run(
        create_app(settings), host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=1
    )


def work(settings: Settings, log: Path) -> None:
    """The body of a worker process."""
    _speak_to(log)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    leave = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave.set)
    async with (
        open_services(settings, SystemClock()) as opened,
        working(opened.jobs, opened.driver, opened.sweep, concurrency=settings.concurrency),
    ):
        await leave.wait()


def _speak_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)


Body = Callable[[Settings, Path], None]


class Running:
    """One process of the service."""

    def __init__(self, body: Body, settings: Settings) -> None:
        self.body = body
        self.settings = settings
        self.url = f"http://{settings.host}:{settings.port}"
        self._process = self._started()

    def _started(self) -> ForkServerProcess:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["evals.proofs.processes"])
        process = context.Process(target=self.body, args=(self.settings, self.settings.var / "log"), daemon=True)
        process.start()
        return process

    async def ready(self) -> "Running":
        """Waits until the doors are open. Raises DidNotStart."""
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            while not await _healthy(http):
                if not self._process.is_alive():
                    raise DidNotStart(str(self.settings.var / "log"))
                await asyncio.sleep(0.05)
        return self

    async def ended(self) -> int:
        """Waits until the process has ended, however; its exit code, or minus the signal."""
        while self._process.exitcode is None:  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.02)
        return self._process.exitcode

    def alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL: nothing in it gets to say goodbye."""
        self._process.kill()

    def stop(self) -> None:
        """SIGTERM: it may end what it is doing."""
        self._process.terminate()

    def again(self) -> "Running":
        """The same once more."""
        return Running(self.body, self.settings)


async def _healthy(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/health")).status_code == 200
    except httpx.TransportError:
        return False
