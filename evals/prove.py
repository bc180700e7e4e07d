"""The long proofs: `make prove`. Runs the decision races and the whole kill matrix, writes their tables into
docs/guarantees.md."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evals.proofs.cells import Cell, all_cells
from evals.proofs.kill import Result, play
from evals.proofs.races import Round, open_arena, race
from evals.proofs.races import write_table as write_races
from evals.proofs.site import open_site
from evals.proofs.table import write_table
from records.embedded import start_postgres

ROOT = Path(__file__).parents[1]
LANES = 2
RACES = "decision races"


def main(arguments: Sequence[str]) -> int:
    """1 when any cell failed."""
    parser = argparse.ArgumentParser(prog="python -m evals.prove", description="Kills the service everywhere, once.")
    parser.add_argument("--only", default="", help="cells whose name holds this; the table is then left as it is")
    parser.add_argument("--rounds", type=int, default=200, help="of the decision races")
    parser.add_argument("--lanes", type=int, default=LANES, help="cells at a time")
    options = parser.parse_args(arguments)
    console = Console()
    cells = [cell for cell in all_cells() if options.only in name_of(cell)]
    lost = 0 if options.only not in RACES else _raced(options.rounds, console, write=not options.only)
    results = asyncio.run(_prove(cells, options.lanes, console))
    failed = [result for result in results if result.wrong]
    if not options.only:
        write_table(ROOT / "docs" / "guarantees.md", results)
    console.print(f"{len(results)} cells, {len(failed)} failed.", style="red" if failed else "green")
    return 1 if failed or lost else 0


def _raced(rounds: int, console: Console, *, write: bool) -> int:
    """How many rounds of the decision races were lost."""
    results = asyncio.run(_races(rounds, console))
    lost = [each for each in results if each.wrong]
    if write:
        write_races(ROOT / "docs" / "guarantees.md", results)
    console.print(f"{len(results)} rounds, {len(lost)} failed.", style="red" if lost else "green")
    return len(lost)


async def _races(rounds: int, console: Console) -> list[Round]:
    server, results = await asyncio.to_thread(start_postgres, ROOT / "var" / "prove-postgres"), list[Round]()
    with TemporaryDirectory(prefix="closeloop-") as folder:
        async with open_site(server.get_uri(), Path(folder), chroma=True) as site, open_arena(site) as arena:
            for number in range(rounds):
                results.append(await race(arena, number))
                told = ", ".join(results[-1].wrong) or "held"
                console.print(f"{RACES} {number + 1}: {results[-1].winner}, {told}", markup=False, highlight=False)
    return results


def name_of(cell: Cell) -> str:
    return f"{cell.scenario.tool or 'handoff'} / {cell.kind} / {cell.point}"


async def _prove(cells: list[Cell], lanes: int, console: Console) -> list[Result]:
    """Each lane has a site of its own and takes the next cell when it is done with one. In the order of `cells`."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # for the processes to come: two at a time
    server = await asyncio.to_thread(start_postgres, ROOT / "var" / "prove-postgres")
    waiting, results = list(reversed(cells)), list[Result]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with TemporaryDirectory(prefix="closeloop-") as folder, Progress(*columns, console=console) as progress:
        bar = progress.add_task("kill matrix", total=len(cells))
        async with asyncio.TaskGroup() as group:
            for lane in range(lanes):
                group.create_task(
                    _lane(server.get_uri(), Path(folder, str(lane)), waiting, results, Bar(progress, bar))
                )
    return sorted(results, key=lambda result: cells.index(result.cell))


class Bar:
    """What the terminal shows."""

    def __init__(self, progress: Progress, task: object) -> None:
        self._progress = progress
        self._task = task

    def done(self, result: Result) -> None:
        if not self._progress.console.is_terminal:
            self._progress.console.print(name_of(result.cell), "broken" if result.wrong else "held", emoji=False)
        self._progress.advance(self._task)  # type: ignore[arg-type] # rich's TaskID
        for problem in result.wrong:
            self._progress.console.print(
                f"{name_of(result.cell)}: {problem}", style="red", markup=False, emoji=False, highlight=False
            )


async def _lane(server_url: str, folder: Path, waiting: list[Cell], results: list[Result], bar: Bar) -> None:
    async with open_site(server_url, folder, chroma=True) as site:
        while waiting:
            results.append(await play(site, waiting.pop()))
            bar.done(results[-1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
