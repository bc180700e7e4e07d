"""What policy says to the actions about plans, trials and credit: allowed as they are, denied for each single reason."""

from datetime import timedelta
from typing import Any

import pytest

from policy.ask import Ask, Verdict
from policy.verdict import judge
from tests.company_case import CHARGE, CUSTOMER, NOW, SUBSCRIPTION, TIDEWATER

AHEAD, BEFORE, LONG_AGO = "2026-11-28T12:00:00Z", "2026-11-20T12:00:00Z", "2026-09-01T12:00:00Z"
PAYMENT = CHARGE | {"id": "ch_2", "order": "", "amount": 4_900, "description": "Team plan"}
PLAN = SUBSCRIPTION | {"charge": "ch_2", "unused": 1_633}
CHANGE = {
    "id": "chg_1",
    "customer": "cus_1",
    "subscription": "sub_1",
    "cause": "threshold",
    "old_plan": "starter",
    "old_interval": "month",
    "old_price": 1_900,
    "new_plan": "team",
    "new_interval": "month",
    "new_price": 4_900,
    "currency": "USD",
    "feature": "Alert rules",
    "metric": "active alert rules",
    "threshold": 100,
    "usage": 131,
    "charge": "ch_2",
    "excess": 3_000,
    "at": BEFORE,
    "revertible_until": AHEAD,
    "reverted_at": None,
}
OFFER = {
    "customer": "cus_1",
    "subscription": "sub_1",
    "plan": "business",
    "interval": "month",
    "price": 14_900,
    "currency": "USD",
    "present_plan": "team",
    "present_interval": "month",
    "present_price": 4_900,
    "direction": "upgrade",
    "difference": 10_000,
    "due_now": 13_267,
    "starts_at": BEFORE,
    "refused": "",
}
TRIAL = {
    "id": "tri_1",
    "customer": "cus_1",
    "plan": "business",
    "status": "running",
    "extended": 0,
    "started_at": BEFORE,
    "ends_at": AHEAD,
}
INVOICE = {
    "id": "inv_1",
    "customer": "cus_1",
    "amount": 4_900,
    "currency": "USD",
    "status": "paid",
    "about": "Team plan",
    "lines": [],
    "charge": "ch_2",
    "link": "",
    "period_start": BEFORE,
    "period_end": AHEAD,
    "issued_at": BEFORE,
    "due_at": BEFORE,
}
INCIDENT = {
    "id": "inc_1",
    "title": "Readings late",
    "component": "sensor sync",
    "status": "investigating",
    "update": "We are looking.",
    "started_at": BEFORE,
    "updated_at": BEFORE,
    "resolved_at": None,
}
CREDIT = {
    "customer": "cus_1",
    "balance": 1_500,
    "currency": "USD",
    "about": ["inc_0"],
    "entry": "cr_1",
    "entry_amount": 2_000,
    "entry_about": "inc_0",
    "entry_used": 500,
    "entry_status": "standing",
}
FACTS: dict[str, dict[str, Any]] = {
    "customer": CUSTOMER,
    "subscription": PLAN,
    "charge": PAYMENT,
    "plan_change": CHANGE,
    "plan_offer": OFFER,
    "trial": TRIAL,
    "invoice": INVOICE,
    "incident": INCIDENT,
    "credit": CREDIT,
}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "cancel_and_prorate": ("cancel_now", {"subscription": "sub_1", "charge": "ch_2", "amount": 1_633}),
    "revert_plan": ("plan_switched", {"change": "chg_1", "amount": 3_000}),
    "change_plan": (
        "change_plan",
        {"subscription": "sub_1", "plan": "business", "interval": "month", "amount": 13_267},
    ),
    "extend_trial": ("extend_trial", {"trial": "tri_1", "days": 14}),
    "issue_credit": ("billing_credit", {"about": "inc_1", "amount": 490, "cause": "incident"}),
    "void_credit": ("billing_credit", {"credit": "cr_1"}),
}


def ask(tool: str, fact: str = "", changes: dict[str, Any] | None = None, **arguments: Any) -> Ask:
    """The call as it is allowed, with one fact or some arguments changed."""
    intent, given = CALLS[tool]
    facts = FACTS | ({fact: FACTS[fact] | (changes or {})} if fact else {})
    return Ask(
        tool=tool,
        arguments=given | arguments,
        intent=intent,
        verified=True,
        tier="standard",
        facts=facts,
        autonomy="auto",
        confidence=1.0,
        now=NOW,
        signed_in_ago=timedelta(0),
    )


