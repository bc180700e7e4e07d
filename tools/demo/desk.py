"""The desk every call to the demo company passes: one transaction per call, one clock, and the fault switches."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from records.clock import Clock
from records.database import Database
from records.sql import Connection
from tools.demo.faults import Fault, Faults
from tools.demo.store import Json

Work = Callable[[Connection], Awaitable[list[Json]]]


class DemoClock:
    """The time at the demo company: the machine's, or set to another moment and running on from there."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shift = timedelta()

    def set(self, now: datetime | None) -> None:
        """None: back to the machine's time."""
        self._shift = timedelta() if now is None else now - self._clock.now()

    def now(self) -> datetime:
        return self._clock.now() + self._shift


class Hangup(Response):
    """Never answers: keeps the line open for `seconds`, or until the caller leaves, and breaks off inside the answer."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.seconds):
                while (await receive())["type"] != "http.disconnect":
                    pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


class Desk:
    """One running demo company."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = DemoClock(clock)
        self.faults = Faults()

    async def answer(self, system: str, operation: str, work: Work) -> Response:
        """Does the work, unless a fault comes before it, and answers `{"items": […]}`, unless one comes after it."""
        fault = self.faults.take(system, operation)
        if fault is None:
            return await self._work(work)
        match fault.mode:
            case "fail_before":
                return _problem(503, "The system is down; nothing was done.")
            case "slow":
                await asyncio.sleep(fault.seconds)
                return await self._work(work)
            case "answer_twice":
                return await self._work(work, copies=2)
            case "die_before":
                return _die()
            case "die_after":
                await self._work(work)
                return _die()
            case _:
                return await self._lose_answer(work, fault)

    async def _work(self, work: Work, copies: int = 1) -> Response:
        async with self.database.transaction() as conn:
            items = await work(conn)
        return JSONResponse({"items": [item for item in items for _ in range(copies)]})

    async def _lose_answer(self, work: Work, fault: Fault) -> Response:
        await self._work(work)
        if fault.mode == "timeout_after":
            return Hangup(fault.seconds)
        return _problem(500, "Something broke after the work was done.")


def _die() -> Response:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit  # nobody comes here: the signal cannot be caught


def _problem(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail}, status_code=status)


def desk_of(request: Request) -> Desk:
    """The desk of the application that the request came to."""
    desk: Desk = request.app.state.desk
    return desk
