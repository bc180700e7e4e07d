"""How often an article may be told in other words, and how often a wrong sentence passes for that: counted over sentences
written by hand, and over ones that a machine made wrong. Half of the articles are for choosing thresholds, half for reporting."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from evals.messages.judge import Share
from evals.truth.altered import altered
from graph.passages import carried
from graph.state import PassageState
from graph.truth.claims import kind_of, sentences, states
from graph.truth.grounding import MARKER, NEAR, Vectors, nearness
from graph.truth.guard import checked
from graph.truth.known import Known
from graph.truth.lexicon import plain
from knowledge.articles import load_articles, passages_of

RETOLD = "retold"
SCANNED = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
BEFORE = "Thank you very much for your question. I am sorry for the trouble."
"""What stands before each, so that there is enough to tell the language by."""
OPEN = ("figure", "statement")
"""Kinds that an article may bear out."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A sentence about an article: `kind` is RETOLD, or how it is wrong. `reporting`: of the half that nothing was chosen on."""

    kind: str
    said: str
    passages: tuple[PassageState, ...]
    reporting: bool

    def sent(self, vectors: Vectors) -> bool:
        """Whether the guard lets it pass, with all passages of its article at hand."""
        known = {passage["id"]: passage for passage in self.passages}
        at_hand = Known(passages=known, carried=frozenset(known), vectors=vectors)
        return not checked(f"{BEFORE} {self.said}", at_hand, "en").findings

    def open(self) -> bool:
        """Whether it states something that an article may bear out, and claims, promises or links nothing."""
        return (kind_of(self.said) or states(self.said)) in OPEN

    def near(self, vectors: Vectors) -> float:
        """The cosine of the nearest sentence that has its words; -1 where none has."""
        return max(nearness(vectors, passage["text"], self.said) for passage in self.passages)


def by_hand(articles: Path) -> list[Told]:
    """Of the demo company's articles."""
    return _told(_written("retold"), articles)


def afterwards(root: Path) -> list[Told]:
    """Of other companies' articles, in this repository."""
    return [told for folder, found in _written("retold_afterwards").items() for told in _told(found, root / folder)]


def _written(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((files("evals.truth") / f"{name}.yaml").read_text("utf-8"))
    return found


def _told(found: dict[str, dict[str, list[str]]], articles: Path) -> list[Told]:
    passages = _passages(articles)
    return [
        Told(kind=kind, said=said, passages=passages[article], reporting=bool(number % 2))
        for number, (article, kinds) in enumerate(sorted(found.items()))
        for kind, each in kinds.items()
        for said in each
    ]


def by_machine(articles: Path) -> list[Told]:
    """Every sentence of the public articles, made wrong in each way that it can be."""
    return [
        Told(kind=kind, said=said, passages=passages, reporting=bool(number % 2))
        for number, (_, passages) in enumerate(sorted(_passages(articles).items()))
        for kind, said in _altered(passages)
    ]


def _altered(passages: Sequence[PassageState]) -> Iterator[tuple[str, str]]:
    told = [MARKER.sub("", p["text"][start:end]) for p in passages for start, end in sentences(p["text"])]
    there = {plain(each) for each in told}
    made = (each for sentence in told for each in altered(" ".join(sentence.replace("**", "").split())))
    yield from ((kind, said) for kind, said in made if plain(said) not in there)


def _passages(articles: Path) -> dict[str, tuple[PassageState, ...]]:
    """Of the public articles, by the name of their file."""
    found: dict[str, list[PassageState]] = {}
    for article in load_articles(articles):
        for each in passages_of(article) if article.audience == "public" else ():
            found.setdefault(each.id.partition("#")[0], []).append(carried(each))
    return {name: tuple(passages) for name, passages in found.items()}


def share(told: Sequence[Told], vectors: Vectors) -> Share:
    """Of these, so many are sent."""
    return Share(hits=sum(each.sent(vectors) for each in told), total=len(told))


def rows(root: Path, vectors: Vectors) -> Iterator[tuple[str, Share]]:
    """Of the reporting half, by hand and by machine; then of the other companies. `root`: of the
    repository."""
    articles = root / "company" / "articles"
    hand = [each for each in by_hand(articles) if each.reporting]
    made, others = [each for each in by_machine(articles) if each.reporting], afterwards(root)
    yield from _both("right, in other words", [each for each in hand if each.kind == RETOLD], vectors)
    for kind in dict.fromkeys(each.kind for each in hand if each.kind != RETOLD):
        yield f"wrong, by hand: {kind}", share([each for each in hand if each.kind == kind], vectors)
    yield from _both("wrong, by hand", [each for each in hand if each.kind != RETOLD], vectors)
    yield from _both("wrong, by machine", made, vectors)
    yield from _both("right, other companies", [each for each in others if each.kind == RETOLD], vectors)
    yield from _both("wrong, other companies", [each for each in others if each.kind != RETOLD], vectors)


def _both(what: str, told: Sequence[Told], vectors: Vectors) -> Iterator[tuple[str, Share]]:
    yield what, share(told, vectors)
    yield f"{what}: those held against the article", share([each for each in told if each.open()], vectors)


def table(counted: Iterable[tuple[str, Share]]) -> str:
    """Markdown, for docs/replies.md."""
    head = [
        "| sentences about an article that was found | all | sent | | 95 % interval |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *(_row(what, of) for what, of in counted)])


def _row(what: str, of: Share) -> str:
    low, high = (f"{100 * each:.1f}" for each in of.interval)
    return f"| {what} | {of.total} | {of.hits} | {100 * of.value:.0f} % | {low} to {high} % |"


def scan(root: Path, vectors: Vectors) -> str:
    """Markdown: what each threshold would have let pass on the choosing half, among the sentences that are open to it."""
    articles = root / "company" / "articles"
    hand = [each for each in by_hand(articles) if not each.reporting and each.open()]
    made = [each for each in by_machine(articles) if not each.reporting and each.open()]
    right = [each.near(vectors) for each in hand if each.kind == RETOLD]
    wrong = [each.near(vectors) for each in (*hand, *made) if each.kind != RETOLD]
    head = [
        f"| cosine from | right ones sent, of {len(right)} | wrong ones sent, of {len(wrong)} |",
        "| --- | --- | --- |",
    ]
    lines = [
        f"| {f'**{least}**' if least == NEAR else least} | {np.sum(np.array(right) >= least)} | {np.sum(np.array(wrong) >= least)} |"
        for least in SCANNED
    ]
    return "\n".join([*head, *lines])
