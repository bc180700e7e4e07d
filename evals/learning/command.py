"""`python -m evals learning`: what becomes of triage when people correct it for a while, and when some of them err."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from evals.learning.page import draw_accuracy, draw_handled, section, written
from evals.learning.stream import DESKS, Material, Round, material, run
from evals.messages.sample import DATA
from evals.stage import MODELS
from evals.triage.read import FileInvalid, read
from knowledge.embedder import Embedder

DOCS = Path(__file__).parents[2] / "docs"
HELD, MOST, BATCH, SEED = 1000, 6000, 500, 7


def main(arguments: Sequence[str]) -> int:
    """0; 2 when there is nothing to learn from."""
    parser = argparse.ArgumentParser(
        prog="python -m evals learning",
        description="Streams labelled messages through triage; people correct what it is unsure of, and it learns.",
    )
    parser.add_argument("--file", type=Path, default=DATA / "banking77" / "train.csv", metavar="F", help="the messages")
    parser.add_argument("--messages", type=int, default=MOST, metavar="N", help="so many of the stream")
    parser.add_argument("--batch", type=int, default=BATCH, metavar="N", help="so many between two fits")
    parser.add_argument("--held", type=int, default=HELD, metavar="N", help="so many to take the accuracy on")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also writes every round here")
    parser.add_argument(
        "--write-docs", action="store_true", help="writes its part of docs/learning.md and the pictures"
    )
    options = parser.parse_args(arguments)
    console = Console()
    try:
        given = material(read(options.file), options.held, options.messages, SEED)
    except FileInvalid as invalid:
        console.print(f"Not run: {invalid}", style="red", markup=False, soft_wrap=True)
        return 2
    rounds = _run(given, options.batch, Embedder(MODELS, threads=1), console)
    console.print(_table(rounds))
    if options.json:
        told = {name: [asdict(each) for each in one] for name, one in rounds.items()}
        options.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    if options.write_docs:
        (DOCS / "learning-accuracy.svg").write_text(draw_accuracy(rounds), "utf-8")
        (DOCS / "learning-handled.svg").write_text(draw_handled(rounds), "utf-8")
        written(DOCS / "learning.md", section(rounds, given, options.batch))
    return 0


def _run(given: Material, batch: int, embedder: Embedder, console: Console) -> dict[str, list[Round]]:
    """Every desk on the same stream."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    rounds: dict[str, list[Round]] = {}
    with Progress(*columns, console=console, transient=True) as progress:
        for desk in DESKS:
            bar = progress.add_task(desk.name, total=1 + -(-len(given.stream) // batch))
            rounds[desk.name] = []
            for each in run(embedder, given, desk, batch, SEED):
                rounds[desk.name].append(each)
                progress.update(bar, advance=1)
    return rounds


def _table(rounds: Mapping[str, Sequence[Round]]) -> Table:
    made = Table("desk", title="After the last message", title_justify="left")
    for name in ("accuracy", "handled", "of them right", "wrong ones kept out", "right ones lost"):
        made.add_column(name, justify="right")
    for name, one in rounds.items():
        last = one[-1]
        kept_out = f"{last.caught} of {last.poison}" if last.poison else "–"
        lost = f"{last.lost} of {last.sound}"
        made.add_row(name, f"{last.accuracy:.1%}", f"{last.handled:.1%}", f"{last.precision:.1%}", kept_out, lost)
    return made
