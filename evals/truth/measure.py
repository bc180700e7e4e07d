"""What the lexicons catch, and what they stop that is harmless: counted over sentences written by hand, and over the
company's own public articles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import yaml

from graph.passages import carried
from graph.state import PassageState
from graph.truth.claims import findings, sentences
from graph.truth.filter import company_texts
from graph.truth.guard import checked
from graph.truth.known import Known, Value
from graph.truth.leaks import Bounds, leaks
from graph.truth.tongues import strange
from knowledge.articles import load_articles, passages_of

SETS = ("false_claims", "unseen_claims", "harmless", "unseen_harmless")


@dataclass(frozen=True, kw_only=True)
class Row:
    """`stopped` of `all` sentences."""

    what: str
    all: int
    stopped: int

    def __str__(self) -> str:
        return f"| {self.what} | {self.all} | {self.stopped} | {100 * self.stopped / max(self.all, 1):.0f} % |"


def written(name: str) -> dict[str, list[str]]:
    """Sentences written by hand, by language."""
    found: dict[str, list[str]] = yaml.safe_load((files("evals.truth") / f"{name}.yaml").read_text("utf-8"))
    return found


def by_hand(name: str) -> list[Row]:
    """For each language."""
    return [
        Row(what=code, all=len(said), stopped=sum(bool(findings(each)) for each in said))
        for code, said in written(name).items()
    ]


def beside_a_slot(name: str) -> Row:
    """The same with the slot of a fact in each, which lets a short clause state what the value is."""
    known = Known(facts={"order.id": Value(kind="text", value="ord_1")})
    told = [f"{said.rstrip('.。')} {{{{fact:order.id}}}}." for each in written(name).values() for said in each]
    stopped = sum(any(found.kind != "language" for found in checked(each, known, "en").findings) for each in told)
    return Row(what=name, all=len(told), stopped=stopped)


def of_tongues() -> list[Row]:
    """Harmless sentences, two at a time as in a short reply, to a customer who writes the same language, and to those who
    write each of the others."""
    known, unseen = written("harmless"), written("unseen_harmless")
    said = {code: [*each, *unseen.get(code, [])] for code, each in known.items() if code != "ja"}
    replies = [(code, " ".join(pair)) for code, each in said.items() for pair in pairwise(each)]
    others = [(text, {other}) for code, text in replies for other in said if other != code]
    return [
        Row(
            what="harmless replies of two sentences, in the customer's language, for being in another",
            all=len(replies),
            stopped=sum(strange(text, {code}) for code, text in replies),
        ),
        Row(
            what="the same in each of six other languages",
            all=len(others),
            stopped=sum(strange(text, tongues) for text, tongues in others),
        ),
    ]


def total(what: str, rows: Sequence[Row]) -> Row:
    return Row(what=what, all=sum(row.all for row in rows), stopped=sum(row.stopped for row in rows))


def of_articles(folder: Path) -> list[Row]:
    """The sentences of the public articles of a folder: said freely, said while the passage is at hand, and as the last
    filter sees them."""
    told = list(_sentences(folder))
    bounds = Bounds(company=company_texts(folder), own="")
    return [
        Row(what="said as its own words", all=len(told), stopped=sum(bool(findings(each)) for each, _ in told)),
        Row(what="said word for word, the passage found", all=len(told), stopped=sum(map(_stopped, told))),
        Row(what="by the last filter", all=len(told), stopped=sum(bool(leaks(each, bounds)) for each, _ in told)),
    ]


def _stopped(said: tuple[str, PassageState]) -> bool:
    sentence, passage = said
    found = checked(sentence, Known(passages={passage["id"]: passage}), "en").findings
    return any(each.kind != "language" for each in found)


def _sentences(folder: Path) -> Iterator[tuple[str, PassageState]]:
    for article in load_articles(folder):
        for passage in passages_of(article) if article.audience == "public" else ():
            yield from ((passage.text[start:end], carried(passage)) for start, end in sentences(passage.text))


def table(folder: Path) -> str:
    """Markdown: the rows that docs/guarantees.md shows."""
    names = {
        "false_claims": "false claims and promises, known to the authors of the lexicons",
        "unseen_claims": "false claims and promises, written afterwards and roundabout on purpose",
        "harmless": "harmless sentences, known",
        "unseen_harmless": "harmless sentences, written afterwards",
    }
    rows = [total(names[name], by_hand(name)) for name in SETS]
    rows.insert(2, replace(beside_a_slot("unseen_claims"), what="the same, each with the slot of a fact in it"))
    rows += [
        Row(what=f"article sentences, {row.what}", all=row.all, stopped=row.stopped) for row in of_articles(folder)
    ]
    rows += of_tongues()
    return "\n".join(["| sentences | all | stopped | |", "| --- | --- | --- | --- |", *map(str, rows)])
