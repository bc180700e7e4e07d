"""What a message asks for: one request or several, and which of its sentences only tell the story."""

from collections.abc import Mapping

import pytest

from graph.state import Request
from graph.triage.understanding import mentioned, readable, understood
from knowledge.triage import Prediction
from tests.company_case import TIDEWATER
from tools.standard import KIT

LATE, WHERE, CSV, PERSON = "late_order_refund", "where_is_order", "export_data", "person"


def says(none: float = 0.0, emotion: float = 0.0, **shares: float) -> Prediction:
    intents = tuple(sorted(shares.items(), key=lambda pair: -pair[1]))
    return Prediction(intents=intents, none=none, signals={"strong_emotion": emotion})


class Scripted:
    """Understands each text as it was told to."""

    def __init__(self, script: Mapping[str, Prediction]) -> None:
        self._script = script

    def predict(self, text: str) -> Prediction:
        return self._script[text]

    def language(self, text: str) -> str:
        return "en"


def requests_in(script: Mapping[str, Prediction]) -> list[Request]:
    """Of a message that is the first text of the script; the others are its parts."""
    return understood(Scripted(script), TIDEWATER, KIT, next(iter(script)))[1]


def test_the_story_before_a_kindred_request_is_no_request() -> None:
    script = {
        "It has not come. I want money back.": says(late_order_refund=0.99, where_is_order=0.01),
        "It has not come.": says(where_is_order=0.93),
        "I want money back.": says(late_order_refund=0.80),
    }

    found = requests_in(script)

    assert [(request["intent"], request["text"]) for request in found] == [(LATE, next(iter(script)))]


def test_a_question_of_its_own_is_a_request_even_beside_a_kindred_one() -> None:
    script = {
        "Where is it then? I want money back.": says(late_order_refund=0.99),
        "Where is it then?": says(where_is_order=0.93),
        "I want money back.": says(late_order_refund=0.90),
    }

    found = requests_in(script)

    assert [request["intent"] for request in found] == [WHERE, LATE]
    assert [request["text"] for request in found] == ["Where is it then?", "I want money back."]


def test_of_a_statement_and_a_surer_kindred_one_the_surer_stays_where_the_whole_wavers() -> None:
    script = {
        "No sensor here yet. I want money back.": says(where_is_order=0.59, late_order_refund=0.40),
        "No sensor here yet.": says(where_is_order=0.67),
        "I want money back.": says(late_order_refund=1.0),
    }

    found = requests_in(script)

    assert [request["intent"] for request in found] == [LATE]


def test_a_request_about_something_else_is_one_of_its_own_in_the_order_of_the_message() -> None:
    script = {
        "Refund my late order. Send me a CSV file.": says(export_data=0.98, late_order_refund=0.01),
        "Refund my late order.": says(late_order_refund=0.99),
        "Send me a CSV file.": says(export_data=0.97),
    }

    found = requests_in(script)

    assert [request["intent"] for request in found] == [LATE, CSV]


@pytest.mark.parametrize("part", [says(export_data=0.65), says(none=0.6, export_data=0.9), says(person=0.9)])
def test_a_part_that_is_not_clear_adds_nothing(part: Prediction) -> None:
    script = {
        "Refund my late order. Or maybe something else.": says(late_order_refund=0.99),
        "Refund my late order.": says(late_order_refund=0.99),
        "Or maybe something else.": part,
    }

    assert [request["intent"] for request in requests_in(script)] == [LATE]


def test_words_that_are_like_nothing_are_no_request() -> None:
    assert requests_in({"Sing a song": says(none=0.9, report_bug=0.1)}) == []


def test_a_further_request_of_no_playbook_is_kindred_to_nothing() -> None:
    script = {
        "Refund my late order. Water my plants please.": says(late_order_refund=0.99),
        "Refund my late order.": says(late_order_refund=0.99),
        "Water my plants please.": says(gardening=0.9),
    }

    assert [request["intent"] for request in requests_in(script)] == [LATE, "gardening"]


def test_thanks_before_a_request_do_not_hide_it_but_a_wish_for_a_person_stays() -> None:
    script = {
        "A human being, please. Refund my late order.": says(person=0.8),
        "A human being, please.": says(person=0.9),
        "Refund my late order.": says(late_order_refund=0.99),
    }

    triage, found = understood(Scripted(script), TIDEWATER, KIT, next(iter(script)))
    thanked, _ = understood(
        Scripted({**script, next(iter(script)): says(thanks=0.8)}), TIDEWATER, KIT, next(iter(script))
    )

    assert (triage["move"], [request["intent"] for request in found]) == (PERSON, [LATE])
    assert thanked["move"] == ""


def test_one_furious_sentence_makes_a_furious_message() -> None:
    script = {
        "You are all thieves! Refund my late order.": says(emotion=0.6, late_order_refund=0.9),
        "You are all thieves!": says(emotion=0.98, none=0.9, status=0.1),
        "Refund my late order.": says(late_order_refund=0.99),
    }

    triage, _ = understood(Scripted(script), TIDEWATER, KIT, next(iter(script)))

    assert triage["emotion"] == 0.98


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Where is ord_1005 now?", "Where is my order now?"),
        ("My order ORD-1005 is late", "my order is late"),
        ("refund ch_2001 and end the subscription sub_1", "refund my charge and end my subscription"),
        ("A word with orders in it", "A word with orders in it"),
    ],
)
def test_an_id_is_read_as_what_it_names(text: str, read: str) -> None:
    assert readable(KIT, text) == read


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("where is ord_1008?", {"order": ["ord_1008"]}),
        ("order 1008 is late", {"order": ["1008"]}),
        ("my order no. 1008 is late", {"order": ["1008"]}),
        ("it is about #1008", {"order": ["1008"]}),
        ("payment 2002 and subscription sub_2001", {"charge": ["2002"], "subscription": ["sub_2001"]}),
        ("orders ord_1008, ord_1009 and ord_1008", {"order": ["ord_1008", "ord_1009"]}),
        ("orders 1008, 1009 and 1010 are late", {"order": ["1008", "1009", "1010"]}),
        ("order 1008 and 2 sensors", {"order": ["1008"]}),
        ("I ordered 1008 days ago", {}),
    ],
)
def test_records_are_named_by_id_or_by_number(text: str, ids: dict[str, list[str]]) -> None:
    assert mentioned(KIT, text) == ids


def test_a_bare_number_answers_the_question_which_order() -> None:
    assert mentioned(KIT, "1009", expected="order") == {"order": ["1009"]}
    assert mentioned(KIT, "1009") == {}
