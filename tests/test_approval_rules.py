"""Rules of approval in the folder: two people for a tier, budgets over all tools, what follows when nobody decides."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from policy.ask import Approver, Used
from policy.authority import next_role
from policy.budgets import Budget
from policy.company import load_company
from policy.verdict import basis_of
from tests.company_case import (
    REFUND,
    TIDEWATER,
    VOCABULARY,
    copied,
    edit,
    failed,
    of_amount,
    problems_of,
    verdict,
    with_fact,
)

MONEY = Budget(
    id="money", amount=50_000, currency="USD", actions=None, window=timedelta(days=1), beyond="approval", tools=()
)
ACTIONS = replace(MONEY, id="actions", amount=None, currency="", actions=3, beyond="deny")
APPROVAL = "approval: {role: billing, expires: 24h, then: escalate, two_people_above: 100000}"


def test_two_people_approve_for_customers_of_the_tiers_that_say_so(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    edit(folder, "policy.yaml", APPROVAL, APPROVAL.replace("}", ", two_people_tiers: [enterprise]}"))
    company = load_company(folder, VOCABULARY)

    people = {
        tier: rule.people
        for tier in ("standard", "business", "enterprise", "")
        if (rule := verdict(of_amount(20_000, tier=tier), company).approval)
    }

    assert people == {"standard": 1, "business": 1, "enterprise": 2, "": 2}


def test_one_approver_is_not_enough_where_the_tier_asks_for_two(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    edit(folder, "policy.yaml", APPROVAL, APPROVAL.replace("}", ", two_people_tiers: [enterprise]}"))
    company = load_company(folder, VOCABULARY)
    ask = of_amount(20_000, tier="enterprise")

    one = verdict(replace(ask, approver=Approver(roles=("lead",))), company)
    two = verdict(replace(ask, approver=Approver(roles=("lead",), people=2, first=("billing",))), company)
    first_may_not = verdict(replace(ask, approver=Approver(roles=("lead",), people=2, first=("support",))), company)

    assert (one.kind, two.kind, first_may_not.kind) == ("needs_approval", "allow", "needs_approval")


@pytest.mark.parametrize(
    ("used", "kind"),
    [
        (Used(), "allow"),
        (Used(amount=41_100), "allow"),
        (Used(amount=41_101), "needs_approval"),
        (Used(amount=41_101, actions=2), "needs_approval"),
    ],
)
def test_a_budget_of_money_asks_for_a_person_beyond_it(used: Used, kind: str) -> None:
    company = replace(TIDEWATER, budgets=(MONEY, ACTIONS))

    found = verdict(replace(REFUND, used={"money": used, "actions": used}), company)

    assert found.kind == kind
    assert failed(found) == ([] if kind == "allow" else ["budget_money"])


def test_a_budget_that_needs_a_person_is_lifted_by_one_and_a_budget_that_denies_is_not() -> None:
    company = replace(TIDEWATER, budgets=(MONEY, ACTIONS))
    approved = replace(REFUND, approver=Approver(roles=("lead",)))

    beyond = verdict(replace(approved, used={"money": Used(amount=50_000)}), company)
    too_many = verdict(replace(approved, used={"actions": Used(actions=3)}), company)

    assert beyond.kind == "allow"
    assert (too_many.kind, failed(too_many)) == ("deny", ["budget_actions"])


def test_a_budget_for_some_tools_leaves_the_others_alone() -> None:
    company = replace(TIDEWATER, budgets=(replace(ACTIONS, tools=("change_address",)),))

    assert verdict(replace(REFUND, used={"actions": Used(actions=3)}), company).kind == "allow"


def test_money_that_comes_in_counts_against_no_budget() -> None:
    policy = replace(TIDEWATER.tools["issue_refund"], direction="in")
    company = replace(
        TIDEWATER, budgets=(replace(MONEY, beyond="deny"),), tools={**TIDEWATER.tools, "issue_refund": policy}
    )

    assert verdict(replace(REFUND, used={"money": Used(amount=50_000)}), company).kind == "allow"


def test_what_customers_pay_comes_in_and_what_they_get_goes_out() -> None:
    ways = {name: policy.direction for name, policy in TIDEWATER.tools.items() if policy.amount}

    assert [name for name, way in ways.items() if way == "in"] == ["change_plan", "void_credit"]


def test_the_next_role_up_is_the_lowest_that_includes_this_one_and_may_approve_the_amount() -> None:
    assert next_role(TIDEWATER, "billing", "issue_refund", 20_000) == "lead"
    assert next_role(TIDEWATER, "billing", "issue_refund", 600_000) == "admin"
    assert next_role(TIDEWATER, "lead", "issue_refund", 20_000) == "admin"
    assert next_role(TIDEWATER, "admin", "issue_refund", 20_000) is None
    assert next_role(TIDEWATER, "support", "reply", 0) == "lead"


def test_an_approval_stands_on_what_the_clauses_read_and_on_no_more() -> None:
    basis = basis_of(TIDEWATER, REFUND)

    unread = basis_of(TIDEWATER, with_fact(REFUND, "order", address="elsewhere", revision=9))
    later = basis_of(TIDEWATER, with_fact(replace(REFUND, now=REFUND.now + timedelta(days=2)), "order", days_late=6))
    read = basis_of(TIDEWATER, with_fact(REFUND, "charge", amount=9_000))

    assert basis["values"]["charge.amount"] == 8_900
    assert "order.days_late" not in basis["values"]
    assert (unread, later) == (basis, basis)
    assert read != basis


def test_an_approval_stands_on_the_clauses_as_they_read(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    edit(folder, "policy.yaml", "holds: Not more than was paid.", "holds: Not more than half of what was paid.")

    assert basis_of(load_company(folder, VOCABULARY), REFUND) != basis_of(TIDEWATER, REFUND)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("then: escalate, two", "then: forget, two", "unknown ending 'forget'"),
        ("drafts: {role: support, expires: 12h, then: escalate}", "drafts: {role: support, expires: 12h, then: deny}", "'deny'"),
        ("two_people_above: 100000}", "two_people_tiers: [royal]}", "unknown tier 'royal'"),
        ("per: customer, actions: 30", "per: order, actions: 30", "unknown holder of a budget 'order'"),
        ("actions: 30, days: 1", "days: 1", "needs either an amount with its currency, or a number of actions"),
        ("actions: 30, days: 1, beyond: deny", "actions: 30, days: 1, beyond: shrug", "unknown consequence 'shrug'"),
        ("id: actions, per", "id: money, per", "a second budget named 'money'"),
        ("currency: plan_offer.currency, at_least: 0, direction: in", "currency: plan_offer.currency, direction: up", "'up'"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_rule_of_approval_is_named_by_file_and_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    folder = copied(tmp_path)
    line = edit(folder, "policy.yaml", old, new)

    problems = problems_of(folder)

    assert [(problem.file, problem.line) for problem in problems] == [("company/policy.yaml", line)]
    assert message in problems[0].message
