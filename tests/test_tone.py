"""Shouting, marks and swearing: what the sentence model does not see."""

import pytest

from graph.triage.tone import heated, pressed

FURIOUS, CALM = 0.85, 0.3


@pytest.mark.parametrize(
    "text",
    [
        "WHERE IS MY ORDER YOU BASTARDS!!!",
        "WTF, MY MONEY IS GONE AGAIN!!!",
        "This is bullshit. GIVE ME MY MONEY BACK!!!",
    ],
)
def test_shouting_marks_and_swearing_together_are_enough(text: str) -> None:
    assert heated(0.0, text) >= FURIOUS


@pytest.mark.parametrize(
    ("text", "learned"),
    [
        ("I WANT MY MONEY BACK NOW", 0.7),
        ("You idiots have charged me twice", 0.65),
        ("Where is my parcel!!! Where!!!", 0.8),
    ],
)
def test_one_sign_tips_a_message_that_is_angry_anyway(text: str, learned: float) -> None:
    assert learned < FURIOUS <= heated(learned, text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I use the REST API with JSON and CSV?",
        "My IBAN changed, please help!",
        "The CSV is OK, thanks!",
        "I ordered a scrapbook and a Damascus knife, assess it please",
    ],
)
def test_abbreviations_and_a_friendly_mark_are_no_shouting(text: str) -> None:
    assert heated(0.1, text) == 0.1


@pytest.mark.parametrize(
    "text", ["Please answer ASAP", "This is urgent!", "We need it within the hour", "Stop it right now please"]
)
def test_pressing_words_add_to_what_the_model_learned(text: str) -> None:
    assert 0.85 > pressed(0.6, text) > 0.6
    assert pressed(0.85, text) >= 0.9


def test_a_message_without_hurry_stays_as_it_was() -> None:
    assert pressed(0.2, "Whenever you find the time") == 0.2
