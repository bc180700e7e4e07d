"""Playbooks: which rule is followed, what is read for it, and how a slot is filled."""

from typing import Any

import pytest

from policy.entities import Context
from policy.rules import Choice
from tests.company_case import CUSTOMER, DUPLICATE, FACTS, NOW, ORDER, SUBSCRIPTION, TIDEWATER, TRACKING

PROCESSING = ORDER | {"status": "processing", "dispatched_at": None}
INCIDENT = {
    "id": "inc_1",
    "title": "Exports are slow",
    "component": "export",
    "status": "identified",
    "started_at": "2026-11-21T09:00:00Z",
    "update": "Exports take up to an hour.",
    "updated_at": "2026-11-21T10:00:00Z",
    "resolved_at": None,
}

SAID = Context(now=NOW, zone=TIDEWATER.hours.zone, currency=TIDEWATER.currency, language=TIDEWATER.language)


def chosen(intent: str, *, unread: tuple[str, ...] = (), slots: dict[str, str] | None = None, **facts: Any) -> Choice:
    values = {"now": NOW, "slots": slots or {}, **facts}
    return TIDEWATER.playbooks[intent].choose(values, unread)


def step(intent: str, **known: Any) -> str:
    """What the chosen rule does, with what makes it this rule and no other."""
    rule = chosen(intent, **known).rule
    assert rule is not None
    return " ".join(
        part for part in (rule.kind, rule.tool, rule.slot, rule.because) if part not in ("", "no_rule_fits")
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "call issue_refund"),
        ({"status": "cancelled"}, "escalate order_cancelled"),
        ({"refunded": 8_900}, "say"),
        ({"days_late": 0, "delivered_at": "2026-11-16T00:00:00Z"}, "escalate delivered_on_time"),
        ({"days_late": 0}, "say"),
    ],
)
def test_a_late_order_is_refunded_and_another_is_not(fields: dict[str, Any], expected: str) -> None:
    assert step("late_order_refund", order=ORDER | fields, tracking=TRACKING) == expected


def test_the_amount_of_a_refund_comes_from_the_order() -> None:
    rule = chosen("late_order_refund", order=ORDER | {"refunded": 900}).rule

    assert rule is not None
    assert rule.arguments_of({"order": ORDER | {"refunded": 900}}) == {
        "charge": "ch_1",
        "amount": 8_000,
        "cause": "late",
    }
    assert rule.arguments_of({}) is None


def test_a_fact_is_read_only_when_a_rule_hangs_on_it() -> None:
    on_time = ORDER | {"days_late": 0}

    assert chosen("late_order_refund", order=ORDER, unread=("tracking",)).read == ()
    assert chosen("late_order_refund", order=on_time, unread=("tracking",)).read == ("tracking",)
    assert step("late_order_refund", order=on_time) == "escalate not_late"


def test_a_second_charge_is_refunded_and_a_single_one_explained() -> None:
    rule = chosen("charged_twice", duplicate_charge=DUPLICATE).rule

    assert rule is not None
    assert rule.arguments_of(FACTS) == {"charge": "ch_1", "amount": 8_900, "cause": "duplicate"}
    assert step("charged_twice") == "answer"
    assert chosen("charged_twice", unread=("duplicate_charge",)).read == ("duplicate_charge",)


@pytest.mark.parametrize(
    ("order", "slots", "expected"),
    [
        (PROCESSING, {}, "ask address"),
        (PROCESSING, {"address": "7 Elm Road, 12345 Springfield"}, "call change_address"),
        (PROCESSING, {"address": ORDER["address"]}, "say"),
        (ORDER, {"address": "7 Elm Road, 12345 Springfield"}, "say"),
        (PROCESSING | {"status": "cancelled"}, {}, "escalate order_has_left"),
    ],
)
def test_an_address_changes_only_while_the_order_is_prepared(
    order: dict[str, Any], slots: dict[str, str], expected: str
) -> None:
    assert step("change_address", order=order, slots=slots, tracking=TRACKING) == expected


def test_a_subscription_ends_with_its_period() -> None:
    rule = chosen("cancel_subscription", subscription=SUBSCRIPTION).rule

    assert rule is not None
    assert rule.arguments_of(FACTS) == {"subscription": "sub_1", "when": "period_end"}
    assert step("cancel_subscription", subscription=SUBSCRIPTION | {"status": "cancelled"}) == "say"
    assert step("cancel_subscription", subscription=SUBSCRIPTION | {"cancel_at": "2026-12-01T00:00:00Z"}) == "say"
    assert step("cancel_subscription") == "escalate no_subscription"


@pytest.mark.parametrize(
    ("slots", "facts", "expected"),
    [
        ({}, {}, "ask area"),
        ({"area": "Exports"}, {}, "ask details"),
        ({"area": "Exports", "details": "The button does nothing"}, {}, "call file_bug"),
        ({"area": "Exports"}, {"incident": INCIDENT}, "say"),
        ({"area": "Exports"}, {"incident": INCIDENT | {"status": "resolved"}}, "ask details"),
    ],
)
def test_a_report_is_asked_for_piece_by_piece(slots: dict[str, str], facts: dict[str, Any], expected: str) -> None:
    assert step("report_bug", slots=slots, customer=CUSTOMER, **facts) == expected


@pytest.mark.parametrize(
    ("fields", "tracking", "words"),
    [
        ({}, TRACKING, "was promised for 17 November 2026 and is late"),
        ({"days_late": 0}, TRACKING, "is on its way and promised for"),
        ({"days_late": 0}, None, "is being prepared"),
        ({"delivered_at": "2026-11-16T00:00:00Z"}, TRACKING, "was delivered on 16 November 2026"),
        ({"status": "cancelled"}, None, "was cancelled"),
    ],
)
def test_who_asks_where_an_order_is_is_told_from_the_records(
    fields: dict[str, Any], tracking: dict[str, str] | None, words: str
) -> None:
    facts = {"order": ORDER | fields, "tracking": tracking}
    rule = chosen("where_is_order", order=facts["order"], tracking=facts["tracking"]).rule

    assert rule is not None
    assert rule.say is not None
    assert words in (rule.say.render(facts) or "")


def test_a_late_order_without_tracking_goes_to_a_person() -> None:
    assert step("where_is_order", order=ORDER) == "escalate late_without_tracking"


def test_how_to_questions_are_answered_from_the_articles() -> None:
    assert step("export_data") == "answer"


@pytest.mark.parametrize(
    ("message", "found", "answered"),
    [
        ("please send it to 12 Elm Road, 90210 Bayview", "12 Elm Road, 90210 Bayview", "12 Elm Road, 90210 Bayview"),
        (
            "The new address is 5 Elm Road, Springfield 12345",
            "5 Elm Road, Springfield 12345",
            "5 Elm Road, Springfield 12345",
        ),
        ("12 Harbour Street, 90210 Bayview", None, "12 Harbour Street, 90210 Bayview"),
        ("I want to change the address of order TW-1001", None, None),
        ("what do you need?", None, None),
        ("my office", None, None),
    ],
)
def test_an_address_is_found_in_a_message_or_taken_as_the_answer(
    message: str, found: str | None, answered: str | None
) -> None:
    slot = TIDEWATER.playbooks["change_address"].slot("address")

    assert slot is not None
    assert (slot.find(message, SAID), slot.answer(message, SAID)) == (found, answered)


def test_a_playbook_knows_only_its_own_slots() -> None:
    assert TIDEWATER.playbooks["change_address"].slot("area") is None
