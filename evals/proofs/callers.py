"""Callers in processes of their own, who all want to settle one card at the same moment.

Each process has the service's doors for itself, as one server of several; staff come through these. The customer's
withdrawal and the clock come from inside, through the very functions that a worker calls.
"""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection as Pipe
from typing import Any, Literal

import httpx

from evals.proofs.desk import open_desk, open_doors_of
from evals.proofs.processes import PATIENCE
from graph.approvals import desk
from graph.deps import Services
from records.clock import SystemClock
from records.errors import NotReady
from records.ids import ApprovalId
from settings import Settings

Kind = Literal["approve", "reject", "edit", "withdraw", "expire"]
Json = dict[str, Any]
AGAIN = 0.1
"""Seconds until somebody who found the service busy tries again."""
LATER = timedelta(days=3)
"""How far the clock of whoever lets the card expire is ahead: past every deadline."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try. `after`: seconds from the start. `key`: of the member of staff who decides."""

    kind: Kind
    after: float
    key: str


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a process is to do at `start`, a time of time.monotonic(), which all processes of a machine share."""

    card: str
    digest: str
    args: Json
    start: float
    attempts: Sequence[Attempt]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came of a try: an HTTP status with its body; from inside, 200 when it was this call that ended the card.
    `took`: seconds until it was answered."""

    attempt: Attempt
    status: int
    body: Json
    took: float = 0.0


class Caller:
    """One process of callers."""

    def __init__(self, settings: Settings) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["evals.proofs.callers"])
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=call, args=(settings, theirs), daemon=True)
        self._process.start()

    async def ready(self) -> "Caller":
        async with asyncio.timeout(PATIENCE):
            await asyncio.to_thread(self._pipe.recv)
        return self

    async def carry_out(self, order: Order) -> list[Told]:
        self._pipe.send(order)
        async with asyncio.timeout(PATIENCE):
            told: list[Told] = await asyncio.to_thread(self._pipe.recv)
        return told

    async def leave(self) -> None:
        self._pipe.send(None)
        await asyncio.to_thread(self._process.join, PATIENCE)


def call(settings: Settings, pipe: Pipe) -> None:
    """The body of a process."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    asyncio.run(_call(settings, pipe))


async def _call(settings: Settings, pipe: Pipe) -> None:
    async with open_desk(settings) as (services, _), open_doors_of(settings, services) as http:
        pipe.send("ready")
        while (order := await asyncio.to_thread(pipe.recv)) is not None:
            pipe.send(await asyncio.gather(*(_tried(services, http, order, each) for each in order.attempts)))


async def _tried(services: Services, http: httpx.AsyncClient, order: Order, attempt: Attempt) -> Told:
    """Whoever finds the service busy tries again."""
    await asyncio.sleep(max(order.start + attempt.after - time.monotonic(), 0))
    began = time.monotonic()
    while (told := await _once(services, http, order, attempt)).status == NotReady.status:  # noqa: ASYNC110 - other processes say when
        await asyncio.sleep(AGAIN)
    return replace(told, took=time.monotonic() - began)


async def _once(services: Services, http: httpx.AsyncClient, order: Order, attempt: Attempt) -> Told:
    try:
        return await _settled(services, http, order, attempt)
    except NotReady as busy:
        return Told(attempt=attempt, status=busy.status, body={})


async def _settled(services: Services, http: httpx.AsyncClient, order: Order, attempt: Attempt) -> Told:
    match attempt.kind:
        case "withdraw":
            return await _withdrawn(services, order, attempt)
        case "expire":
            await desk.expire_due(replace(services, clock=_Ahead()))
            return Told(attempt=attempt, status=0, body={})
        case _:
            return await _pressed(http, order, attempt)


async def _withdrawn(services: Services, order: Order, attempt: Attempt) -> Told:
    async with services.database.transaction() as conn:
        closed = await desk.withdraw(services, conn, ApprovalId(order.card), "customer")
    return Told(attempt=attempt, status=200 if closed else 409, body={})


async def _pressed(http: httpx.AsyncClient, order: Order, attempt: Attempt) -> Told:
    body: Json = {"type": attempt.kind, "digest": order.digest}
    if attempt.kind == "edit":
        body["args"] = order.args
    headers = {"Authorization": f"Bearer {attempt.key}"}
    found = await http.post(f"/approvals/{order.card}/decision", json=body, headers=headers)
    return Told(attempt=attempt, status=found.status_code, body=found.json())


class _Ahead(SystemClock):
    """The time at which every card is overdue."""

    def now(self) -> datetime:
        return super().now() + LATER
