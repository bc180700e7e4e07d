"""The hostile proof as part of `make prove`: 50,000 steps in two processes; every mutant; their tables for the page."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evals.proofs.hostile.machine import VERDICTS
from evals.proofs.hostile.mutants import MUTANTS, ROOT
from evals.proofs.hostile.mutate import Tried, try_all, write_mutants
from records.embedded import start_postgres

Json = dict[str, Any]
LANES = 2
PAGE = ROOT / "docs" / "guarantees.md"
APART = 10**6
"""Between the seeds of two lanes: no round is played twice."""
EACH = 500
"""Each verdict, and an action, is reached at least so often."""
BEGIN, END = "<!-- hostile:begin -->", "<!-- hostile:end -->"
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@dataclass(kw_only=True)
class Played:
    """Of all lanes: the steps, how often each verdict was reached, and what was wrong."""

    steps: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def prove_hostile(console: Console, *, steps: int) -> int:
    """How many problems there were. What was played is written into docs/guarantees.md."""
    played = asyncio.run(_play(console, _server(), steps))
    write_played(PAGE, played)
    for problem in played.problems:
        console.print(problem, style="red", markup=False, soft_wrap=True)
    told = f"{played.steps} steps of the hostile reasoner, {len(played.problems)} wrong."
    console.print(told, style="red" if played.problems else "green")
    return len(played.problems)


async def _play(console: Console, server: str, steps: int) -> Played:
    played = Played()
    with Progress(*COLUMNS, console=console) as progress:
        bar = progress.add_task("hostile reasoner", total=steps)
        async with asyncio.TaskGroup() as group:
            for lane in range(LANES):
                command = ("--steps", str(steps // LANES), "--seed", str(lane * APART), "--each", str(EACH // LANES))
                group.create_task(_lane((*command, "--server", server), played, lambda n: progress.advance(bar, n)))
    return played


def prove_mutants(console: Console) -> int:
    """How many mutants got away. The table in docs/guarantees.md has each as soon as it was tried."""
    tried = asyncio.run(_try(console, _server()))
    away = [each.mutant.guard for each in tried if not each.caught]
    for guard in away:
        console.print(f"nobody missed: {guard}", style="red", markup=False, soft_wrap=True)
    console.print(f"{len(tried)} mutants, {len(away)} away.", style="red" if away else "green")
    return len(away)


async def _try(console: Console, server: str) -> list[Tried]:
    tried = list[Tried]()
    with Progress(*COLUMNS, console=console) as progress:
        bar = progress.add_task("mutants", total=len(MUTANTS))
        async for done in try_all(MUTANTS, server, steps=5_000, lanes=LANES):
            tried = sorted((*tried, done), key=lambda each: MUTANTS.index(each.mutant))
            write_mutants(PAGE, tried)
            progress.advance(bar)
            if not console.is_terminal:
                console.print(done.mutant.guard, "caught" if done.caught else "away", markup=False, highlight=False)
    return tried


def _server() -> str:
    return str(start_postgres(ROOT / "var" / "prove-postgres").get_uri())


async def _lane(command: Sequence[str], played: Played, advance: Callable[[int], None]) -> None:
    told: Json = {"steps": 0, "reached": {}, "problem": "the proof did not run", "seed": 0}
    async for line in _lines("-W", "ignore", "-m", "evals.proofs.hostile", "--json", *command):
        advance(line["steps"] - told["steps"])
        told = line
    played.steps += told["steps"]
    played.reached.update(told["reached"])
    played.problems += [f"{told['problem']} (seed {told['seed']})"] if told["problem"] else []


async def _lines(*command: str) -> AsyncIterator[Json]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    if process.stdout is None:
        raise RuntimeError("There is nothing to read from.")
    async for line in process.stdout:
        if line.startswith(b"{"):
            yield json.loads(line)
    await process.wait()


def write_played(page: Path, played: Played) -> None:
    """Replaces what stands between the markers of the page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{told_of(played)}\n{END}{after}", "utf-8")


def told_of(played: Played) -> str:
    """In a sentence and a line."""
    reached = ", ".join(f"{name} {played.reached[name]:,}" for name in VERDICTS)
    wrong = "nothing was wrong" if not played.problems else f"**{len(played.problems)} were wrong**"
    return f"{played.steps:,} steps (proposals and decisions), {wrong}. Reached: {reached}."
