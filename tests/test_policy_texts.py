"""Texts with values in them, and how amounts and dates are written."""

from typing import Any

import pytest

from policy.source import Problem, document
from policy.templates import Text, text_of
from policy.words import date, listed, money, time
from tests.company_case import NOW, ORDER

NAMES = {"order": tuple(ORDER), "slots": ("address",), "receipt": ("reference", "details")}


def text(source: str) -> tuple[Text, list[Problem]]:
    problems: list[Problem] = []
    node = document(f"say: |\n  {source}", file="playbook.md", problems=problems)
    return text_of(node.need("say"), NAMES), problems


def said(source: str, **values: Any) -> str | None:
    found, problems = text(source)
    assert problems == []
    return found.render(values)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ order.totl }}", "undefined field 'totl' of order; it has: id, "),
        ("{{ slots.adress }}", "undefined field 'adress' of slots; it has: address"),
        ("{{ ordr.total }}", "unknown name 'ordr'; known here: order, slots, receipt"),
        ("{{ order.total | mony }}", "not a valid template: No filter named 'mony'."),
        ("{% if order.total %}", "not a valid template: Unexpected end of template."),
    ],
)
def test_a_mistake_in_a_text_is_found_when_it_is_read(source: str, message: str) -> None:
    _, problems = text(source)

    assert problems[0].line == 2
    assert problems[0].message.startswith(message)


def test_amounts_and_dates_are_written_for_people() -> None:
    source = (
        "{{ order.total | money(order.currency) }} for {{ order.items | join(', ') }}, {{ order.promised_at | date }}"
    )

    assert said(source, order=ORDER) == "89.00 USD for Hub 2, 17 November 2026"


def test_a_text_is_not_said_when_something_it_names_is_absent() -> None:
    assert said("{{ order.id }}") is None
    assert said("{{ order.id }}", order={}) is None
    assert said("{{ order.delivered_at }}", order=ORDER) is None
    assert said("{{ order.delivered_at | date }}", order=ORDER) is None
    assert said("{{ order.total | money(order.currency) }}", order={"total": None, "currency": "USD"}) is None


def test_a_text_may_ask_whether_something_is_there() -> None:
    source = "Filed{% if receipt.reference %} as {{ receipt.reference }}{% endif %}."

    assert said(source, receipt={"reference": "BUG-7"}) == "Filed as BUG-7."
    assert said(source, receipt={"reference": None}) == "Filed."


def test_values_are_shown_and_never_carried_out() -> None:
    assert said("{{ slots.address }}", slots={"address": "{{ order.total }}"}) == "{{ order.total }}"
    assert said("{{ order.id.__class__.__mro__ }}", order=ORDER) is None
    assert said("{{ slots.address.format(order) }}", slots={"address": "{0.__class__}"}, order=ORDER) is None


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (10_000, "USD", "100.00 USD"),
        (5, "EUR", "0.05 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (0, "USD", "0.00 USD"),
        (1_200, "JPY", "1200 JPY"),
        (1_234, "KWD", "1.234 KWD"),
    ],
)
def test_money_has_as_many_digits_as_its_currency(amount: int, currency: str, written: str) -> None:
    assert money(amount, currency) == written


def test_a_date_is_a_day_in_words() -> None:
    assert date(NOW) == date("2026-11-21T12:00:00Z") == "21 November 2026"


def test_a_time_of_day_is_the_same_everywhere() -> None:
    assert time(NOW) == time("2026-11-21T13:00:00+01:00") == "12:00 UTC"


def test_names_are_listed_as_a_phrase() -> None:
    assert [listed(["order"]), listed(["order", "duplicate_charge"])] == ["order", "order and duplicate charge"]
    assert listed(["a", "b", "c"]) == "a, b and c"
