"""`python -m evals triage`: learns from labelled messages as a company's triage does, and says how well it did on others."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from evals.figures import Figure, table_of
from evals.reliability import picture as reliability_picture
from evals.reliability.measure import Guess, reliability
from evals.stage import MODELS
from evals.triage import picture
from evals.triage.measure import REJECTED, Outcome, coverage, figures, handled_at, outcome
from evals.triage.read import FileInvalid, Labelled, read
from knowledge.embedder import Embedder
from knowledge.triage import IntentModel, NothingToLearn, Prediction

TIMED = 300
"""Messages of the test that are told one by one, for the time of one."""
BATCH = 256
PRECISIONS = (0.9, 0.95, 0.99)
TITLES = {
    "accuracy": "accuracy",
    "ece": "calibration error",
    "in_scope_accuracy": "accuracy on messages that have an intent",
    "oos_recall_at_5_reject": "none-of-these found while 5 % of the others are rejected",
    "oos_auroc": "none-of-these told from the others (AUROC)",
}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """`ms`: one message alone, on one core, its vector unknown. `refit`: seconds to learn again, the vectors known."""

    learned: int
    intents: int
    found: Outcome
    ms: float
    refit: float


def main(arguments: Sequence[str]) -> int:
    """0; 2 when a file cannot be read, or there is nothing to learn from."""
    parser = argparse.ArgumentParser(
        prog="python -m evals triage",
        description="Learns from labelled messages as triage learns from a company's examples, and is tried on others. "
        "Files are CSV (text,category) or JSON Lines (text, label), gzipped or not; the label oos means none of the intents.",
    )
    parser.add_argument("--train", type=Path, required=True, metavar="F", help="what is learned from")
    parser.add_argument(
        "--valid", type=Path, metavar="F", help="learned from as well: triage calibrates itself in folds"
    )
    parser.add_argument("--test", type=Path, required=True, metavar="F", help="what it is tried on")
    parser.add_argument("--oos", type=Path, metavar="F", help="more of the test: none of these, whatever their labels")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also writes the figures here")
    parser.add_argument(
        "--plots", type=Path, metavar="FOLDER", help="also writes reliability.svg and coverage.svg there"
    )
    options = parser.parse_args(arguments)
    console = Console()
    try:
        learned = [*read(options.train), *(read(options.valid) if options.valid else ())]
        test = [*read(options.test), *(read(options.oos, oos=True) if options.oos else ())]
        measured = measure(learned, test, console)
    except (FileInvalid, NothingToLearn) as wrong:
        console.print(f"{wrong}", style="red", markup=False, soft_wrap=True)
        return 2
    found = figures(measured.found)
    console.print(_table(measured, found))
    console.print(_handled(measured.found))
    if options.json:
        options.json.write_text(json.dumps(summary(measured, found), indent=2) + "\n", "utf-8")
    if options.plots:
        _draw(options.plots, measured.found)
    return 0


def measure(learned: Sequence[Labelled], test: Sequence[Labelled], console: Console) -> Measured:
    """Raises NothingToLearn where no message has an intent."""
    examples = grouped(learned)
    none = [message.text for message in learned if not message.label]
    embedder = Embedder(MODELS, threads=1)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        for part in _parts(progress, "reading examples", [message.text for message in learned]):
            embedder.embed(part)
        IntentModel.fit(embedder, examples, none, {})
        began = perf_counter()
        model = IntentModel.fit(embedder, examples, none, {})
        refit = perf_counter() - began
        said: list[Prediction] = []
        for part in _parts(progress, "telling the test", [message.text for message in test]):
            said += model.predict_many(part)
    alone = replace(model, embedder=Embedder(MODELS, threads=1))
    return Measured(
        learned=len(learned),
        intents=len(examples),
        found=outcome(test, said),
        ms=_milliseconds(alone, [message.text for message in test]),
        refit=refit,
    )


def grouped(messages: Sequence[Labelled]) -> dict[str, list[str]]:
    """The texts of each intent, in their order; a text that stands twice is learned once."""
    examples: dict[str, list[str]] = {}
    for message in messages:
        if message.label:
            examples.setdefault(message.label, []).append(message.text)
    return {intent: list(dict.fromkeys(texts)) for intent, texts in examples.items()}


def summary(measured: Measured, found: Mapping[str, Figure]) -> dict[str, object]:
    """For machines: what `--json` writes."""
    return {
        **{name: figure.value for name, figure in found.items()},
        "ms_per_message": measured.ms,
        "refit_seconds": measured.refit,
        "intervals": {name: figure.interval for name, figure in found.items()},
        "handled": {f"{precision:g}": handled_at(measured.found, precision) for precision in PRECISIONS},
        "examples": measured.learned,
        "intents": measured.intents,
        "messages": len(measured.found.right),
    }


def _parts(progress: Progress, name: str, texts: Sequence[str]) -> Iterator[Sequence[str]]:
    bar = progress.add_task(name, total=len(texts))
    for start in range(0, len(texts), BATCH):
        yield texts[start : start + BATCH]
        progress.update(bar, completed=min(start + BATCH, len(texts)))


def _milliseconds(model: IntentModel, texts: Sequence[str]) -> float:
    """Of one message, on average, after a few to warm up."""
    for text in texts[:5]:
        model.predict(text)
    timed = list(dict.fromkeys(texts))[5 : 5 + TIMED] or texts[:1]
    began = perf_counter()
    for text in timed:
        model.predict(text)
    return (perf_counter() - began) / len(timed) * 1000


def _table(measured: Measured, found: Mapping[str, Figure]) -> Table:
    title = f"{measured.learned} examples of {measured.intents} intents, tried on {len(measured.found.right)} messages"
    made = table_of(found, TITLES, title, of="messages")
    made.add_row("one message", f"{measured.ms:.1f} ms", "")
    made.add_row("learning again", f"{measured.refit:.2f} s", "")
    return made


def _handled(found: Outcome) -> Table:
    made = Table("right among the surest", title="How many can be handled", title_justify="left")
    made.add_column("share of messages", justify="right")
    for precision in PRECISIONS:
        made.add_row(f"{precision:.0%}", f"{handled_at(found, precision):.1%}")
    counts = Counter("rejected wrongly" if wrong else "" for wrong in found.inside & (found.none >= 0.5))
    made.add_row("(with an intent, and `none` at 0.5 or more)", f"{counts['rejected wrongly'] / len(found.right):.1%}")
    return made


def _draw(folder: Path, found: Outcome) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    guesses = [Guess(probability=float(p), right=bool(r)) for p, r in zip(found.sure, found.right, strict=True)]
    (folder / "reliability.svg").write_text(reliability_picture.draw([reliability("Test", guesses)]), "utf-8")
    share, right = coverage(found)
    told = picture.draw(
        "How many are right among the surest",
        "share of messages handled, the surest first",
        {"accuracy of what is handled": (share, right)},
        lowest=0.5,
        mark=1 - REJECTED,
    )
    (folder / "coverage.svg").write_text(told, "utf-8")
