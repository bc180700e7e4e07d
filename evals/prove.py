"""The long proofs: `make prove`. Runs the hostile reasoner with its mutants, the decision races, the scripted models with
theirs and the whole kill matrix, and writes their tables into docs/."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from evals.proofs.cells import Cell, cells_of, sampled
from evals.proofs.hostile.proof import prove_hostile, prove_mutants
from evals.proofs.kept import Kept, version
from evals.proofs.matrix import Places, play_alone, play_cells
from evals.proofs.races import PACE, Round, open_arena, race
from evals.proofs.races import write_table as write_races
from evals.proofs.scenarios import PLAYED
from evals.proofs.site import open_site, running_chroma
from evals.proofs.table import Matrix, write_tables
from evals.scripted import command as scripted
from records.embedded import start_postgres

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "var" / "prove"
HOSTILE = "hostile reasoner"
MUTANTS = "hostile mutants"
RACES = "decision races"
SCRIPTED = "scripted models"
CELLS = "kill matrix"
HOUSES = 6
"""Most of a cell is waiting: for a process that starts, a lock that is let go of, a job that is found."""


def main(arguments: Sequence[str]) -> int:
    """1 when any cell failed."""
    parser = argparse.ArgumentParser(prog="python -m evals.prove", description="Kills the service everywhere, once.")
    parts = (
        f"'{HOSTILE}', '{MUTANTS}', '{RACES}', '{SCRIPTED}', or cells whose name (TOOL / WHAT DIES / POINT) holds this"
    )
    parser.add_argument("--only", default="", help=parts)
    parser.add_argument("--steps", type=int, default=50_000, help="of the hostile reasoner")
    parser.add_argument("--rounds", type=int, default=200, help="of the decision races")
    parser.add_argument("--sample", type=int, default=0, help="all points of three tools, this many of each other")
    parser.add_argument("--houses", type=int, default=HOUSES, help="cells at a time")
    parser.add_argument("--afresh", action="store_true", help="forget the results of an interrupted proof")
    options = parser.parse_args(arguments)
    console = Console()
    proofs = {
        HOSTILE: lambda: prove_hostile(console, steps=options.steps),
        MUTANTS: lambda: prove_mutants(console),
        RACES: lambda: _raced(options.rounds, console),
        SCRIPTED: lambda: scripted.main(["--mutants", "--write-docs"]),
        CELLS: lambda: _killed(options, console),
    }
    chosen = [options.only] if options.only in proofs else [CELLS] if options.only else list(proofs)
    options.only = "" if options.only in proofs else options.only  # from here on a part of cells' names
    return 1 if sum(proofs[name]() for name in chosen) else 0


def _raced(rounds: int, console: Console) -> int:
    """How many rounds of the decision races were lost."""
    results = asyncio.run(_races(rounds, console))
    lost = [each for each in results if each.wrong]
    write_races(ROOT / "docs" / "guarantees.md", results)
    console.print(f"{len(results)} rounds, {len(lost)} failed.", style="red" if lost else "green")
    return len(lost)


async def _races(rounds: int, console: Console) -> list[Round]:
    server, results = await asyncio.to_thread(start_postgres, ROOT / "var" / "prove-postgres"), list[Round]()
    with TemporaryDirectory(prefix="closeloop-") as folder:
        async with open_site(server.get_uri(), Path(folder), chroma=False) as site, open_arena(site) as arena:
            for number in range(rounds):
                results.append(await race(arena, number, results[-1].pace if results else PACE))
                told = ", ".join(results[-1].wrong) or "held"
                console.print(f"{RACES} {number + 1}: {results[-1].winner}, {told}", markup=False, highlight=False)
    return results


def _killed(options: argparse.Namespace, console: Console) -> int:
    """How many cells of the kill matrix are broken, of those played now or kept from before."""
    kept = Kept(KEPT / "kill-matrix.jsonl", version())
    if options.afresh:
        kept.forget()
    cells = asyncio.run(_prove(options, kept, console))
    matrix = Matrix(cells=cells, results=[kept.results[cell] for cell in cells if cell in kept.results])
    write_tables(ROOT / "docs" / "guarantees.md", ROOT / "docs" / "kill-matrix.md", matrix)
    broken = sum(bool(result.wrong) for result in matrix.results)
    console.print(f"{len(matrix.results)} of {len(cells)} cells, {broken} broken.", style="red" if broken else "green")
    return broken


async def _prove(options: argparse.Namespace, kept: Kept, console: Console) -> list[Cell]:
    """The whole matrix; what is chosen of it has been played and kept."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # for the processes to come: several at a time
    theirs = await asyncio.to_thread(start_postgres, ROOT / "var" / "prove-postgres")
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="closeloop-")))
        progress = stack.enter_context(_progress(console))
        index = await stack.enter_async_context(running_chroma(scratch))
        places = Places(folder=KEPT, theirs=theirs.get_uri(), index=index, scratch=scratch, door=asyncio.Lock())
        unknown = [tool for tool in _tools(options.only) if tool not in kept.alone]
        if unknown:
            await play_alone(places, options.houses, unknown, kept, Bar(progress, "undisturbed", len(unknown)).told)
        cells = cells_of({tool: alone.points for tool, alone in kept.alone.items()})
        chosen = [cell for cell in _chosen(cells, options) if cell not in kept.results]
        if chosen:
            await play_cells(places, options.houses, chosen, kept, Bar(progress, "kill matrix", len(chosen)).told)
    return cells


def _tools(only: str) -> list[str]:
    """Those that `only` names, or else all: which points there are is found out by playing."""
    named = [tool for tool in PLAYED if only and tool.startswith(only.partition(" / ")[0])]
    return named or list(PLAYED)


def _chosen(cells: list[Cell], options: argparse.Namespace) -> list[Cell]:
    wanted = [cell for cell in cells if options.only in cell.name]
    return list(sampled(wanted, options.sample)) if options.sample else wanted


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)


class Bar:
    """What the terminal shows; where there is none, a line for each cell."""

    def __init__(self, progress: Progress, what: str, total: int) -> None:
        self._progress = progress
        self._task: TaskID = progress.add_task(what, total=total)

    def told(self, name: str, wrong: Sequence[str]) -> None:
        console = self._progress.console
        self._progress.advance(self._task)
        if not console.is_terminal:
            console.print(name, "broken" if wrong else "held", emoji=False, markup=False, highlight=False)
        for problem in wrong:
            console.print(f"{name}: {problem}", style="red", markup=False, emoji=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