def failed(verdict: Verdict) -> list[str]:
    return [clause.id for clause in verdict.clauses if not clause.held]


@pytest.mark.parametrize("tool", [tool for tool in CALLS if tool != "void_credit"])
def test_an_entitled_call_within_the_limits_needs_nobody(tool: str) -> None:
    found = judge(TIDEWATER, ask(tool))

    assert (found.kind, failed(found)) == ("allow", [])


def test_credit_is_given_for_a_disturbance_that_is_over() -> None:
    over = {"started_at": LONG_AGO, "resolved_at": BEFORE}

    assert judge(TIDEWATER, ask("issue_credit", "incident", over)).kind == "allow"


def test_taking_credit_back_always_needs_billing() -> None:
    found = judge(TIDEWATER, ask("void_credit"))

    assert (found.kind, failed(found)) == ("needs_approval", ["allow"])
    assert found.approval is not None
    assert found.approval.role == "billing"


DENIED: list[tuple[str, str, dict[str, Any], dict[str, Any], str]] = [
    ("cancel_and_prorate", "subscription", {"customer": "cus_2"}, {}, "own_subscription"),
    ("cancel_and_prorate", "", {}, {"subscription": "sub_2"}, "own_subscription"),
    ("cancel_and_prorate", "subscription", {"status": "cancelled"}, {}, "running"),
    ("cancel_and_prorate", "subscription", {"plan": "enterprise"}, {}, "no_contract"),
    ("cancel_and_prorate", "charge", {"customer": "cus_2"}, {}, "paying_charge"),
    ("cancel_and_prorate", "subscription", {"charge": "ch_1"}, {}, "paying_charge"),
    ("cancel_and_prorate", "", {}, {"amount": 2_124}, "unused"),
    ("cancel_and_prorate", "charge", {"refunded": 3_300}, {}, "not_twice"),
    ("revert_plan", "plan_change", {"customer": "cus_2"}, {}, "own_change"),
    ("revert_plan", "", {}, {"change": "chg_2"}, "own_change"),
    ("revert_plan", "plan_change", {"reverted_at": BEFORE}, {}, "not_reverted"),
    ("revert_plan", "subscription", {"plan": "business"}, {}, "in_force"),
    ("revert_plan", "subscription", {"status": "cancelled"}, {}, "in_force"),
    ("revert_plan", "plan_change", {"revertible_until": BEFORE}, {}, "window"),
    ("revert_plan", "", {}, {"amount": 3_001}, "excess"),
    ("revert_plan", "plan_change", {"excess": 500_001}, {"amount": 500_001}, "hard_limit"),
    ("change_plan", "subscription", {"customer": "cus_2"}, {}, "own_subscription"),
    ("change_plan", "", {}, {"plan": "starter"}, "on_the_list"),
    ("change_plan", "", {}, {"interval": "year"}, "on_the_list"),
    ("change_plan", "plan_offer", {"refused": "ending"}, {}, "open_to_it"),
    ("change_plan", "", {}, {"amount": 13_268}, "due"),
    ("change_plan", "", {}, {"amount": 1}, "due"),
    ("change_plan", "", {}, {"amount": 0}, "due"),
    ("extend_trial", "trial", {"customer": "cus_2"}, {}, "own_trial"),
    ("extend_trial", "", {}, {"trial": "tri_2"}, "own_trial"),
    ("extend_trial", "trial", {"status": "converted"}, {}, "still_a_trial"),
    ("extend_trial", "trial", {"ends_at": LONG_AGO}, {}, "not_long_over"),
    ("extend_trial", "trial", {"extended": 2}, {}, "twice_at_most"),
    ("extend_trial", "", {}, {"days": 15}, "two_weeks"),
    ("issue_credit", "credit", {"customer": "cus_2"}, {}, "own_account"),
    ("issue_credit", "credit", {"about": ["inc_1"]}, {}, "not_twice"),
    ("issue_credit", "", {}, {"about": "inc_9"}, "incident"),
    ("issue_credit", "incident", {"started_at": NOW.isoformat()}, {}, "incident"),
    ("issue_credit", "incident", {"resolved_at": BEFORE}, {}, "incident"),
    ("issue_credit", "incident", {"started_at": LONG_AGO, "resolved_at": "2026-09-02T12:00:00Z"}, {}, "incident"),
    ("issue_credit", "subscription", {"plan": "starter"}, {}, "covered"),
    ("issue_credit", "subscription", {"status": "cancelled"}, {}, "covered"),
    ("issue_credit", "", {}, {"amount": 491}, "a_tenth"),
    ("issue_credit", "subscription", {"interval": "year"}, {}, "a_tenth"),
    ("issue_credit", "", {}, {"cause": "invoice"}, "invoice"),
    ("issue_credit", "", {}, {"cause": "invoice", "about": "inv_1", "amount": 4_901}, "invoice"),
    ("issue_credit", "", {}, {"cause": "goodwill"}, "goodwill"),
    ("issue_credit", "", {}, {"cause": "goodwill", "about": "sub_1", "amount": 5_001}, "goodwill"),
    ("void_credit", "credit", {"customer": "cus_2"}, {}, "own_credit"),
    ("void_credit", "", {}, {"credit": "cr_2"}, "own_credit"),
    ("void_credit", "credit", {"entry_status": "void"}, {}, "stands"),
    ("void_credit", "credit", {"entry_used": 2_000}, {}, "stands"),
]


