"""The tables of docs/models.md, written between their marks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.scripted.mutants import MUTANTS
from evals.scripted.run import GOOD, Played
from evals.scripted.turns import Turn

FAILED = 20
"""Plays that are told one by one on the screen."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One model over all its plays. `answers`: that were spoilt."""

    model: str
    plays: int
    answers: int
    differ: int
    broken: int
    held: bool


def rows_of(played: Sequence[Played]) -> list[Row]:
    """A good model first, then the mutants in their order."""
    found = [[each for each in played if each.model == name] for name in (GOOD, *MUTANTS)]
    return [
        Row(
            model=some[0].model,
            plays=len(some),
            answers=sum(each.changed for each in some),
            differ=sum(bool(each.differs) for each in some),
            broken=sum(bool(each.broken) for each in some),
            held=all(each.passed for each in some),
        )
        for some in found
        if some
    ]


def write_mutants(page: Path, played: Sequence[Played]) -> None:
    rows = rows_of(played)
    told = {GOOD: "answers as the playbook has it"} | {name: words for name, (words, _) in MUTANTS.items()}
    head = ("model", "what it does", "plays", "answers spoilt", "another outcome", "guarantees broken")
    lines = [_line(head), _line(("---", "---", "---:", "---:", "---:", "---:"))]
    lines += [_line((row.model, told[row.model], row.plays, row.answers, row.differ, row.broken)) for row in rows]
    cases, spoilt = ({each.case for each in played if (each.model == GOOD) is good} for good in (True, False))
    lines += ["", f"{len(played)} plays of {len(cases)} cases, {len(spoilt)} of them with mutants."]
    _written(page, "scripted", lines)


def write_turns(page: Path, turns: Sequence[Turn]) -> None:
    lines = [_line(("what happens", "calls", "tokens sent", "largest prompt")), _line(("---", "---:", "---:", "---:"))]
    _written(page, "turns", [*lines, *(_line((t.what, t.calls, t.tokens, t.largest)) for t in turns)])


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _written(page: Path, name: str, lines: Sequence[str]) -> None:
    """Raises ValueError where the page has no such marks."""
    begin, end = f"<!-- {name}: written by `python -m evals scripted --write-docs` -->", f"<!-- /{name} -->"
    text = page.read_text("utf-8")
    if begin not in text or end not in text:
        raise ValueError(f"{page.name} has no place for the table {name}.")
    told = "\n".join([begin, *lines, end])
    page.write_text(re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: told, text, flags=re.DOTALL), "utf-8")
