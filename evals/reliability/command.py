"""`python -m evals reliability`: how often triage is right when it is so sure."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evals.load import CASES as FOLDER
from evals.load import load_cases
from evals.messages.coverage import read_map
from evals.messages.sample import DATA, DataAbsent
from evals.reliability.measure import (
    CASES,
    EXAMPLES,
    Guess,
    Reliability,
    of_cases,
    of_examples,
    of_messages,
    reliability,
)
from evals.reliability.page import page
from evals.reliability.picture import draw
from settings import read_settings
from wiring import fitted, open_company

DOCS = Path(__file__).parents[2] / "docs"


def main(arguments: Sequence[str]) -> int:
    """0; 2 when the page is to be written and the data sets are not there."""
    parser = argparse.ArgumentParser(
        prog="python -m evals reliability",
        description="Compares the probabilities that triage gives the demo company's intents with how often they are right.",
    )
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="where the public data sets are")
    parser.add_argument("--write-docs", action="store_true", help="writes docs/reliability.md and docs/reliability.svg")
    options = parser.parse_args(arguments)
    console = Console()
    guesses, absent = _guessed(options.data)
    sets = [reliability(name, each) for name, each in guesses.items()]
    console.print(_table(sets))
    if absent:
        console.print(f"Without the messages of real customers: {absent}", style="yellow", markup=False)
    if options.write_docs and not absent:
        (DOCS / "reliability.md").write_text(page(sets), "utf-8")
        (DOCS / "reliability.svg").write_text(draw(sets), "utf-8")
    return 2 if options.write_docs and absent else 0


def _guessed(data: Path) -> tuple[dict[str, list[Guess]], str]:
    """By set, and why some are missing."""
    settings = read_settings()
    kit, live = open_company(settings)
    embedder, classifier = fitted(settings, live)
    company = live.current()
    found = {
        EXAMPLES: of_examples(company, embedder),
        CASES: of_cases(load_cases(FOLDER), company, kit, classifier),
    }
    try:
        return found | of_messages(data, read_map(), company, kit, classifier), ""
    except DataAbsent as absent:
        return found, str(absent)


def _table(sets: Sequence[Reliability]) -> Table:
    made = Table(title="How often the likeliest intent is right", title_justify="left")
    for name in ("messages", "counted", "right", "calibration error", "95 % interval"):
        made.add_column(name, justify="left" if name == "messages" else "right")
    for each in sets:
        low, high = each.interval
        made.add_row(
            each.name,
            str(len(each.guesses)),
            f"{each.right.value:.1%}",
            f"{each.error:.3f}",
            f"{low:.3f} to {high:.3f}",
        )
    return made