@pytest.mark.parametrize(("tool", "fact", "changes", "arguments", "clause"), DENIED)
def test_a_single_reason_is_enough_to_deny(
    tool: str, fact: str, changes: dict[str, Any], arguments: dict[str, Any], clause: str
) -> None:
    found = judge(TIDEWATER, ask(tool, fact, changes, **arguments))

    assert (found.kind, failed(found)[0]) == ("deny", clause)


def test_every_clause_about_billing_is_tried() -> None:
    tried = {(tool, clause) for tool, _, _, _, clause in DENIED}
    written = {(tool, clause.id) for tool in CALLS for clause in TIDEWATER.tools[tool].clauses}

    assert written - tried == set()


@pytest.mark.parametrize(
    ("tool", "fact", "changes", "arguments", "clause", "role"),
    [
        ("cancel_and_prorate", "subscription", {"interval": "year"}, {}, "allow", "billing"),
        ("revert_plan", "plan_change", {"cause": "customer"}, {}, "allow", "billing"),
        ("revert_plan", "plan_change", {"excess": 50_001}, {"amount": 50_001}, "allow_amount", "lead"),
        ("change_plan", "plan_offer", {"due_now": 20_001}, {"amount": 20_001}, "allow_amount", "billing"),
        ("change_plan", "plan_offer", {"due_now": 100_001}, {"amount": 100_001}, "allow_amount", "lead"),
        ("extend_trial", "trial", {"extended": 1}, {}, "allow", "support"),
        ("issue_credit", "", {}, {"cause": "goodwill", "about": "sub_1"}, "allow", "billing"),
        ("issue_credit", "", {}, {"cause": "invoice", "about": "inv_1", "amount": 4_900}, "allow", "billing"),
    ],
)
def test_what_the_agent_may_not_do_alone_goes_to_who_may(
    tool: str, fact: str, changes: dict[str, Any], arguments: dict[str, Any], clause: str, role: str
) -> None:
    found = judge(TIDEWATER, ask(tool, fact, changes, **arguments))

    assert (found.kind, failed(found)) == ("needs_approval", [clause])
    assert found.approval is not None
    assert found.approval.role == role


def test_a_change_may_move_nothing_and_a_refund_may_not() -> None:
    smaller = OFFER | {"plan": "starter", "direction": "downgrade", "price": 1_900, "due_now": 0}
    waiting = CHANGE | {"cause": "customer", "at": AHEAD, "excess": 0}

    assert judge(TIDEWATER, ask("change_plan", "plan_offer", smaller, plan="starter", amount=0)).kind == "allow"
    assert judge(TIDEWATER, ask("revert_plan", "plan_change", waiting, amount=0)).kind == "allow"
    assert "amount" in failed(judge(TIDEWATER, ask("cancel_and_prorate", amount=0)))


def test_an_amount_of_yesterday_still_counts_while_a_person_decides() -> None:
    dearer = {"due_now": 13_267 + 163}
    later = {"unused": 1_633 - 163}

    assert judge(TIDEWATER, ask("change_plan", "plan_offer", dearer)).kind == "allow"
    assert judge(TIDEWATER, ask("cancel_and_prorate", "subscription", later)).kind == "allow"
