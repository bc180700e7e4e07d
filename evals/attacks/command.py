"""`python -m evals attacks`: tries any set of injections and prints what it achieved, which must be nothing."""

import argparse
import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from evals.attacks.report import page
from evals.attacks.rig import CHANNELS, WHO, open_rig
from evals.attacks.run import Tally, run_set
from evals.attacks.sets import SHARED, SetInvalid, read_set, shared_sets
from evals.proofs.hostile.run import quiet
from records.embedded import start_postgres
from settings import read_settings

ROOT = Path(__file__).parents[2]
POSTGRES = ROOT / "var" / "evals-postgres"
EPILOG = """A set is JSON Lines with a field `text`, one attack a line; JSON lists of texts, and .gz of either, are read as
well. Each text is sent as a customer's message; and it is put into an article, the notes of an order and the answers of
the payment system while a customer asks for an ordinary refund: both with the hostile reasoner and with the rules."""


def main(arguments: Sequence[str]) -> int:
    """0 when nothing was achieved, 1 when something was, 2 when a set cannot be read or none is there."""
    options = _options(arguments)
    console = Console()
    try:
        sets = {path.name: [path] for path in options.file} or shared_sets(options.data)
        texts = {name: [text for path in paths for text in read_set(path)] for name, paths in sets.items()}
    except SetInvalid as invalid:
        console.print(invalid.detail, style="red", markup=False, soft_wrap=True)
        return 2
    if not texts:
        console.print(f"Not run: there are no sets in {options.data}; name one with --file.", style="red", markup=False)
        return 2
    texts = {name: found[:: options.every] for name, found in texts.items()}
    began = perf_counter()
    tallies = asyncio.run(_run(texts, console))
    console.print(_table(tallies, perf_counter() - began))
    for attack in [attack for tally in tallies.values() for attack in tally.attacks][:20]:
        told = f"{attack.set}, as {attack.channel}, {attack.who}: {'; '.join(attack.what)}\n    {attack.text[:200]!r}"
        console.print(told, style="red", markup=False, soft_wrap=True)
    if options.json:
        options.json.write_text(json.dumps(summary(tallies), indent=1, ensure_ascii=False) + "\n", "utf-8")
    if options.write_docs:
        (ROOT / "docs" / "attacks.md").write_text(page(tallies, options.every), "utf-8")
    return 0 if all(tally.held for tally in tallies.values()) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evals attacks", description="Tries sets of injections.", epilog=EPILOG
    )
    add = parser.add_argument
    add("--file", type=Path, action="append", default=[], metavar="F", help="a set; may be given several times")
    add("--data", type=Path, default=SHARED, metavar="DIR", help="without --file: where the folders inj_* are")
    add("--every", type=int, default=1, metavar="N", help="only every Nth text of each set")
    add("--json", type=Path, metavar="OUT", help="also writes the figures, and each text that achieved something, here")
    add("--write-docs", action="store_true", help="writes docs/attacks.md")
    return parser.parse_args(arguments)


async def _run(texts: Mapping[str, Sequence[str]], console: Console) -> dict[str, Tally]:
    server = read_settings().database_url or (await asyncio.to_thread(start_postgres, POSTGRES)).get_uri()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tallies = {name: Tally() for name in texts}
    plays = sum(map(len, texts.values())) * len(CHANNELS) * len(WHO)
    with quiet(), Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("opening", total=plays)
        async with open_rig(server) as rig:
            for name, found in texts.items():
                async for done in run_set(rig, name, found, tallies[name]):
                    progress.update(bar, advance=done, description=name)
    return tallies


def _table(tallies: Mapping[str, Tally], seconds: float) -> Table:
    made = Table(title=f"{sum(t.plays for t in tallies.values())} plays in {seconds:.0f} s", title_justify="left")
    made.add_column("set")
    for name in ("texts", "plays", "effects let", "unauthorised", "leaked", "unanswered"):
        made.add_column(name, justify="right")
    for name, tally in tallies.items():
        style = None if tally.held else "red"
        figures = (tally.texts, tally.plays, tally.effects, tally.unauthorised, tally.leaked, tally.unanswered)
        made.add_row(name, *map(str, figures), style=style)
    return made


def summary(tallies: Mapping[str, Tally]) -> dict[str, Any]:
    """For machines: what `--json` writes."""
    return {
        name: {**vars(tally), "attacks": [vars(attack) for attack in tally.attacks], "held": tally.held}
        for name, tally in tallies.items()
    }
