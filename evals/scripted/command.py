"""`python -m evals scripted`: plays the cases with a scripted model over HTTP, and with mutants of what it says."""

import argparse
import asyncio
import fnmatch
import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from evals.case import Case
from evals.load import load_cases
from evals.proofs.hostile.run import quiet
from evals.scripted.house import open_house
from evals.scripted.mutants import MUTANTS
from evals.scripted.report import FAILED, Row, rows_of, write_mutants, write_turns
from evals.scripted.run import Played, run_scripted
from evals.scripted.turns import TURNS, Turn, play_turns
from records.embedded import start_postgres
from settings import read_settings

ROOT = Path(__file__).parents[2]
POSTGRES = ROOT / "var" / "evals-postgres"
EPILOG = """The scripted model answers as a good model would: the playbook's next step, as calls and as words with slots, over real
HTTP and streamed. A mutant spoils each of its answers in one way. A good model must do what the case expects; with a mutant
only what comes of it may differ, and no guarantee may be broken."""


def main(arguments: Sequence[str]) -> int:
    """0 when all held, 1 when something did not, 2 when no case is meant."""
    options = _options(arguments)
    console = Console()
    cases = [case for case in load_cases() if fnmatch.fnmatch(case.name, f"*{options.only}*")]
    if not cases:
        console.print(f"No case is called {options.only}.", style="red", markup=False)
        return 2
    began = perf_counter()
    played, turns = asyncio.run(_run(cases, options, console))
    rows = rows_of(played)
    console.print(_table(rows, perf_counter() - began))
    for each in [each for each in played if not each.passed][:FAILED]:
        console.print(f"{each.case}{', twin' if each.twin else ''}, {each.model}:", style="bold red", markup=False)
        for line in (*each.broken, *each.differs, *(f"the prompt does not hold {name}" for name in each.unknown)):
            console.print(f"  {line}", markup=False, soft_wrap=True)
    for turn in turns:
        console.print(f"{turn.what}: {turn.calls} calls, {turn.tokens} tokens of prompts", markup=False)
    if options.json:
        options.json.write_text(
            json.dumps([vars(each) for each in played], indent=1, ensure_ascii=False) + "\n", "utf-8"
        )
    if options.write_docs:
        write_mutants(ROOT / "docs" / "models.md", played)
        write_turns(ROOT / "docs" / "models.md", turns)
    return 0 if all(each.passed for each in played) and all(turn.held for turn in turns) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evals scripted", description="Plays the eval cases with a scripted model.", epilog=EPILOG
    )
    add = parser.add_argument
    add("--only", default="", metavar="PATTERN", help="cases whose name holds this; * and ? as in a shell")
    add("--mutants", action="store_true", help="also with every mutant")
    add("--every", type=int, default=1, metavar="N", help="mutants of every Nth case only")
    add("--quick", action="store_true", help="one phrasing each, and mutants without the twins")
    add("--json", type=Path, metavar="OUT", help="also writes every play here")
    add("--write-docs", action="store_true", help="writes the tables of docs/models.md")
    return parser.parse_args(arguments)


async def _run(cases: Sequence[Case], options: argparse.Namespace, console: Console) -> tuple[list[Played], list[Turn]]:
    server = read_settings().database_url or (await asyncio.to_thread(start_postgres, POSTGRES)).get_uri()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    played: list[Played] = []
    with quiet(), Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("opening", total=len(cases))
        async with open_house(server) as house:
            for place, case in enumerate(cases):
                progress.update(bar, description=case.name)
                names = [*MUTANTS] if options.mutants and place % options.every == 0 else []
                played += [each async for each in run_scripted(house, [case], names, quick=options.quick)]
                progress.advance(bar)
            progress.update(bar, description="turns")
            return played, await play_turns(house, TURNS)


def _table(rows: Sequence[Row], seconds: float) -> Table:
    made = Table(title=f"{sum(row.plays for row in rows)} plays in {seconds:.0f} s", title_justify="left")
    made.add_column("model")
    for name in ("plays", "as the case expects", "another outcome", "guarantees broken"):
        made.add_column(name, justify="right")
    for row in rows:
        style = None if row.held else "red"
        made.add_row(row.model, *map(str, (row.plays, row.plays - row.differ, row.differ, row.broken)), style=style)
    return made
