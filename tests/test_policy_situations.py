"""Triggers, routing, authority and hours: when a person takes over, where it goes, and who may decide."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policy.authority import REPLY, ApprovalRule, may_decide, powers, reach
from policy.routing import Route, route
from policy.triggers import Situation, fired_triggers
from tests.company_case import TIDEWATER

CALM = Situation(intent="late_order_refund", plan="team", tier="standard", value=8_900)


def rule(role: str) -> ApprovalRule:
    return ApprovalRule(role=role, people=1, expires=timedelta(hours=24), then="escalate")


def fired(**fields: Any) -> list[str]:
    return [trigger.id for trigger in fired_triggers(TIDEWATER, replace(CALM, **fields))]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"asked_for_person": True}, ["person_asked"]),
        ({"none": 0.5}, ["nothing_like_it"]),
        ({"confidence": 0.39}, ["low_confidence"]),
        ({"emotion": 0.85}, ["strong_emotion"]),
        ({"urgency": 0.9}, ["time_critical"]),
        ({"value": 200_001}, ["high_value"]),
        ({"repeat": 3}, ["repeated"]),
        ({"repeat": 2}, []),
        ({"asked_for_person": True, "confidence": 0.1}, ["person_asked", "low_confidence"]),
    ],
)
def test_each_trigger_sends_the_conversation_to_a_person(fields: dict[str, Any], expected: list[str]) -> None:
    assert fired(**fields) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"confidence": 0.45}, "low_confidence"),
        ({"emotion": 0.7}, "strong_emotion"),
        ({"urgency": 0.8}, "time_critical"),
        ({"repeat": 2}, "repeated"),
    ],
)
def test_thresholds_are_stricter_for_chosen_tiers(fields: dict[str, Any], expected: str) -> None:
    assert fired(tier="standard", **fields) == []
    assert fired(tier="enterprise", **fields) == [expected]


def test_a_trigger_says_why_and_may_name_a_queue() -> None:
    trigger = fired_triggers(TIDEWATER, replace(CALM, none=0.9))[0]

    assert trigger.because == "This is nothing that the agent handles."
    assert trigger.queue == "general"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Route(queue="orders", skill="", priority="normal", due=timedelta(hours=24))),
        ({"intent": "change_address"}, Route(queue="orders", skill="", priority="high", due=timedelta(hours=24))),
        ({"intent": ""}, Route(queue="general", skill="", priority="normal", due=timedelta(hours=24))),
        ({"tier": "enterprise"}, Route(queue="orders", skill="", priority="urgent", due=timedelta(hours=1))),
        ({"tier": "business"}, Route(queue="orders", skill="", priority="high", due=timedelta(hours=4))),
        ({"reason": "high_value"}, Route(queue="billing", skill="senior", priority="high", due=timedelta(hours=24))),
        ({"reason": "nothing_like_it"}, Route(queue="general", skill="", priority="normal", due=timedelta(hours=24))),
        ({"value": 50_000}, Route(queue="orders", skill="", priority="high", due=timedelta(hours=24))),
        ({"skill": "german"}, Route(queue="orders", skill="german", priority="normal", due=timedelta(hours=24))),
    ],
)
def test_a_handoff_goes_where_the_first_fitting_rules_say(fields: dict[str, Any], expected: Route) -> None:
    assert replace(route(TIDEWATER, replace(CALM, **fields)), by=()) == expected


@pytest.mark.parametrize(
    ("roles", "role", "tool", "amount", "may"),
    [
        (["billing"], "billing", "issue_refund", 50_000, True),
        (["billing"], "billing", "issue_refund", 50_001, False),
        (["billing"], "billing", "change_address", 0, False),
        (["support"], "support", "change_address", 0, True),
        (["support"], "billing", "issue_refund", 1, False),
        (["lead"], "billing", "issue_refund", 500_000, True),
        (["lead"], "billing", "issue_refund", 500_001, False),
        (["admin"], "lead", "issue_refund", 10**12, True),
        (["support", "billing"], "billing", "issue_refund", 100, True),
        ([], "billing", "issue_refund", 1, False),
        (["root"], "billing", "issue_refund", 1, False),
        (["billing"], "lead", "issue_refund", 1, False),
        (["support"], "support", REPLY, 0, True),
        (["billing"], "support", REPLY, 0, False),
    ],
)
def test_who_may_decide_follows_role_and_amount(roles: list[str], role: str, tool: str, amount: int, may: bool) -> None:
    assert may_decide(TIDEWATER, roles, rule(role), tool, amount) is may


def test_a_role_has_all_that_it_includes() -> None:
    assert powers(TIDEWATER.roles, ["admin"]) == {"admin", "lead", "support", "billing"}


def test_roles_that_include_each_other_end() -> None:
    support, billing = TIDEWATER.roles["support"], TIDEWATER.roles["billing"]
    roles = {"support": replace(support, includes=("billing",)), "billing": replace(billing, includes=("support",))}

    assert powers(roles, ["support"]) == {"support", "billing"}
    assert reach(roles, ["support"], "issue_refund") == 50_000


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        (datetime(2026, 11, 20, 17, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 20, 18, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 6, 7, 30, tzinfo=UTC), True),
    ],
)
def test_people_are_there_in_the_companys_own_time(moment: datetime, there: bool) -> None:
    assert TIDEWATER.hours.open_at(moment) is there
