"""Triage from many examples: by the nearest ones, calibrated on themselves."""

from functools import cache

import numpy as np
import pytest

from knowledge.triage import MANY, IntentModel
from knowledge.words import Counted, Rarity
from tests.knowledge_world import embedder

SAID = {
    "cancel": ("cancel {} {}", ["my plan", "the membership", "our subscription", "my contract", "the yearly plan"]),
    "parcel": ("where is {} {}", ["my parcel", "the box I ordered", "our package", "my order", "the delivery"]),
    "twice": ("I was charged twice {} {}", ["for one order", "for the shoes", "this month", "for a lamp", "again"]),
}
WHEN = (
    "now",
    "today",
    "please",
    "this week",
    "at last",
    "as I said",
    "for my mother",
    "in May",
    "once more",
    "for good",
)
OPENINGS = ("", "hello, ", "hi there, ", "listen: ", "one thing, ", "so, ")
STRANGE = [f"do you buy {thing}" for thing in ("old gold", "used cars", "stamps", "coins", "land", "houses")]


@cache
def examples() -> dict[str, list[str]]:
    return {
        intent: [opening + pattern.format(thing, when) for thing in things for when in WHEN for opening in OPENINGS]
        for intent, (pattern, things) in SAID.items()
    }


@cache
def model() -> IntentModel:
    return IntentModel.fit(embedder(), examples(), STRANGE, {})


def test_many_examples_tell_each_intent_and_probabilities_sum_to_one() -> None:
    assert sum(map(len, examples().values())) >= MANY

    said = model().predict_many(
        ["please cancel the plan of my company", "where is the parcel?", "charged me two times"]
    )

    assert [each.intents[0][0] for each in said] == ["cancel", "parcel", "twice"]
    assert sum(p for _, p in said[0].intents) + said[0].none == pytest.approx(1)
    assert said[0].intents[0][1] > 0.8


def test_what_is_unlike_all_examples_and_what_is_like_the_none_examples_is_none() -> None:
    wine, coins, known = model().predict_many(
        ["which wine goes with salmon?", "do you buy silver", "where is my parcel"]
    )

    assert wine.none > 0.5 > known.none
    assert coins.none > 0.5


def test_the_same_examples_give_the_same_model_and_version_and_others_another() -> None:
    again = IntentModel.fit(embedder(), examples(), STRANGE, {})
    other = IntentModel.fit(embedder(), examples(), STRANGE[1:], {})

    assert again.predict("where did my parcel go") == model().predict("where did my parcel go")
    assert again.version == model().version != other.version


def test_a_message_told_alone_is_told_as_among_others() -> None:
    texts = ["cancel it please", "has the box come?", "", "charged for the lamp twice"]

    alone, together = [model().predict(text) for text in texts], model().predict_many(texts)

    assert [each.none for each in alone] == pytest.approx([each.none for each in together], abs=1e-3)
    assert model().predict_many([]) == []


def test_words_that_are_rare_among_the_examples_weigh_most() -> None:
    counted = Counted()
    counts = counted.of(["the red lamp", "the red shoe", "the red coat", "the blue coat"], keep=True)

    folded = Rarity(counts).fold(counted.of(["the blue lamp", "a blue thing", "the red thing"]))
    likeness = folded @ folded.T

    assert likeness[0, 1] > likeness[0, 2]
    assert np.all(np.isfinite(Rarity([]).fold(counted.of([""]))))
