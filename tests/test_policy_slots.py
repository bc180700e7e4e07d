"""Slots of a kind: what a message gives for them, and how they are written."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policy.entities import Context, dates, entities
from policy.slots import Slot, slots_of
from policy.source import document
from tests.company_case import TIDEWATER, copied, edit, problems_of

BUG = "playbooks/report_bug.md"
SUMMER = Context(
    now=datetime(2026, 7, 20, 11, 30, tzinfo=UTC),
    zone=TIDEWATER.hours.zone,
    currency="USD",
    language="en",
)
"""A Monday, half past twelve in London."""
PERIOD = "{monthly: [per month, every month], yearly: [annual, annually, per year]}"


def slot(kind: str, **more: Any) -> Slot:
    lines = [
        f"  - {{name: wish, ask: Which?, kind: {kind}, {', '.join(f'{key}: {value}' for key, value in more.items())}}}"
    ]
    problems: list[Any] = []
    found = slots_of(document("\n".join(["slots:", *lines]), file="a.md", problems=problems).get("slots"))
    assert problems == []
    return found[0]


@pytest.mark.parametrize(
    ("kind", "message", "value"),
    [
        ("email", "please use Dana.Reed+x@Mail.Example.COM from now on.", "Dana.Reed+x@mail.example.com"),
        ("email", "not dana@example.com but reed@example.com", None),
        ("email", "dana at example", None),
        ("phone", "you reach me on +44 20 7946 0958, mornings", "+442079460958"),
        ("phone", "+1 (212) 555-0123", "+12125550123"),
        ("phone", "my order is 2079460958", None),
        ("date", "next Thursday will do", "2026-07-23"),
        ("date", "next Thursday at 3pm", "2026-07-23T14:00:00+00:00"),
        ("date", "tomorrow at 10", "2026-07-21T09:00:00+00:00"),
        ("date", "at 5 o'clock on Friday", "2026-07-24T04:00:00+00:00"),
        ("date", "on 3 December at 14:30", "2026-12-03T14:30:00+00:00"),
        ("date", "12.05.2027", "2027-05-12"),
        ("date", "12/05/2027", None),
        ("date", "25/12/2026", "2026-12-25"),
        ("date", "Monday or Tuesday", None),
        ("date", "may I ask about order 1005", None),
        ("time", "next Thursday", None),
        ("time", "next Thursday at 3pm", "2026-07-23T14:00:00+00:00"),
        ("amount", "I paid $1,299.50 for it", "129950"),
        ("amount", "1.299,50 USD", "129950"),
        ("amount", "48 dollars", "4800"),
        ("amount", "it was 48 EUR", None),
        ("amount", "48 or so, for order 1005", None),
        ("amount", "USD 10 or USD 20", None),
        ("number", "we have three of them, 3 in all", None),
        ("choice", "I would like to pay annually", "yearly"),
        ("choice", "monthly please", "monthly"),
        ("choice", "whatever is cheaper", None),
    ],
)  # fmt: skip
def test_a_message_gives_a_value_of_the_kind_or_none(kind: str, message: str, value: str | None) -> None:
    wish = slot(kind, options=PERIOD) if kind == "choice" else slot(kind)

    assert wish.find(message, SUMMER) == value


@pytest.mark.parametrize(
    ("kind", "message", "value"),
    [
        ("amount", "48.50", "4850"),
        ("amount", "48 EUR", None),
        ("number", "three", "3"),
        ("number", "2,5", "2.5"),
        ("number", "between 2 and 3", None),
        ("number", "#1005", None),
        ("date", "thursday", "2026-07-23"),
    ],
)
def test_an_answer_needs_fewer_words_than_a_mention(kind: str, message: str, value: str | None) -> None:
    assert slot(kind).answer(message, SUMMER) == value


def test_a_number_is_known_by_its_country() -> None:
    assert slot("phone", country="GB").find("020 7946 0958", SUMMER) == "+442079460958"
    assert slot("phone", country="US").find("020 7946 0958", SUMMER) is None


def test_a_pattern_says_where_in_a_message_the_value_stands() -> None:
    seats = slot("number", pattern="'(?P<value>\\w+) seats'")

    assert seats.find("for order 1005 we need five seats", SUMMER) == "5"
    assert seats.find("order 1005", SUMMER) is None


def test_a_value_must_fit() -> None:
    wish = slot("number", matches="'^[1-9]\\d?$'")

    assert (wish.answer("12", SUMMER), wish.answer("120", SUMMER)) == ("12", None)


def test_a_day_is_understood_from_where_and_when_the_customer_writes() -> None:
    winter = replace(SUMMER, now=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))

    assert dates("tomorrow at 9:00", winter) == ["2027-01-01T09:00:00+00:00"]
    assert dates("in three days", SUMMER) == ["2026-07-23"]


def test_all_that_a_message_holds_is_told_by_kind() -> None:
    said = "Call +44 20 7946 0958 or write to me@x.example.com by Friday about the 48 dollars of order 1005."

    assert entities(said, SUMMER) == {
        "email": ["me@x.example.com"],
        "phone": ["+442079460958"],
        "amount": ["4800"],
        "date": ["2026-07-24"],
    }
    assert entities("it does not work", SUMMER) == {}


@pytest.mark.parametrize(
    ("written", "field", "message"),
    [
        ("kind: emial", "kind", "unknown kind 'emial', did you mean 'email'?"),
        ("kind: choice", "options", "is missing"),
        ("kind: email\n    options: {a: [b]}", "options", "goes with `kind: choice`"),
        ("kind: email\n    country: GB", "country", "goes with `kind: phone`"),
        ("kind: phone\n    country: England", "country", "must be two capital letters, such as GB"),
        ("kind: email\n    take: message", "take", "a whole message is of no kind: give either `kind` or `take`"),
    ],
)
def test_a_mistake_in_a_slot_is_named(tmp_path: Path, written: str, field: str, message: str) -> None:
    company = copied(tmp_path)
    edit(company, BUG, "  - name: area\n", f"  - name: contact\n    ask: How?\n    {written}\n  - name: area\n")

    found = [str(problem) for problem in problems_of(company)]

    assert any(f"slots[0].{field}: {message}" in problem for problem in found), found
