"""`python -m evals learning`: a small stream learns from honest corrections, and the gate keeps wrong ones out."""

import csv
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from evals.__main__ import main
from evals.learning.page import BEGIN, END, draw_accuracy, section, written
from evals.learning.stream import DESKS, Material, Round, material, run
from evals.triage.read import Labelled
from tests.knowledge_world import embedder

SAID = {
    "cancel": ("cancel {}", ["my plan", "the membership", "our subscription", "my contract", "the yearly plan"]),
    "parcel": ("where is {}", ["my parcel", "the box I ordered", "our package", "my order", "the delivery"]),
    "twice": ("I was charged twice for {}", ["one order", "the shoes", "my plan", "a single lamp", "the same month"]),
}
MANNERS = ("{}", "please, {}", "hello, {}", "{} now", "{} today")
HONEST, GATED, ALONE, NEITHER = DESKS


def messages() -> list[Labelled]:
    return [
        Labelled(text=manner.format(phrase.format(thing)), label=intent)
        for intent, (phrase, things) in SAID.items()
        for thing in things
        for manner in MANNERS
    ]


@cache
def given() -> Material:
    return material(messages(), held=15, most=30, seed=7)


@cache
def rounds(place: int) -> list[Round]:
    return [*run(embedder(), given(), DESKS[place], 15, 7)]


def test_what_is_learned_from_stored_and_held_back_never_meets() -> None:
    begin = [text for texts in given().begin.values() for text in texts]
    parts = [begin, *([each.text for each in part] for part in (given().stored, given().stream, given().held))]

    assert [len(part) for part in parts] == [15, 9, 30, 15]
    assert len({text for part in parts for text in part}) == 69


def test_nothing_is_handled_before_people_have_looked_at_anything() -> None:
    first, second, third = rounds(0)

    assert (first.messages, first.handled) == (0, 0)
    assert (second.messages, second.handled) == (15, 0)
    assert third.handled > 0


def test_wrong_corrections_are_learned_by_a_desk_without_a_gate_and_kept_out_by_one_with_it() -> None:
    gated, free = rounds(2)[-1], rounds(3)[-1]

    assert gated.poison > 0 < free.poison
    assert free.caught == 0 < gated.caught
    assert gated.wrong < free.wrong


def test_the_page_keeps_what_others_wrote_and_says_each_desk(tmp_path: Path) -> None:
    curves = {DESKS[place].name: rounds(place) for place in (0, 3)}
    page = tmp_path / "learning.md"
    page.write_text("# Learning\n\nBefore.\n\n" + BEGIN + "STALE" + END + "\n\nAfter.\n")

    written(page, section(curves, given(), 15))

    assert page.read_text().startswith("# Learning\n\nBefore.")
    assert page.read_text().endswith("After.\n")
    assert "STALE" not in page.read_text()
    assert "**20 % wrong, neither**: 0 of " in page.read_text()
    assert (
        len([each for each in ElementTree.fromstring(draw_accuracy(curves)).iter() if each.tag.endswith("polyline")])
        == 2
    )


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    with (tmp_path / "some.csv").open("w", newline="") as file:
        csv.writer(file).writerow(["text", "category"])

    assert main(["learning", "--file", str(path)]) == 2
    assert main(["learning", "--file", str(tmp_path / "some.csv")]) == 2
