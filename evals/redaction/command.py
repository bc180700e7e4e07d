"""`python -m evals redaction`: what redaction finds in sentences with marked personal data, and what it takes for some."""

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from records.redaction import NOBODY, Found, Known, found_in

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "presidio_pii" / "generated_large.json.gz"
PAGE = ROOT / "docs" / "personal-data.md"
TYPES = {
    "EMAIL_ADDRESS": "email",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "US_SSN": "id",
    "IP_ADDRESS": "ip",
    "PHONE_NUMBER": "phone",
    "ADDRESS": "address",
}
"""Which marked type a kind should find. Other types (places, firms, dates) are no business of redaction's."""
ALSO = {"address": ("LOCATION",)}
"""What a kind may cover besides: the town is a part of an address."""
COVERED = 0.5
"""The share of a marked piece that must be gone for it to count as found."""
Json = dict[str, Any]


class DataAbsent(Exception):
    """The marked sentences are not there."""


@dataclass
class Score:
    """`marked` pieces of the kind, `found` of them (as whatever kind); `claimed` by redaction, `right` of them."""

    marked: int = 0
    found: int = 0
    claimed: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.marked if self.marked else 0.0

    @property
    def precision(self) -> float:
        return self.right / self.claimed if self.claimed else 0.0


@dataclass
class Scores:
    """By kind, and how long a sentence took, in microseconds."""

    kinds: dict[str, Score] = field(default_factory=dict)
    sentences: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    microseconds: float = 0.0

    def of(self, kind: str) -> Score:
        return self.kinds.setdefault(kind, Score())


def sentences(file: Path = DATA) -> list[Json]:
    """`{full_text, spans}`. Raises DataAbsent."""
    if not file.exists():
        raise DataAbsent(f"{file.parent.name} is not beside the project, in shared/data.")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        found: list[Json] = json.load(lines)
    return found


def measured(told: Sequence[Json]) -> Scores:
    """By patterns alone; then names, where the record of the one who writes tells them."""
    scores, began = Scores(sentences=len(told)), perf_counter()
    for sentence in told:
        _count(scores, sentence, found_in(sentence["full_text"], NOBODY))
    scores.microseconds = (perf_counter() - began) / max(1, len(told)) * 1e6
    for sentence in told:
        _count_names(scores, sentence)
    return scores


def _count(scores: Scores, sentence: Json, found: Sequence[Found]) -> None:
    for span in sentence["spans"]:
        kind = TYPES.get(span["entity_type"])
        if kind:
            scores.of(kind).marked += 1
            scores.of(kind).found += _covered(span, found) >= COVERED
    for each in found:
        meant = {name for name, kind in TYPES.items() if kind == each.kind} | set(ALSO.get(each.kind, ()))
        right = any(span["entity_type"] in meant and _meet(span, each) for span in sentence["spans"])
        scores.of(each.kind).claimed += 1
        scores.of(each.kind).right += right
        if not right:
            scores.wrong[f"{each.kind}: {sentence['full_text'][each.start : each.end]}"] += 1


def _count_names(scores: Scores, sentence: Json) -> None:
    marked = [span for span in sentence["spans"] if span["entity_type"] == "PERSON"]
    if not marked:
        return
    known = Known({span["entity_value"]: "name" for span in marked})
    found = [each for each in found_in(sentence["full_text"], known) if each.kind == "name"]
    score = scores.of("name")
    score.marked += len(marked)
    score.found += sum(_covered(span, found) >= COVERED for span in marked)
    score.claimed += len(found)
    score.right += sum(any(_meet(span, each) for span in marked) for each in found)


def _covered(span: Json, found: Iterable[Found]) -> float:
    start, end = span["start_position"], span["end_position"]
    gone: int = sum(max(0, min(end, each.end) - max(start, each.start)) for each in found)
    return gone / float(max(1, end - start))


def _meet(span: Json, found: Found) -> bool:
    return bool(found.start < span["end_position"] and span["start_position"] < found.end)


def page_table(scores: Scores) -> str:
    """The table of docs/personal-data.md."""
    rows = [
        f"| {_title(kind)} | {score.marked} | {score.recall:.1%} | {score.claimed} | {score.precision:.1%} |"
        for kind, score in scores.kinds.items()
        if score.marked
    ]
    head = ["| kind | marked | of them found | claimed | of them right |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *rows])


def _title(kind: str) -> str:
    return "name, from the record" if kind == "name" else kind


def main(arguments: Sequence[str]) -> int:
    """0; 2 when there is nothing to measure on."""
    parser = argparse.ArgumentParser(prog="python -m evals redaction", description="Measures redaction.")
    parser.add_argument("--write-docs", action="store_true", help="writes the table of docs/personal-data.md")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="also prints N pieces that were no such data")
    options = parser.parse_args(arguments)
    console = Console()
    try:
        scores = measured(sentences())
    except DataAbsent as absent:
        console.print(f"Not run: {absent}", style="red", markup=False)
        return 2
    console.print(_table(scores))
    for piece, count in scores.wrong.most_common(options.wrong):
        console.print(f"  {count} × {piece!r}", markup=False, highlight=False)
    if options.write_docs:
        begin, end = "<!-- redaction:begin -->", "<!-- redaction:end -->"
        page = PAGE.read_text("utf-8")
        told = f"{begin}\n{page_table(scores)}\n{end}"
        PAGE.write_text(re.sub(f"{begin}.*{end}", lambda _: told, page, flags=re.DOTALL), "utf-8")
    return 0


def _table(scores: Scores) -> Table:
    title = f"{scores.sentences} sentences, {scores.microseconds:.0f} µs each"
    made = Table("kind", title=title, title_justify="left")
    for name in ("marked", "found", "recall", "claimed", "right", "precision"):
        made.add_column(name, justify="right")
    for kind, score in scores.kinds.items():
        counted = (
            score.marked,
            score.found,
            f"{score.recall:.1%}",
            score.claimed,
            score.right,
            f"{score.precision:.1%}",
        )
        made.add_row(_title(kind), *map(str, counted))
    return made
