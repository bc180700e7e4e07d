"""`closeloop serve` and `closeloop worker`: open everything, run until asked to leave, leave in good order."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import FrameType

import psycopg
import uvicorn
from fastapi import FastAPI

from commands.database import refusal
from commands.demo import Member, demo_team, welcome
from commands.screen import Sorry, out
from commands.service import url_of
from records.clock import SystemClock
from runs.worker import working
from server import Opened, create_app, open_services
from settings import Settings

PATIENCE = 3
"""Seconds that open answers get when the service is asked to leave. What they were about goes on with the next start."""


def serve(settings: Settings, listening: socket.socket, *, demo: bool, ready: Callable[[], None]) -> None:
    """Until SIGINT or SIGTERM. Calls `ready` as soon as it can be called itself. Raises what cannot be opened."""
    _run(partial(_serve, settings, listening, demo=demo, ready=ready))


def work(settings: Settings) -> None:
    """A worker without doors, until SIGINT or SIGTERM."""
    _run(partial(_work, settings))


class Server(uvicorn.Server):
    """Says when it can be called; leaves at the first signal, also while it is still starting."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._loop = asyncio.get_running_loop()
        self._starting = asyncio.current_task()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours from before the opening until after the closing; uvicorn's own watch is shorter."""
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if not self.started and self._starting is not None:
            self._loop.call_soon_threadsafe(self._starting.cancel)


def config_of(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the app is served. Where a request comes from is believed of nobody but the trusted proxies."""
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=PATIENCE,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
    )


async def _serve(settings: Settings, listening: socket.socket, *, demo: bool, ready: Callable[[], None]) -> None:
    app = create_app(settings)
    config = config_of(app, settings)
    shown = replace(settings, port=listening.getsockname()[1])
    server = Server(config, partial(_announce, app, shown, demo=demo, ready=ready))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.handle_exit)
    async with app.router.lifespan_context(app):
        app.state.team = await _team(app.state.opened, settings) if demo else []
        await server.serve(sockets=[listening])
    out().print("Stopped.")


async def _team(opened: Opened, settings: Settings) -> list[Member]:
    return await demo_team(opened.services.database, settings.var, SystemClock())


def _announce(app: FastAPI, settings: Settings, *, demo: bool, ready: Callable[[], None]) -> None:
    ready()
    company = app.state.opened.services.company.current().name
    if demo:
        welcome(settings, company, app.state.opened.tokens, app.state.team)
    else:
        out().print(f"{company}'s support answers at [bold]{url_of(settings)}[/bold]. Ctrl-C stops it.")


async def _work(settings: Settings) -> None:
    leave = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    async with (
        open_services(settings, SystemClock()) as opened,
        working(opened.jobs, opened.driver, opened.sweep, concurrency=settings.concurrency),
    ):
        out().print(f"Worker {os.getpid()} takes up to {settings.concurrency} conversations at once. Ctrl-C stops it.")
        await leave.wait()
    out().print("Stopped.")


def _run(body: Callable[[], Coroutine[None, None, None]]) -> None:
    try:
        asyncio.run(body())
    except asyncio.CancelledError:
        out().print("Stopped before it had started.")
    except psycopg.Error as error:
        raise Sorry(refusal(error)) from error
