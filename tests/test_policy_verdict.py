"""The verdict table: what is allowed, what a person must approve, what is denied, and why."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.company import Company, load_company
from policy.verdict import Approver, Ask, moved_by
from tests.company_case import (
    ADDRESS,
    BUG,
    CANCEL,
    LATE,
    REFUND,
    TIDEWATER,
    VOCABULARY,
    copied,
    days_ago,
    edit,
    failed,
    of_amount,
    sentence,
    verdict,
    with_fact,
    without_fact,
)

BILLING = Approver(roles=("billing",))
LEAD = Approver(roles=("lead",))
TWO_LEADS = Approver(roles=("lead",), people=2)
DUPLICATE = replace(REFUND, intent="charged_twice", arguments=LATE | {"cause": "duplicate"})


@pytest.mark.parametrize("ask", [REFUND, DUPLICATE, ADDRESS, CANCEL, BUG], ids=lambda ask: str(ask.tool))
def test_an_entitled_proposal_within_the_limits_is_allowed(ask: Ask) -> None:
    found = verdict(ask)

    assert found.kind == "allow"
    assert failed(found) == []
    assert found.approval is None


@pytest.mark.parametrize(
    ("ask", "clause"),
    [
        (replace(REFUND, kill_switch=True), "kill_switch"),
        (replace(REFUND, verified=False), "verified"),
        (replace(REFUND, tool="wire_money"), "listed"),
        (replace(REFUND, intent="export_data"), "playbook"),
        (replace(REFUND, intent="no_such_intent"), "playbook"),
        (replace(REFUND, arguments=LATE | {"amount": "8900"}), "arguments"),
        (replace(REFUND, arguments=LATE | {"amount": True}), "arguments"),
        (replace(REFUND, arguments=LATE | {"cause": "because"}), "arguments"),
        (replace(REFUND, arguments=LATE | {"approved": True}), "arguments"),
        (replace(REFUND, arguments={"charge": "ch_1"}), "arguments"),
        (replace(REFUND, arguments=LATE | {"charge": "\ud800"}), "arguments"),
        (with_fact(REFUND, "charge", customer="cus_2"), "own_charge"),
        (replace(REFUND, arguments=LATE | {"charge": "ch_2"}), "own_charge"),
        (with_fact(REFUND, "charge", created_at=days_ago(200)), "recent"),
        (with_fact(REFUND, "charge", refunded=1), "not_twice"),
        (with_fact(REFUND, "order", days_late=0), "late"),
        (with_fact(REFUND, "order", charge="ch_9"), "late"),
        (with_fact(REFUND, "order", refunded=1), "late_total"),
        (with_fact(REFUND, "order", delivered_at=days_ago(31)), "late_window"),
        (with_fact(DUPLICATE, "duplicate_charge", charge="ch_9"), "duplicate"),
        (of_amount(500_001), "hard_limit"),
        (replace(REFUND, arguments=LATE | {"amount": 0}), "amount"),
        (replace(REFUND, arguments=LATE | {"amount": -100}), "amount"),
        (replace(REFUND, autonomy="off"), "autonomy_off"),
        (with_fact(ADDRESS, "order", customer="cus_2"), "own_order"),
        (replace(ADDRESS, arguments={"order": "TW-9", "address": "7 Elm Road, 12345 Springfield"}), "own_order"),
        (with_fact(ADDRESS, "order", status="dispatched"), "not_dispatched"),
        (replace(ADDRESS, arguments={"order": "TW-1001", "address": "my office"}), "whole_address"),
        (with_fact(CANCEL, "subscription", customer="cus_2"), "own_subscription"),
        (with_fact(CANCEL, "subscription", status="cancelled"), "running"),
        (with_fact(CANCEL, "subscription", cancel_at="2026-12-01T00:00:00Z"), "not_ending"),
        (replace(BUG, arguments={"title": "Bug", "description": "broken"}), "described"),
    ],
)
def test_what_is_not_entitled_is_denied_and_says_why(ask: Ask, clause: str) -> None:
    found = verdict(ask)

    assert found.kind == "deny"
    assert clause in failed(found)
    assert sentence(found, clause).endswith(".")
    assert found.approval is None


@pytest.mark.parametrize(
    ("ask", "clause", "role", "people"),
    [
        (of_amount(10_001), "allow_amount", "billing", 1),
        (of_amount(50_000), "allow_amount", "billing", 1),
        (of_amount(50_001), "allow_amount", "lead", 1),
        (of_amount(100_001), "allow_amount", "lead", 2),
        (replace(REFUND, spent=11_101), "allow_customer", "billing", 1),
        (replace(REFUND, arguments=LATE | {"cause": "goodwill"}), "allow", "billing", 1),
        (replace(REFUND, autonomy="suggest"), "suggest", "billing", 1),
        (replace(REFUND, confidence=0.59), "confidence", "billing", 1),
        (replace(REFUND, confidence=float("nan")), "confidence", "billing", 1),
        (replace(CANCEL, arguments={"subscription": "sub_1", "when": "now"}), "allow", "support", 1),
        (with_fact(ADDRESS, "order", total=50_001), "allow", "support", 1),
    ],
)
def test_what_the_agent_may_not_do_alone_needs_approval(ask: Ask, clause: str, role: str, people: int) -> None:
    found = verdict(ask)

    assert found.kind == "needs_approval"
    assert failed(found)[0] == clause
    assert found.approval is not None
    assert (found.approval.role, found.approval.people) == (role, people)


def test_the_budget_of_a_customer_counts_what_was_spent_to_the_last_cent() -> None:
    assert verdict(replace(REFUND, spent=11_100)).kind == "allow"
    assert verdict(replace(REFUND, spent=11_101)).kind == "needs_approval"


def test_an_approval_expires_as_the_policy_says() -> None:
    rule = verdict(of_amount(10_001)).approval

    assert rule is not None
    assert (rule.expires, rule.then) == (timedelta(hours=24), "escalate")


@pytest.mark.parametrize(
    ("tier", "confidence", "kind"),
    [
        ("standard", 0.60, "allow"),
        ("business", 0.60, "needs_approval"),
        ("business", 0.70, "allow"),
        ("enterprise", 0.70, "needs_approval"),
        ("enterprise", 0.80, "allow"),
        ("a tier nobody named", 0.70, "needs_approval"),
    ],
)
def test_higher_tiers_need_more_confidence(tier: str, confidence: float, kind: str) -> None:
    assert verdict(replace(REFUND, tier=tier, confidence=confidence)).kind == kind


@pytest.mark.parametrize(
    ("amount", "approver", "kind", "role"),
    [
        (10_001, BILLING, "allow", ""),
        (50_000, BILLING, "allow", ""),
        (50_001, BILLING, "needs_approval", "lead"),
        (50_001, LEAD, "allow", ""),
        (100_001, LEAD, "needs_approval", "lead"),
        (100_001, TWO_LEADS, "allow", ""),
        (500_001, TWO_LEADS, "deny", ""),
        (10_001, Approver(roles=("support",)), "needs_approval", "billing"),
        (10_001, Approver(roles=()), "needs_approval", "billing"),
        (8_900, Approver(roles=("nobody",)), "needs_approval", "billing"),
    ],
)
def test_an_approver_acts_up_to_their_own_limit(amount: int, approver: Approver, kind: str, role: str) -> None:
    found = verdict(of_amount(amount, approver=approver))

    assert found.kind == kind
    assert (found.approval.role if found.approval else "") == role


def test_an_approver_may_act_above_the_budget_and_on_a_suggestion() -> None:
    ask = replace(REFUND, spent=1_000_000, autonomy="suggest", confidence=0.1, approver=BILLING)

    assert verdict(ask).kind == "allow"


@pytest.mark.parametrize(
    "ask",
    [
        with_fact(REFUND, "order", days_late=0),
        with_fact(REFUND, "charge", customer="cus_2"),
        replace(REFUND, kill_switch=True),
        replace(REFUND, verified=False),
        replace(REFUND, autonomy="off"),
    ],
)
def test_an_approval_does_not_lift_entitlement(ask: Ask) -> None:
    assert verdict(replace(ask, approver=Approver(roles=("admin",), people=2))).kind == "deny"


@pytest.mark.parametrize("fact", ["customer", "charge", "order"])
def test_a_record_that_was_not_read_denies_and_is_named(fact: str) -> None:
    found = verdict(without_fact(REFUND, fact))

    assert found.kind == "deny"
    assert any(f"there is no record of the {fact}" in clause.sentence for clause in found.clauses)


def test_a_record_that_the_reason_does_not_need_may_be_absent() -> None:
    assert verdict(without_fact(REFUND, "duplicate_charge")).kind == "allow"
    assert verdict(without_fact(DUPLICATE, "order")).kind == "allow"


def test_a_record_with_a_hole_is_not_read_as_zero() -> None:
    found = verdict(with_fact(REFUND, "charge", refunded=None))

    assert found.kind == "deny"
    assert "a record is incomplete" in sentence(found, "not_twice")


def test_a_denial_says_what_would_be_allowed() -> None:
    assert verdict(with_fact(REFUND, "charge", refunded=8_000)).allowed == (
        "9.00 USD of that charge has not been refunded yet."
    )
    assert verdict(of_amount(500_001)).allowed == "At most 5000.00 USD."
    assert verdict(with_fact(REFUND, "charge", refunded=8_900)).allowed == ""


def test_an_amount_above_the_allowance_says_how_much_needs_nobody() -> None:
    assert verdict(of_amount(10_001)).allowed == "Up to 100.00 USD needs nobody's approval."
    assert verdict(of_amount(10_001, spent=15_000)).allowed == "Up to 50.00 USD needs nobody's approval."
    assert verdict(of_amount(10_001, spent=20_000)).allowed == ""
    assert sentence(verdict(of_amount(10_001)), "allow_amount") == "More than 100.00 USD needs a person."


def test_an_amount_in_another_currency_is_never_compared_with_a_limit() -> None:
    found = verdict(with_fact(REFUND, "charge", currency="JPY"))

    assert found.kind == "deny"
    assert failed(found) == ["hard_limit"]
    assert sentence(found, "hard_limit") == "An amount in JPY cannot be compared with the limit of 5000.00 USD."


def test_every_clause_is_listed_with_its_sentence() -> None:
    found = verdict(with_fact(REFUND, "order", days_late=0))

    rules = TIDEWATER.tools["issue_refund"].clauses
    assert [clause.id for clause in found.clauses[-len(rules) :]] == [rule.id for rule in rules]
    assert sentence(found, "own_charge") == "The charge is on the customer's own account."
    assert sentence(found, "late") == "That order is not late."


def changed(folder: Path, *edits: tuple[str, str]) -> Company:
    """The demo company with its policy.yaml edited."""
    company = copied(folder)
    for old, new in edits:
        edit(company, "policy.yaml", old, new)
    return load_company(company, VOCABULARY)


def test_an_action_without_an_allowance_always_needs_approval(tmp_path: Path) -> None:
    company = changed(tmp_path, ("linked to that bug.\n    allow: {}\n", "linked to that bug.\n"))

    found = verdict(BUG, company)

    assert (found.kind, failed(found)) == ("needs_approval", ["allow"])


def test_an_amount_in_another_currency_needs_somebody_without_a_limit(tmp_path: Path) -> None:
    company = changed(tmp_path, ("    limits: {amount_at_most: 500000, currency: USD}\n", ""))
    yen = with_fact(REFUND, "charge", currency="JPY")

    found = verdict(yen, company)

    assert (found.kind, found.allowed) == ("needs_approval", "")
    assert found.approval is not None
    assert found.approval.role == "admin"
    assert "An amount in JPY needs a person." in [clause.sentence for clause in found.clauses]


def test_an_amount_that_nobody_may_approve_is_denied(tmp_path: Path) -> None:
    company = changed(tmp_path, ("limits: {amount_at_most: 500000,", "limits: {amount_at_most: 900000,"))
    staffed = replace(company, roles={name: role for name, role in company.roles.items() if name != "admin"})

    found = verdict(of_amount(500_001), staffed)

    assert (found.kind, failed(found)[-1]) == ("deny", "nobody_may")
    assert verdict(of_amount(500_001, approver=TWO_LEADS), staffed).kind == "deny"


def test_an_amount_that_cannot_be_worked_out_is_denied(tmp_path: Path) -> None:
    company = changed(tmp_path, ("currency: charge.currency", "currency: tracking.carrier"))

    found = verdict(REFUND, company)

    assert (found.kind, failed(found)[0]) == ("deny", "amount")


def test_the_policy_tells_what_moves_and_how_far_back_spending_counts() -> None:
    refund, bug = TIDEWATER.tools["issue_refund"], TIDEWATER.tools["file_bug"]

    assert (moved_by(TIDEWATER, REFUND).amount, moved_by(TIDEWATER, REFUND).currency) == (8_900, "USD")
    assert moved_by(TIDEWATER, BUG).amount == 0
    assert (refund.window, bug.window) == (timedelta(days=30), timedelta(0))


ASKS: dict[str, st.SearchStrategy[Any]] = {
    "amount": st.integers(-(2**70), 2**70) | st.integers(0, 30_000),
    "charged": st.integers(0, 2_000_000),
    "refunded": st.integers(0, 2_000_000) | st.just(0),
    "spent": st.integers(-100_000, 100_000),
    "days_late": st.integers(0, 3),
    "cause": st.sampled_from(["late", "duplicate", "damaged", "goodwill", ""]),
    "autonomy": st.sampled_from(["off", "suggest", "auto"]),
    "confidence": st.floats(allow_nan=True),
    "tier": st.sampled_from(["standard", "business", "enterprise", ""]),
    "approver": st.none() | st.builds(Approver, roles=st.sampled_from([(), ("billing",), ("lead",), ("admin",)])),
}


def drawn(case: dict[str, Any]) -> Ask:
    ask = with_fact(REFUND, "charge", amount=case["charged"], refunded=case["refunded"])
    ask = with_fact(ask, "order", total=case["charged"], refunded=case["refunded"], days_late=case["days_late"])
    names = ("spent", "autonomy", "confidence", "tier", "approver")
    arguments = {"charge": "ch_1", "amount": case["amount"], "cause": case["cause"]}
    return replace(ask, arguments=arguments, **{name: case[name] for name in names})


@given(case=st.fixed_dictionaries(ASKS))
def test_nothing_is_allowed_above_a_limit_or_with_a_clause_that_does_not_hold(case: dict[str, Any]) -> None:
    found = verdict(drawn(case))

    limits = {None: 10_000, "billing": 50_000, "lead": 100_000, "admin": 100_000}
    approver = case["approver"]
    limit = limits.get(approver.roles[0] if approver and approver.roles else None, 0)
    allowed = found.kind == "allow"
    assert not allowed or failed(found) == []
    assert not allowed or 0 < case["amount"] <= min(limit, case["charged"] - case["refunded"])
    assert not allowed or approver or case["amount"] + case["spent"] <= 20_000 or case["spent"] < 0
    assert not allowed or case["cause"] != "late" or case["days_late"] > 0
    assert (found.approval is not None) == (found.kind == "needs_approval")


@given(case=st.fixed_dictionaries(ASKS))
def test_the_same_ask_gives_the_same_verdict(case: dict[str, Any]) -> None:
    assert verdict(drawn(case)) == verdict(drawn(case))
