"""Conditions: what they are checked against, and what they say about records that are not there."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from policy.cel import Condition, Environment
from policy.source import Problem, document
from policy.structs import struct_of, struct_of_schema
from tests.company_case import CUSTOMER, NOW, ORDER, TOOLS
from tools.standard import KIT

ENVIRONMENT = Environment(
    structs={name: struct_of(fact) for name, fact in KIT.facts.items()},
    values={"now": "timestamp", "amount": "int", "share": "double"},
)
VALUES: dict[str, Any] = {"order": ORDER, "customer": CUSTOMER, "now": NOW, "amount": 3}


def condition(source: str) -> tuple[Condition, list[Problem]]:
    problems: list[Problem] = []
    node = document(f"when: {source}", file="policy.yaml", problems=problems)
    return ENVIRONMENT.condition(node.need("when")), problems


def holds(source: str, **values: Any) -> bool | None:
    found, problems = condition(f"|\n  {source}")
    assert problems == []
    return found.evaluate(VALUES | values)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("order.totl > 3", "undefined field 'totl' of order; it has: id, customer, status, "),
        ("ordr.total > 3", "unknown name 'ordr.total'; known here: customer, order, "),
        ("order.total == 'many'", "'==' cannot be used on (int, string)"),
        ("order.delivered_at == 'today'", "'==' cannot be used on (time, string)"),
        ("share > 1", "'>' cannot be used on (double, int); write the number with a decimal point"),
        ("order.total", "must be true or false, but is int"),
        ("order.total >", "Syntax error"),
        ("has(order.delivered_at)", "has() is not used here: compare with null instead"),
    ],
)
def test_a_mistake_in_a_condition_is_found_when_it_is_read(source: str, message: str) -> None:
    _, problems = condition(source)

    assert [problem.line for problem in problems] == [1]
    assert problems[0].message.startswith(message)


def test_each_mistake_of_a_condition_over_several_lines_names_its_line() -> None:
    _, problems = condition("|\n  order.totl > 3\n  || order.total > 3\n  || customer.nam == 'x'")

    assert [problem.line for problem in problems] == [2, 4]


def test_a_condition_names_the_variables_it_reads() -> None:
    found, _ = condition("order.total > amount && 'customer' != order . customer")

    assert found.variables == ("order", "amount")


def test_a_record_that_was_not_read_decides_nothing() -> None:
    assert holds("order.total > 3", order=None) is None
    assert holds("!(order.total > 3)", order=None) is None
    assert holds("amount == 3 || order.total > 3", order=None) is True
    assert holds("amount == 4 && order.total > 3", order=None) is False


@pytest.mark.parametrize(
    "fields",
    [
        {"total": None},
        {"total": "8900"},
        {"total": True},
        {"total": 2**63},
        {"placed_at": "2026-11-10"},
        {"items": "Hub"},
    ],
)
def test_a_record_that_does_not_fit_its_type_decides_nothing(fields: dict[str, Any]) -> None:
    assert holds("order.id == 'TW-1001'") is True
    assert holds("order.id == 'TW-1001'", order=ORDER | fields) is None


def test_a_time_that_is_not_known_is_null_and_never_the_year_1970() -> None:
    assert holds("order.delivered_at == null") is True
    assert holds("now - order.delivered_at > duration('336h')") is None
    assert holds("order.delivered_at == null || now - order.delivered_at > duration('336h')") is True


@pytest.mark.parametrize(
    "delivered",
    [
        "2026-11-21T11:00:00Z",
        "2026-11-21T13:00:00+02:00",
        datetime(2026, 11, 21, 11, tzinfo=UTC),
        datetime(2026, 11, 21, 6, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_times_are_compared_whatever_zone_they_are_written_in(delivered: object) -> None:
    order = ORDER | {"delivered_at": delivered}

    assert holds("now - order.delivered_at == duration('1h')", order=order) is True


def test_lists_and_texts_of_records_can_be_looked_into() -> None:
    assert holds("'Hub 2' in order.items && order.items.size() == 1") is True
    assert holds("order.address.matches('[0-9]+ Harbour')") is True


def test_arguments_take_their_types_from_the_schema() -> None:
    arguments = struct_of_schema(TOOLS["issue_refund"])
    optional = struct_of_schema({"properties": {"note": {"anyOf": [{"type": "string"}, {"type": "null"}]}}})

    assert {name: each.kind for name, each in arguments.items()} == {
        "charge": "string",
        "amount": "int",
        "cause": "string",
    }
    assert optional["note"].optional


@dataclass(frozen=True, kw_only=True)
class Parcel:
    weight: bytes


def test_a_type_that_conditions_cannot_carry_is_refused() -> None:
    with pytest.raises(TypeError, match="no type for"):
        struct_of(Parcel)
