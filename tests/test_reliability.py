"""Probabilities held against what was right: bins, the calibration error and its interval, thresholds, page and picture."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.messages.judge import Share
from evals.reliability.measure import Guess, of_examples, reliability
from evals.reliability.page import page
from evals.reliability.picture import draw
from tests.company_case import TIDEWATER
from tests.knowledge_world import embedder

DOCS = Path(__file__).parent.parent / "docs"


def guesses(probability: float, right: int, total: int) -> list[Guess]:
    return [Guess(probability=probability, right=place < right) for place in range(total)]


def test_a_probability_that_is_right_as_often_as_it_says_has_no_error() -> None:
    found = reliability("calm", [*guesses(0.75, 15, 20), *guesses(0.25, 5, 20)])

    assert (found.error, found.right) == (0.0, Share(hits=20, total=40))
    assert [(each.low, each.mean, each.right.value) for each in found.bins] == [(0.2, 0.25, 0.25), (0.7, 0.75, 0.75)]


def test_the_error_is_how_far_probability_and_frequency_are_apart_weighted_by_messages() -> None:
    found = reliability("boasting", [*guesses(1.0, 15, 30), *guesses(0.25, 5, 10)])

    assert found.error == pytest.approx((30 * 0.5 + 10 * 0.25) / 40)
    assert found.interval[0] < found.error < found.interval[1]


def test_a_threshold_keeps_the_messages_that_are_at_least_so_probable() -> None:
    found = reliability("mixed", [*guesses(0.9, 9, 10), *guesses(0.3, 1, 10)])

    assert found.above(0.3) == Share(hits=10, total=20)
    assert found.above(0.9) == Share(hits=9, total=10)
    assert found.above(0.95) == Share(hits=0, total=0)


def test_page_and_picture_tell_every_set() -> None:
    sets = [reliability("one", guesses(0.9, 9, 10)), reliability("two & more", guesses(0.3, 1, 10))]
    drawn = ElementTree.fromstring(draw(sets))

    assert len([each for each in drawn.iter() if each.get("class") == "frame"]) == 2
    assert "| one | 10 | 9 of 10 = 90% (60% to 98%) | 0.000 |" in page(sets)
    assert "### two & more" in page(sets)


def test_the_examples_of_the_demo_company_are_told_about_as_often_as_triage_says() -> None:
    found = reliability("examples", of_examples(TIDEWATER, embedder()))

    assert found.error < 0.1
    assert found.above(0.9).value > found.above(0.5).value > found.right.value > 0.7


def test_the_page_is_there_and_linked() -> None:
    assert (DOCS / "reliability.md").exists()
    assert (DOCS / "reliability.svg").exists()
    assert "(reliability.md)" in (DOCS / "models.md").read_text("utf-8")
