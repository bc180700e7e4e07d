"""Billing: what is counted from its records, and what its actions do, once and for their owner only."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from records.clock import ManualClock
from records.ids import CustomerId, LedgerKey
from tests.demo_fixtures import ADA, DEE, NOW, Demo, call_of
from tools.billing.account_sources import credit_account, pick_dispute, pick_invoice
from tools.billing.counting import interval_of, offer, plan_of, unused, with_excess
from tools.billing.facts import Charge, CreditEntry, Dispute, Invoice, Plan, PlanChange, Subscription
from tools.billing.plan_sources import pick_change
from tools.demo.billing_parts import PRICES
from tools.executor import Done, NotDone, execute
from tools.sources import FactRead, read_fact
from tools.standard import KIT
from tools.systems import Systems

KAITO, LUCIE, MARTA, OONA = (CustomerId(f"cus_{name}") for name in ("kaito", "lucie", "marta", "oona"))
NILS, PILAR, SOLANGE, ULRICH = (CustomerId(f"cus_{name}") for name in ("nils", "pilar", "solange", "ulrich"))
VERA, WIM = CustomerId("cus_vera"), CustomerId("cus_wim")
CLOCK = ManualClock(NOW)

SUBSCRIPTION = Subscription(
    id="sub_1",
    customer="cus_ada",
    plan="team",
    interval="month",
    status="active",
    price=4_900,
    currency="USD",
    charge="ch_1",
    unused=0,
    started_at=NOW - timedelta(days=100),
    renews_at=NOW + timedelta(days=18),
    cancel_at=None,
)
CHARGE = Charge(
    id="ch_1",
    customer="cus_ada",
    amount=49_000,
    currency="USD",
    refunded=0,
    description="Team plan",
    order="",
    created_at=NOW,
)
CHANGE = PlanChange(
    id="chg_1",
    customer="cus_ada",
    subscription="sub_1",
    cause="threshold",
    old_plan="team",
    old_interval="month",
    old_price=4_900,
    new_plan="team",
    new_interval="year",
    new_price=49_000,
    currency="USD",
    feature="Guest access",
    metric="active guests",
    threshold=50,
    usage=57,
    charge="ch_1",
    excess=0,
    at=NOW,
    revertible_until=NOW + timedelta(days=14),
    reverted_at=None,
)
INVOICE = Invoice(
    id="inv_1",
    customer="cus_ada",
    amount=4_900,
    currency="USD",
    status="paid",
    about="Team plan",
    lines=["Team plan: 49.00 USD"],
    charge="ch_1",
    link="https://example.com/inv_1.pdf",
    period_start=NOW,
    period_end=NOW,
    issued_at=NOW,
    due_at=NOW,
)
DISPUTE = Dispute(
    id="dp_1",
    customer="cus_ada",
    charge="ch_1",
    amount=4_900,
    currency="USD",
    reason="unknown",
    status="open",
    opened_at=NOW,
    answer_due=NOW,
)
ENTRY = CreditEntry(
    id="cr_1",
    customer="cus_ada",
    amount=2_000,
    currency="USD",
    cause="incident",
    about="inc_1",
    used=500,
    given_at=NOW,
    void_at=None,
)


@pytest.mark.parametrize(
    ("fields", "cents"),
    [
        ({}, 2_940),
        ({"renews_at": NOW + timedelta(days=18, hours=23)}, 2_940),
        ({"renews_at": NOW}, 0),
        ({"renews_at": NOW - timedelta(days=3)}, 0),
        ({"renews_at": NOW + timedelta(days=40)}, 4_900),
        ({"interval": "year", "price": 49_000, "renews_at": NOW + timedelta(days=73)}, 9_800),
        ({"status": "cancelled"}, 0),
        ({"charge": ""}, 0),
    ],
)
def test_what_is_not_used_up_is_the_share_of_the_whole_days_ahead(fields: dict[str, Any], cents: int) -> None:
    assert unused(replace(SUBSCRIPTION, **fields), NOW) == cents


@pytest.mark.parametrize(
    ("charge", "change", "excess"),
    [
        ({}, {}, 44_100),
        ({"refunded": 40_000}, {}, 4_100),
        ({"refunded": 49_000}, {}, 0),
        ({"amount": 4_000}, {}, 0),
        ({"id": "ch_2"}, {}, 0),
        ({}, {"reverted_at": NOW}, 0),
    ],
)
def test_the_excess_of_a_change_is_what_was_taken_beyond_the_price_before(
    charge: dict[str, Any], change: dict[str, Any], excess: int
) -> None:
    assert with_excess(replace(CHANGE, **change), [replace(CHARGE, **charge)]).excess == excess


@pytest.mark.parametrize(
    ("plan", "interval", "expected"),
    [
        ("business", "month", {"direction": "upgrade", "due_now": 11_960, "difference": 10_000, "starts_at": NOW}),
        ("starter", "month", {"direction": "downgrade", "due_now": 0, "starts_at": SUBSCRIPTION.renews_at}),
        ("team", "year", {"direction": "interval", "due_now": 46_060, "starts_at": NOW, "refused": ""}),
        ("team", "month", {"direction": "none", "refused": "same"}),
        ("enterprise", "month", {"price": 0, "refused": "by_contract"}),
        ("pro", "month", {"price": 0, "refused": "by_contract"}),
    ],
)
def test_an_offer_says_what_is_due_and_from_when(plan: str, interval: str, expected: dict[str, Any]) -> None:
    found = offer(SUBSCRIPTION, PRICES, plan, interval, NOW, waiting=False)

    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("fields", "waiting", "refused"),
    [
        ({}, False, ""),
        ({}, True, "waiting"),
        ({"cancel_at": NOW}, False, "ending"),
        ({"status": "cancelled"}, False, "ended"),
        ({"plan": "enterprise"}, False, "by_contract"),
    ],
)
def test_an_offer_says_why_it_cannot_be_had(fields: dict[str, Any], waiting: bool, refused: str) -> None:
    found = offer(replace(SUBSCRIPTION, **fields), PRICES, "business", "month", NOW, waiting=waiting)

    assert found.refused == refused


def test_a_plan_and_an_interval_are_understood_as_customers_say_them() -> None:
    plans: list[Plan] = list(PRICES)

    assert [plan_of(said, plans, "team") for said in ("the Business one", "", "pro")] == ["business", "team", "pro"]
    assert [interval_of(said, "month") for said in ("annually", "Monthly", None, "a year")] == [
        "year",
        "month",
        "month",
        "year",
    ]


def test_the_latest_change_is_meant_unless_one_is_in_focus() -> None:
    later = replace(CHANGE, id="chg_2", at=NOW + timedelta(days=1))

    assert pick_change([later, CHANGE], {}) == later
    assert pick_change([later, CHANGE], {"change": "chg_1"}) == CHANGE
    assert pick_change([later], {"change": "chg_1"}) is None


@pytest.mark.parametrize(
    ("focus", "found"),
    [({}, "inv_2"), ({"invoice": "1"}, "inv_1"), ({"charge": "ch_1"}, "inv_1"), ({"about": "inv_1"}, "inv_1")],
)
def test_the_latest_invoice_is_meant_unless_one_is_in_focus(focus: dict[str, str], found: str) -> None:
    later = replace(INVOICE, id="inv_2", charge="", issued_at=NOW + timedelta(days=1))
    picked = pick_invoice([later, INVOICE], focus)

    assert picked is not None
    assert picked.id == found
    assert pick_invoice([later, INVOICE], {"invoice": "inv_9"}) is None


def test_an_open_dispute_comes_before_one_that_was_decided() -> None:
    decided = replace(DISPUTE, id="dp_2", charge="ch_2", status="lost", opened_at=NOW + timedelta(days=1))

    assert pick_dispute([decided, DISPUTE], {}) == DISPUTE
    assert pick_dispute([decided, DISPUTE], {"charge": "ch_2"}) == decided
    assert pick_dispute([], {}) is None


def test_the_credit_account_counts_what_stands_and_is_not_used() -> None:
    void = replace(ENTRY, id="cr_2", about="inc_2", given_at=NOW + timedelta(days=1), void_at=NOW)
    account = credit_account(ADA, [void, ENTRY], {})

    assert account is not None
    assert (account.balance, account.about, account.entry, account.entry_status) == (
        1_500,
        ["inc_1"],
        "cr_1",
        "standing",
    )


def test_everybody_has_a_credit_account_but_not_every_credit() -> None:
    empty = credit_account(ADA, [], {})

    assert empty is not None
    assert (empty.balance, empty.entry) == (0, "")
    assert credit_account(ADA, [ENTRY], {"credit": "cr_9"}) is None


async def value_of(
    name: str, systems: Systems, customer: CustomerId, focus: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    read = await read_fact(name, KIT.sources[name], systems, customer, focus or {}, CLOCK, 5)
    assert isinstance(read, FactRead), read
    return read.value


@pytest.mark.parametrize(
    ("customer", "name", "focus", "expected"),
    [
        (PILAR, "subscription", {}, {"id": "sub_4008", "unused": 2_940}),
        (LUCIE, "plan_change", {}, {"id": "chg_4001", "excess": 44_100, "cause": "threshold", "usage": 57}),
        (LUCIE, "plan_change", {"change": "chg_4002"}, None),
        (NILS, "plan_change", {}, {"id": "chg_4002", "excess": 10_000}),
        (MARTA, "plan_offer", {"plan": "Team"}, {"plan": "team", "price": 4_900, "due_now": 3_950}),
        (MARTA, "plan_offer", {"plan": "business", "interval": "yearly"}, {"price": 149_000, "due_now": 148_050}),
        (VERA, "plan_offer", {}, None),
        (MARTA, "invoice", {}, {"id": "inv_4010", "amount": 2_540, "status": "paid"}),
        (SOLANGE, "invoice", {}, {"id": "inv_4014", "amount": 1_600_000, "status": "overdue"}),
        (MARTA, "invoice", {"invoice": "inv_4014"}, None),
        (ULRICH, "dispute", {}, {"id": "dp_4001", "charge": "ch_4016"}),
        (MARTA, "dispute", {}, None),
        (VERA, "trial", {}, {"id": "tri_4001", "extended": 0}),
        (WIM, "trial", {"trial": "tri_4001"}, None),
        (OONA, "credit", {}, {"balance": 2_000, "entry": "cr_4001"}),
        (MARTA, "credit", {"credit": "cr_4001"}, None),
    ],
)
async def test_the_seed_tells_the_stories_of_billing(
    customer: CustomerId,
    name: str,
    focus: dict[str, Any],
    expected: dict[str, Any] | None,
    systems: Systems,
) -> None:
    value = await value_of(name, systems, customer, focus)

    assert (value if value is None else {field: value[field] for field in expected or value}) == expected


class SomebodyElses:
    """A billing system that answers with Lucie's, Oona's, Ulrich's and Vera's records, whoever asks."""

    def __init__(self, systems: Systems) -> None:
        self._billing = systems.billing

    async def subscription(self, _customer: CustomerId) -> object:
        return await self._billing.subscription(LUCIE)

    async def plans(self) -> object:
        return await self._billing.plans()

    async def plan_changes(self, _customer: CustomerId) -> object:
        return await self._billing.plan_changes(LUCIE)

    async def charges(self, _customer: CustomerId) -> object:
        return await self._billing.charges(LUCIE)

    async def invoices(self, _customer: CustomerId) -> object:
        return await self._billing.invoices(LUCIE)

    async def disputes(self, _customer: CustomerId) -> object:
        return await self._billing.disputes(ULRICH)

    async def trial(self, _customer: CustomerId) -> object:
        return await self._billing.trial(VERA)

    async def credits(self, _customer: CustomerId) -> object:
        return await self._billing.credits(OONA)


@pytest.mark.parametrize("name", ["subscription", "plan_change", "plan_offer", "invoice", "dispute", "trial"])
async def test_somebody_elses_record_of_billing_is_dropped(name: str, systems: Systems) -> None:
    careless = systems.with_ports(billing=SomebodyElses(systems))

    assert await value_of(name, careless, DEE) is None


async def test_somebody_elses_credit_is_not_on_the_account(systems: Systems) -> None:
    account = await value_of("credit", systems.with_ports(billing=SomebodyElses(systems)), DEE)

    assert account is not None
    assert (account["balance"], account["entry"]) == (0, "")


Case = tuple[str, CustomerId, dict[str, Any]]
PRORATE: Case = ("cancel_and_prorate", PILAR, {"subscription": "sub_4008", "charge": "ch_4013", "amount": 2_940})
REVERT: Case = ("revert_plan", LUCIE, {"change": "chg_4001", "amount": 44_100})
UPGRADE: Case = (
    "change_plan",
    MARTA,
    {"subscription": "sub_4005", "plan": "team", "interval": "month", "amount": 3_950},
)
EXTEND: Case = ("extend_trial", VERA, {"trial": "tri_4001", "days": 14})
CREDIT: Case = ("issue_credit", DEE, {"about": "inc_3001", "amount": 490, "cause": "incident"})
VOID: Case = ("void_credit", OONA, {"credit": "cr_4001"})
ACTIONS = [PRORATE, REVERT, UPGRADE, EXTEND, CREDIT, VOID]


def named(case: Case) -> str:
    return case[0]


async def done(case: Case, systems: Systems, customer: CustomerId | None = None, key: str = "") -> object:
    name, owner, arguments = case
    tool = KIT.action_named(name)
    call = call_of(customer or owner, key or f"{name}:{arguments[tool.object]}:test")
    return await execute(tool, systems, call, tool.parse(arguments), settle_after=0.01)


@pytest.mark.parametrize("mode", ["timeout_after", "fail_after", "answer_twice"])
@pytest.mark.parametrize("case", ACTIONS, ids=named)
async def test_a_lost_or_doubled_answer_leaves_one_effect_in_billing(
    case: Case, mode: str, demo: Demo, systems: Systems
) -> None:
    await demo.fault("billing", case[0], mode, seconds=0)

    outcome = await done(case, systems)

    [effect] = await demo.effects()
    assert isinstance(outcome, Done)
    assert (outcome.receipt.reference, outcome.receipt.amount) == (effect["reference"], effect["amount"])


@pytest.mark.parametrize("case", ACTIONS, ids=named)
async def test_the_same_call_again_has_no_second_effect(case: Case, demo: Demo, systems: Systems) -> None:
    first = await done(case, systems)

    assert await done(case, systems) == first
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize("case", [PRORATE, REVERT, UPGRADE, EXTEND, VOID], ids=named)
async def test_a_record_of_somebody_elses_is_not_acted_on(case: Case, demo: Demo, systems: Systems) -> None:
    outcome = await done(case, systems, customer=ADA)

    assert isinstance(outcome, NotDone)
    assert outcome.refused
    assert await demo.effects() == []


@pytest.mark.parametrize("case", [PRORATE, REVERT, VOID], ids=named)
async def test_what_was_done_is_not_done_again_under_another_key(case: Case, demo: Demo, systems: Systems) -> None:
    await done(case, systems)

    outcome = await done(case, systems, key="another:key:once")

    assert isinstance(outcome, NotDone)
    assert outcome.refused
    assert len(await demo.effects()) == 1


RESUME: Case = ("resume_subscription", DEE, {"subscription": "sub_2005"})


@pytest.mark.parametrize("mode", ["timeout_after", "fail_after", "answer_twice"])
async def test_an_end_that_was_set_is_taken_back_once(mode: str, demo: Demo, systems: Systems) -> None:
    await demo.put("subscription", "sub_2005", cancel_at=(NOW + timedelta(days=20)).isoformat())
    await demo.fault("billing", "resume_subscription", mode, seconds=0)

    outcome = await done(RESUME, systems)

    assert isinstance(outcome, Done)
    assert [effect["kind"] for effect in await demo.effects()] == ["resumption"]
    assert (await demo.record("subscription", "sub_2005"))["cancel_at"] is None


async def test_nothing_is_taken_back_where_no_end_is_set_or_of_somebody_elses(demo: Demo, systems: Systems) -> None:
    without_end = await done(RESUME, systems)
    await demo.put("subscription", "sub_2005", cancel_at=(NOW + timedelta(days=20)).isoformat())
    foreign = await done(RESUME, systems, customer=ADA)

    assert [isinstance(each, NotDone) and each.refused for each in (without_end, foreign)] == [True, True]
    assert await demo.effects() == []


def test_after_its_end_was_taken_back_a_plan_can_be_cancelled_once_more() -> None:
    cancel, resume = KIT.action_named("cancel_subscription"), KIT.action_named("resume_subscription")
    arguments = {"subscription": "sub_1", "when": "period_end"}
    running = {"renews_at": "2026-07-01T00:00:00Z", "cancel_at": None, "resumed_at": None}
    ending = running | {"cancel_at": "2026-07-01T00:00:00Z"}
    resumed = running | {"resumed_at": "2026-06-20T00:00:00Z"}

    assert cancel.key(arguments, {"subscription": running}) != cancel.key(arguments, {"subscription": resumed})
    assert resume.key(arguments, {"subscription": ending}).endswith("end on 2026-07-01T00:00:00+00:00")
    assert resume.key(arguments, {"subscription": running}).endswith(":?")


async def test_the_end_with_money_back_ends_the_plan_and_refunds_its_payment(demo: Demo, systems: Systems) -> None:
    await done(PRORATE, systems)

    assert (await demo.record("subscription", "sub_4008"))["status"] == "cancelled"
    assert (await demo.record("charge", "ch_4013"))["refunded"] == 2_940


async def test_a_revert_restores_plan_interval_and_renewal(demo: Demo, systems: Systems) -> None:
    await done(REVERT, systems)

    subscription = await demo.record("subscription", "sub_4003")
    renews = datetime.fromisoformat(subscription["renews_at"])
    assert (subscription["plan"], subscription["interval"], subscription["price"]) == ("team", "month", 4_900)
    assert (renews - NOW).days == 24
    assert (await demo.record("charge", "ch_4007"))["refunded"] == 44_100
    assert (await demo.record("plan_change", "chg_4001"))["reverted_at"] is not None


async def test_an_upgrade_is_charged_begins_now_and_shows_in_the_history(demo: Demo, systems: Systems) -> None:
    await done(UPGRADE, systems)

    subscription = await demo.record("subscription", "sub_4005")
    charge = await demo.record("charge", subscription["charge"])
    change = await value_of("plan_change", systems, MARTA)
    assert (subscription["plan"], subscription["price"], charge["amount"]) == ("team", 4_900, 3_950)
    assert (await demo.record("customer", "cus_marta"))["plan"] == "team"
    assert change is not None
    assert (change["cause"], change["old_plan"], change["new_plan"]) == ("customer", "starter", "team")


async def test_a_downgrade_waits_for_the_renewal_and_can_be_called_off(demo: Demo, systems: Systems) -> None:
    down: Case = ("change_plan", OONA, {"subscription": "sub_4007", "plan": "team", "interval": "month", "amount": 0})
    await done(down, systems)

    waiting = await value_of("plan_change", systems, OONA)
    refused = await value_of("plan_offer", systems, OONA, {"plan": "starter"})
    assert waiting is not None
    assert refused is not None
    assert (waiting["charge"], refused["refused"]) == ("", "waiting")
    assert (await demo.record("subscription", "sub_4007"))["plan"] == "business"

    await done(("revert_plan", OONA, {"change": waiting["id"], "amount": 0}), systems)

    assert (await demo.record("subscription", "sub_4007"))["plan"] == "business"
    assert (await value_of("plan_offer", systems, OONA, {"plan": "starter"}) or {})["refused"] == ""


@pytest.mark.parametrize("change", [{"plan": "business", "amount": 14_901}, {"plan": "team", "amount": 4_901}])
async def test_nobody_is_charged_more_than_a_plan_costs(change: dict[str, Any], demo: Demo, systems: Systems) -> None:
    outcome = await done(("change_plan", MARTA, UPGRADE[2] | change), systems)

    assert isinstance(outcome, NotDone)
    assert await demo.effects() == []


async def test_a_longer_trial_counts_from_its_end(demo: Demo, systems: Systems) -> None:
    await done(EXTEND, systems)

    trial = await demo.record("trial", "tri_4001")
    assert (datetime.fromisoformat(trial["ends_at"]) - NOW).days == 16
    assert trial["extended"] == 1


async def test_credit_that_was_given_can_be_taken_back(demo: Demo, systems: Systems) -> None:
    given = await done(CREDIT, systems)
    assert isinstance(given, Done)
    undo = KIT.action_named("issue_credit").undo

    await done((undo, DEE, {"credit": given.receipt.reference}), systems)

    assert (await value_of("credit", systems, DEE) or {})["balance"] == 0


KEYS: dict[str, dict[str, Any]] = {
    "subscription": {"id": "sub_1", "plan": "team", "interval": "month", "renews_at": NOW.isoformat()},
    "plan_change": {"id": "chg_1", "cause": "threshold"},
    "trial": {"id": "tri_1", "extended": 1},
    "customer": {"id": "cus_ada"},
}


@pytest.mark.parametrize(
    ("tool", "arguments", "cause"),
    [
        ("cancel_and_prorate", {"subscription": "sub_1"}, "2026-06-15T12:00:00+00:00"),
        ("revert_plan", {"change": "chg_1"}, "threshold"),
        ("revert_plan", {"change": "chg_2"}, "?"),
        (
            "change_plan",
            {"subscription": "sub_1", "plan": "business", "interval": "year"},
            "business by the year after team by the month until 2026-06-15T12:00:00+00:00",
        ),
        ("change_plan", {"subscription": "sub_2", "plan": "business", "interval": "year"}, "?"),
        ("extend_trial", {"trial": "tri_1"}, "extension 2"),
        ("extend_trial", {"trial": "tri_2"}, "?"),
        ("issue_credit", {"about": "inc_1", "cause": "incident"}, "incident of cus_ada"),
        ("void_credit", {"credit": "cr_1"}, "void"),
    ],
)
def test_an_action_in_billing_is_known_by_what_it_is_about_and_why(
    tool: str, arguments: dict[str, Any], cause: str
) -> None:
    action = KIT.action_named(tool)

    assert action.key(arguments, KEYS) == LedgerKey(f"{tool}:{arguments[action.object]}:{cause}")
