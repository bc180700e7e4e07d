"""`python -m evals messages`: sends real customers' messages and prints what became of them."""

import argparse
import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from evals.messages.coverage import Coverage, read_map
from evals.messages.judge import Judged, figures, judge
from evals.messages.picture import draw
from evals.messages.report import page, told
from evals.messages.sample import DATA, SIZES, DataAbsent, Message, sample
from evals.messages.send import send_all
from evals.stage import open_stage
from records.embedded import start_postgres
from settings import read_settings

ROOT = Path(__file__).parents[2]
POSTGRES = ROOT / "var" / "evals-postgres"
DOCS = ROOT / "docs"
REACHED_AT_LEAST, AS_IF_KNOWN_AT_MOST = 0.8, 0.05


def main(arguments: Sequence[str]) -> int:
    """0 when the figures hold and nothing hung or failed, 1 when not, 2 when the data sets are not there."""
    parser = argparse.ArgumentParser(prog="python -m evals messages", description="Sends real customers' messages.")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="where the public data sets are")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also writes every message and what became of it here"
    )
    parser.add_argument("--write-docs", action="store_true", help="writes docs/messages.md and docs/messages.svg")
    options = parser.parse_args(arguments)
    console = Console()
    try:
        messages = sample(options.data)
    except DataAbsent as absent:
        console.print(f"Not run: {absent}", style="red", markup=False)
        return 2
    began = perf_counter()
    judged = asyncio.run(_played(messages, read_map(), console))
    console.print(_table(judged, perf_counter() - began))
    if options.json:
        options.json.write_text(json.dumps(summary(judged), indent=1, ensure_ascii=False) + "\n", "utf-8")
    if options.write_docs:
        (DOCS / "messages.md").write_text(page(judged, read_map()), "utf-8")
        (DOCS / "messages.svg").write_text(draw(judged), "utf-8")
    return 0 if held(judged) else 1


def held(judged: Sequence[Judged]) -> bool:
    """Whether the figures over all messages are what they must be."""
    total = figures(judged)
    trouble = total.hung or total.errors
    return not trouble and total.reached.value >= REACHED_AT_LEAST and total.as_if_known.value <= AS_IF_KNOWN_AT_MOST


async def _played(messages: Sequence[Message], coverage: Coverage, console: Console) -> list[Judged]:
    server = read_settings().database_url or (await asyncio.to_thread(start_postgres, POSTGRES)).get_uri()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    judged: list[Judged] = []
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("opening", total=len(messages))
        async with open_stage(server) as stage:
            async for sent in send_all(stage, messages, coverage.customers):
                judged.append(judge(coverage, sent))
                progress.update(bar, advance=1, description=sent.message.intent)
    return judged


def _table(judged: Sequence[Judged], seconds: float) -> Table:
    made = Table(title=f"{len(judged)} messages in {seconds:.0f} s", title_justify="left")
    made.add_column("data set")
    for name in ("reached what covers them", "answered as if known", "hung", "errors"):
        made.add_column(name, justify="right")
    for name, chosen in groups(judged):
        found = figures(chosen)
        made.add_row(name, told(found.reached), told(found.as_if_known), str(found.hung), str(found.errors))
    return made


def groups(judged: Sequence[Judged]) -> Iterator[tuple[str, list[Judged]]]:
    """Each data set's, then all."""
    for source in SIZES:
        yield source, [each for each in judged if each.sent.message.source == source]
    yield "total", list(judged)


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """For machines: what `--json` writes."""
    return {"figures": {name: _counted(chosen) for name, chosen in groups(judged)}, "messages": [*map(_row, judged)]}


def _counted(judged: Sequence[Judged]) -> dict[str, Any]:
    found = figures(judged)
    shares = {"reached": found.reached, "as_if_known": found.as_if_known}
    return {
        **{name: {"hits": s.hits, "total": s.total, "interval": s.interval} for name, s in shares.items()},
        "hung": found.hung,
        "errors": found.errors,
    }


def _row(each: Judged) -> dict[str, Any]:
    sent = each.sent
    return {
        "source": sent.message.source,
        "intent": sent.message.intent,
        "text": sent.message.text,
        "customer": sent.customer,
        "mapped": each.mapped,
        "verdict": each.verdict,
        "outcome": sent.outcome,
        "playbooks": sent.playbooks,
        "move": sent.move,
        "reason": sent.reason,
        "articles": sent.articles,
    }
