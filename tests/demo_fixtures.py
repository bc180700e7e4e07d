"""The demo company for tests: served on loopback by a thread of its own, on a real database, seeded anew for each test."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn

from evals.backdoor import back_door
from records.clock import SystemClock
from records.ids import CustomerId, LedgerKey
from tools.demo.adapters import open_demo
from tools.demo.app import create_demo
from tools.systems import Systems
from tools.tool import Call

Json = dict[str, Any]
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
PATIENCE = 0.5
ADA, BEN, DEE, ELI = CustomerId("cus_ada"), CustomerId("cus_ben"), CustomerId("cus_dee"), CustomerId("cus_eli")
FAY, GUS, HANA = CustomerId("cus_fay"), CustomerId("cus_gus"), CustomerId("cus_hana")


class ThreadedServer(uvicorn.Server):
    """A server whose port can be waited for."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.port: Future[int] = Future()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.port.set_result(self.servers[0].sockets[0].getsockname()[1])


class Demo:
    """The back doors of a running demo company."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self.http = http

    async def fault(self, system: str, operation: str, mode: str, *, times: int = 1, seconds: float = 30) -> None:
        body = {"system": system, "operation": operation, "mode": mode, "times": times, "seconds": seconds}
        (await self.http.post("/faults", json=body)).raise_for_status()

    async def effects(self, **which: str) -> list[Json]:
        items: list[Json] = (await self.http.get("/effects", params=which)).raise_for_status().json()["items"]
        return items

    async def record(self, kind: str, id: str) -> Json:  # noqa: A002
        body: Json = (await self.http.get(f"/records/{kind}/{id}")).raise_for_status().json()
        return body

    async def put(self, kind: str, id: str, /, **fields: Any) -> Json:  # noqa: A002
        body: Json = (await self.http.put(f"/records/{kind}/{id}", json=fields)).raise_for_status().json()
        return body


def call_of(customer: CustomerId, key: str = "test:1:because") -> Call:
    return Call(key=LedgerKey(key), customer=customer, at=NOW)


@pytest.fixture(scope="session")
def demo_url(database_url: Callable[[], str]) -> Iterator[str]:
    app = create_demo(database_url(), SystemClock())
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1)
    server = ThreadedServer(config)
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),))
    thread.start()
    yield f"http://127.0.0.1:{server.port.result(30)}"
    server.should_exit = True
    thread.join()


@pytest.fixture
async def demo(demo_url: str) -> AsyncIterator[Demo]:
    """The demo company as it was seeded, at NOW."""
    async with back_door(demo_url) as http:
        (await http.post("/reset", json={"now": NOW.isoformat()})).raise_for_status()
        yield Demo(demo_url, http)


@pytest.fixture
async def systems(demo: Demo) -> AsyncIterator[Systems]:
    """Its systems, by a client that waits longer than any answer takes."""
    async with open_demo(demo.url, connect_seconds=5, answer_seconds=20) as found:
        yield found


@pytest.fixture
async def hasty_systems(demo: Demo) -> AsyncIterator[Systems]:
    """Its systems, by a client that waits PATIENCE seconds."""
    async with open_demo(demo.url, connect_seconds=5, answer_seconds=PATIENCE) as found:
        yield found
