"""How soon a language model's words reach the customer: `python -m benchmarks.words`. Prints a table, milliseconds.

A scripted endpoint (200 ms to its first word, 10 ms for each further one) and the customers share this process, the
service has its own. Each conversation is asked once: the time from the POST to the first words, which come by the
sentence, and to the end of the stream. Beside it the endpoint is asked directly, as often at once: the time until its
first sentence is whole, and to its end. The difference is what the service takes: checks before the first sentence may
leave, records of every step, and the stream.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from evals.fake_model.script import Delays, Player, Script, ScriptedTurn
from evals.fake_model.server import FakeModel, running_fake_model
from evals.ports import free_port

ROOT = Path(__file__).parents[1]
QUESTION = "How do refunds work when an order arrives late?"
FIRST = "I am sorry that you have to ask."
ANSWER = f"{FIRST} Thank you for your patience. {{{{quote:refunds#late-orders-1}}}}"
DELAYS = Delays(first=0.2, each=0.01)
AT_ONCE = (1, 50)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Seconds."""

    first: float
    end: float


async def through(http: httpx.AsyncClient) -> Taken:
    """A visitor's new conversation, asked once."""
    conversation = (await http.post("/conversations")).raise_for_status().json()
    path = f"/conversations/{conversation['id']}/messages"
    headers = {"Authorization": f"Bearer {conversation['token']}", "Accept": "text/event-stream"}
    began, first = time.perf_counter(), 0.0
    async with http.stream("POST", path, json={"text": QUESTION}, headers=headers) as answer:
        async for line in answer.aiter_lines():
            if line == "event: delta" and not first:
                first = time.perf_counter() - began
    if not first:
        raise RuntimeError("no words came")
    return Taken(first=first, end=time.perf_counter() - began)


async def directly(http: httpx.AsyncClient) -> Taken:
    """The endpoint alone, with a question of the same length as the service's."""
    body = {"model": "scripted", "stream": True, "messages": [{"role": "user", "content": "word " * 2_000}]}
    said, first, began = "", 0.0, time.perf_counter()
    async with http.stream("POST", "/chat/completions", json=body) as answer:
        async for line in answer.aiter_lines():
            said += _words(line)
            if said.startswith(FIRST) and not first:
                first = time.perf_counter() - began
    return Taken(first=first, end=time.perf_counter() - began)


def _words(line: str) -> str:
    if not line.startswith("data: {"):
        return ""
    choices: Sequence[dict[str, Any]] = json.loads(line[6:])["choices"]
    return str(choices[0]["delta"].get("content") or "") if choices else ""


async def measure(call: Any, at_once: int, rounds: int) -> list[Taken]:
    """`at_once` side by side, so many rounds, after one that does not count."""
    found: list[Taken] = []
    for number in range(rounds + 1):
        taken = await asyncio.gather(*(call() for _ in range(at_once)))
        found += taken if number else []
    return found


@contextmanager
def service(folder: Path, endpoint: str) -> Iterator[str]:
    """A service with its own database, as it is started for 50 customers at once; yields its address."""
    port = free_port()
    (folder / "models").symlink_to(ROOT / "var" / "models")
    own = (f"VAR={folder}", f"PORT={port}", "RATE_LIMITS=off", "CONCURRENCY=50", "POOL_SIZE=32", "DATABASE_URL=")
    model = ("MODEL=scripted", f"OPENAI_BASE_URL={endpoint}")
    command = ["/usr/bin/env", *own, *model, sys.executable, "-c", "import cli; cli.main()", "serve"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(url: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise TimeoutError(f"{url} does not answer")


@asynccontextmanager
async def endpoint() -> AsyncIterator[str]:
    """Yields its base URL."""
    script = Script(turns=(ScriptedTurn(text=ANSWER),), delays=DELAYS)
    async with running_fake_model(FakeModel(Player(script))) as url:
        yield url


def shown(found: dict[int, tuple[list[Taken], list[Taken]]]) -> Table:
    table = Table("conversations at once", "", "endpoint alone", "through the service", "overhead, p50", "p95")
    for at_once, (alone, whole) in found.items():
        for what in ("first", "end"):
            told = "first sentence" if what == "first" else "end"
            base, ours = ([getattr(each, what) * 1000 for each in taken] for taken in (alone, whole))
            middle = statistics.median(base)
            overhead = sorted(each - middle for each in ours)
            table.add_row(
                str(at_once) if what == "first" else "",
                told,
                f"{middle:.0f}",
                f"{statistics.median(ours):.0f}",
                f"{statistics.median(overhead):.0f}",
                f"{overhead[int(0.95 * (len(overhead) - 1))]:.0f}",
            )
    return table


async def main(rounds: int) -> None:
    found: dict[int, tuple[list[Taken], list[Taken]]] = {}
    limits = httpx.Limits(max_connections=None)
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as folder:
        async with endpoint() as url:
            with service(Path(folder), url) as base:
                async with (
                    httpx.AsyncClient(base_url=base, timeout=120, limits=limits) as ours,
                    httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as theirs,
                ):
                    for at_once in AT_ONCE:
                        times = rounds if at_once == 1 else max(1, rounds // 5)
                        alone = await measure(lambda: directly(theirs), at_once, times)
                        found[at_once] = alone, await measure(lambda: through(ours), at_once, times)
    Console().print(shown(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.words", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="of one conversation; a fifth of it of fifty at once")
    asyncio.run(main(parser.parse_args().rounds))
