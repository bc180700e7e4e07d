"""`python -m evals policy`: tries a company's policy on a file of tasks and prints both shares."""

import argparse
import asyncio
import json
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evals.databases import throwaway_database
from evals.policy_check.bench import Bench, open_bench
from evals.policy_check.play import Part, parts_of, play
from evals.policy_check.report import Outcome, as_json, lines, mutations_table, outcome_of, summary, table
from evals.policy_check.tasks import Task, TasksInvalid, read_tasks
from evals.policy_check.trial import NoTrial, Scene, World, load_trial
from policy.company import Company
from records.clock import SystemClock
from records.database import Database, open_database
from records.embedded import start_postgres
from records.errors import CloseloopError
from runs.startup import prepare
from settings import read_settings
from tools.kit import Kit
from wiring import load, load_kit

POSTGRES = Path(__file__).parents[2] / "var" / "evals-postgres"
LANES = 4
"""Tasks at the same time: judging waits for the database more than it works."""


def main(arguments: Sequence[str]) -> int:
    """0 when both goals hold, 1 when one does not, 2 when something cannot be read."""
    options = _parser().parse_args(arguments)
    console = Console(soft_wrap=True)
    try:
        outcome = asyncio.run(_tried(options, console))
        if options.json:
            _write(options.json, outcome)
    except CloseloopError as error:
        console.print(error.detail, style="red", markup=False, highlight=False)
        return 2
    _show(outcome, console)
    return 0 if outcome.gold_share >= options.gold_at_least and outcome.mutated_share == 1.0 else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals policy", description="Tries a company's policy on tasks.")
    parser.add_argument("--company", type=Path, required=True, metavar="DIR", help="the company's folder")
    parser.add_argument("--tasks", type=Path, required=True, metavar="FILE", help="the tasks, a JSON file")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="where the records are, if not where they are expected"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="also writes the results here")
    parser.add_argument(
        "--gold-at-least", type=_a_share, default=0.98, metavar="SHARE", help="of right actions to be allowed (0.98)"
    )
    return parser


def _a_share(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return value


async def _tried(options: argparse.Namespace, console: Console) -> Outcome:
    if not options.company.is_dir():
        raise NoTrial(f"There is no folder {options.company}.")
    trial, kit, company = load_trial(options.company), load_kit(options.company), load(options.company)
    tasks = read_tasks(options.tasks, {tool.name for tool in kit.actions} | trial.look_ups)
    if not any(action.tool not in trial.look_ups for task in tasks for action in task.actions):
        raise TasksInvalid(f"{options.tasks}: there is no writing action in it.")
    server = read_settings().database_url or (await asyncio.to_thread(start_postgres, POSTGRES)).get_uri()
    with throwaway_database(server) as own:
        await asyncio.to_thread(prepare, own)
        async with AsyncExitStack() as stack:
            scene = await stack.enter_async_context(trial.open(server, options.data, options.tasks))
            parts = _parts(options.tasks, tasks, scene, {tool.name for tool in kit.actions})
            database = await stack.enter_async_context(open_database(own, size=LANES))
            benches = [await _bench(stack, scene, database, company, kit) for _ in range(LANES)]
            with _progress(console) as progress:
                bar = progress.add_task("tasks", total=len(parts))
                return outcome_of(await play(benches, parts, trial.voiding, lambda: progress.advance(bar)))


def _parts(file: Path, tasks: Sequence[Task], scene: Scene, writes: Collection[str]) -> list[Part]:
    try:
        return parts_of(tasks, scene, writes)
    except TasksInvalid as error:
        raise TasksInvalid(f"{file}: {error.detail}") from error


async def _bench(
    stack: AsyncExitStack, scene: Scene, database: Database, company: Company, kit: Kit
) -> tuple[Bench, World]:
    world = await stack.enter_async_context(scene.world())
    bench = open_bench(database, company, kit, world.systems, SystemClock())
    return await stack.enter_async_context(bench), world


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _write(path: Path, outcome: Outcome) -> None:
    try:
        path.write_text(json.dumps(as_json(outcome), indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise CloseloopError(f"{path}: cannot be written: {error.strerror}.") from error


def _show(outcome: Outcome, console: Console) -> None:
    console.print(table(outcome))
    console.print(mutations_table(outcome))
    for line in (*lines(outcome), *summary(outcome)):
        console.print(line)
