"""`python -m evals`: plays the cases and prints what became of them. `python -m evals policy`: tries a policy on tasks."""

import argparse
import asyncio
import fnmatch
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evals.attacks import command as attacks
from evals.case import Case
from evals.coverage import declared, page
from evals.found import Edge
from evals.learning import command as learning
from evals.load import CASES, CaseInvalid, load_cases
from evals.messages import command as messages
from evals.policy_check import command as policy
from evals.redaction import command as redaction
from evals.reliability import command as reliability
from evals.report import edges_line, table, wrong_lines
from evals.retrieval import command as retrieval
from evals.scripted import command as scripted
from evals.stage import COMPANY, open_stage
from evals.suite import Result, drawn_edges, run_cases, summary
from evals.triage import command as triage
from records.embedded import start_postgres
from settings import read_settings
from wiring import load

COMMANDS = {
    "attacks": attacks.main,
    "learning": learning.main,
    "messages": messages.main,
    "policy": policy.main,
    "reliability": reliability.main,
    "retrieval": retrieval.main,
    "scripted": scripted.main,
    "triage": triage.main,
}
POSTGRES = Path(__file__).parents[1] / "var" / "evals-postgres"


def main(arguments: Sequence[str]) -> int:
    """0 when every case passed, 1 when one failed, 2 when the cases cannot be read or none is meant."""
    if arguments and arguments[0] in COMMANDS:
        return COMMANDS[arguments[0]](arguments[1:])
    if arguments[:1] == ["redaction"]:
        return redaction.main(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m evals", description="Plays the eval cases.")
    parser.add_argument(
        "--only", default="", metavar="PATTERN", help="cases whose name holds this; * and ? as in a shell"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also writes the results here")
    parser.add_argument("--company", type=Path, metavar="FOLDER", help="a company folder, if not the demo company's")
    parser.add_argument("--cases", type=Path, metavar="FOLDER", help="the cases, if not those in its folder evals")
    parser.add_argument(
        "--reset", action="append", default=[], metavar="URL", help="a door of an own system to call before each play"
    )
    parser.add_argument("--coverage", type=Path, metavar="FILE", help="also writes which case reaches what")
    parser.add_argument("--quick", action="store_true", help="each case in one phrasing, its twin in another")
    options = parser.parse_args(arguments)
    console = Console()
    try:
        cases = [case for case in load_cases(_cases(options)) if fnmatch.fnmatch(case.name, f"*{options.only}*")]
    except CaseInvalid as invalid:
        console.print(invalid.detail, style="red", markup=False)
        return 2
    if not cases:
        console.print(f"No case is called {options.only}.", style="red", markup=False)
        return 2
    results, drawn = asyncio.run(_played(cases, console, options))
    _show(results, drawn, console, whole=not (options.only or options.company))
    if options.json:
        options.json.write_text(json.dumps(summary(results), indent=2, ensure_ascii=False) + "\n", "utf-8")
    if options.coverage:
        company = load(options.company or COMPANY)
        reached = [(result.case.name, result.reached) for result in results]
        options.coverage.write_text(page(declared(company), reached), "utf-8")
    return 0 if results and all(result.passed for result in results) else 1


def _cases(options: argparse.Namespace) -> Path:
    own: Path | None = options.cases or (options.company and options.company / "evals")
    return own or CASES


async def _played(
    cases: Sequence[Case], console: Console, options: argparse.Namespace
) -> tuple[list[Result], set[Edge]]:
    server = read_settings().database_url or (await asyncio.to_thread(start_postgres, POSTGRES)).get_uri()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    results: list[Result] = []
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("opening", total=len(cases))
        async with open_stage(server, options.company or COMPANY, options.reset) as stage:
            async for result in run_cases(stage, cases, quick=options.quick):
                results.append(result)
                progress.update(bar, advance=1, description=result.case.name)
            return results, drawn_edges(stage)


def _show(results: Sequence[Result], drawn: set[Edge], console: Console, *, whole: bool) -> None:
    console.print(table(results))
    for line in wrong_lines(results):
        console.print(line)
    if whole:
        console.print(edges_line(drawn, results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
