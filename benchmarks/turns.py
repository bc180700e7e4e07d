"""What a turn costs, by part: `python -m benchmarks.turns`. Prints a table; wall and CPU milliseconds, medians.

The service runs in this process, with its embedded database and the demo company beside it. The saver is timed by a
subclass that only adds up its own time; triage and search by calling them; HTTP by a POST that asks for no stream.
"""

import asyncio
import resource
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from rich.console import Console
from rich.table import Table

from graph.build import build
from records import events
from records.clock import SystemClock
from records.ids import ConversationId, CustomerId
from runs.driver import Driver
from runs.worker import working
from server import Opened, open_doors, open_services
from settings import Settings
from web.mount import new_app

QUESTION = "is there a way to take my readings home as a spreadsheet file"
ACTION = "the delivery is almost two weeks over the promised date, please pay me back"
TURNS = 25


class TimedSaver(AsyncPostgresSaver):
    """Adds up the seconds spent in reading and writing checkpoints."""

    seconds = 0.0
    calls = 0

    async def aput(self, *args: Any, **kwargs: Any) -> Any:
        return await self._timed(super().aput, *args, **kwargs)

    async def aput_writes(self, *args: Any, **kwargs: Any) -> Any:
        return await self._timed(super().aput_writes, *args, **kwargs)

    async def aget_tuple(self, *args: Any, **kwargs: Any) -> Any:
        return await self._timed(super().aget_tuple, *args, **kwargs)

    async def _timed(self, call: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return await call(*args, **kwargs)
        finally:
            TimedSaver.seconds += time.perf_counter() - began
            TimedSaver.calls += 1


@dataclass
class Turn:
    """Milliseconds of one turn."""

    parts: dict[str, float] = field(default_factory=dict)


@asynccontextmanager
async def service(folder: Path) -> AsyncIterator[tuple[Opened, httpx.AsyncClient]]:
    settings = Settings(var=folder)
    async with open_services(settings, SystemClock()) as opened, open_doors(opened) as doors:
        saver = TimedSaver(opened.services.database.pool, serde=opened.saver.serde)
        graph = build(lambda: opened.services).compile(saver)
        driver = Driver(opened.services, graph)
        app = new_app()
        app.state.doors = doors
        transport = httpx.ASGITransport(app)
        async with (
            working(opened.jobs, driver, opened.sweep, concurrency=4),
            httpx.AsyncClient(transport=transport, base_url="http://closeloop") as http,
        ):
            yield opened, http


async def measure(opened: Opened, http: httpx.AsyncClient, text: str) -> Turn:
    """One turn in a new conversation of a customer whose records are as seeded."""
    token = opened.tokens.for_customer(CustomerId("cus_ada"))
    conversation = (await http.post("/conversations", headers={"Authorization": f"Bearer {token}"})).json()
    headers = {"Authorization": f"Bearer {conversation['token']}"}
    TimedSaver.seconds, cpu, began = 0.0, time.process_time(), time.perf_counter()
    await http.post(f"/conversations/{conversation['id']}/messages", json={"text": text}, headers=headers)
    posted = time.perf_counter()
    seen = await _events(opened, ConversationId(conversation["id"]))
    ended = time.perf_counter()
    at = {event.type: event.at for event in seen}
    return Turn(
        parts={
            "whole turn, wall": (ended - began) * 1000,
            "whole turn, CPU": (time.process_time() - cpu) * 1000,
            "HTTP (POST answered)": (posted - began) * 1000,
            "job (posted to taken up)": (at["run"] - at["posted"]).total_seconds() * 1000,
            "graph (taken up to finished)": (at["finished"] - at["run"]).total_seconds() * 1000,
            "saver (of the graph)": TimedSaver.seconds * 1000,
        }
    )


async def _events(opened: Opened, conversation: ConversationId) -> list[events.Event]:
    while True:
        async with opened.services.database.transaction() as conn:
            found = await events.after(conn, conversation, 0)
        if any(event.type == "finished" for event in found):
            return found
        await asyncio.sleep(0.002)


async def reset(opened: Opened) -> None:
    """The demo's records as seeded, a ledger that has forgotten them, and no conversation that is this customer's."""
    async with httpx.AsyncClient(base_url=opened.demo_url) as demo:
        (await demo.post("/reset", json={})).raise_for_status()
    async with opened.services.database.transaction() as conn:
        await conn.execute("DELETE FROM ledger")
        await conn.execute("UPDATE conversations SET customer_id = NULL")


def alone(call: Callable[[], object], times: int = 200) -> float:
    """Median milliseconds of a call."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


async def main() -> None:
    console = Console()
    with tempfile.TemporaryDirectory(dir="var") as folder:
        began = time.perf_counter()
        async with service(Path(folder)) as (opened, http):
            console.print(f"first start, with a new database and model: {time.perf_counter() - began:.1f} s")
            table = Table("part", "question, ms", "action, ms", title=f"Medians of {TURNS} turns")
            question = await _turns(opened, http, QUESTION)
            action = await _turns(opened, http, ACTION)
            for part in question[0].parts:
                table.add_row(part, *(f"{statistics.median(t.parts[part] for t in s):.1f}" for s in (question, action)))
            triage = alone(lambda: opened.services.classifier.predict(QUESTION))
            table.add_row("triage (of the graph)", *[f"{triage:.1f}"] * 2)
            table.add_row("search (of the graph)", *[f"{await _search(opened):.1f}"] * 2)
            console.print(table)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            console.print(f"peak memory of this process: {peak:.0f} MB")


async def _turns(opened: Opened, http: httpx.AsyncClient, text: str) -> Sequence[Turn]:
    found = []
    for _ in range(TURNS + 2):
        await reset(opened)
        found.append(await measure(opened, http, text))
    return found[2:]


async def _search(opened: Opened) -> float:
    taken = []
    for _ in range(100):
        began = time.perf_counter()
        await opened.services.search.search(QUESTION)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    asyncio.run(main())
