"""The demo company and what a proposal of its customers looks like, for the tests of policy."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from policy.company import Company, load_company
from policy.source import CompanyInvalid, Problem
from policy.verdict import Ask, Verdict, judge
from policy.vocabulary import Vocabulary
from tools.standard import KIT

FOLDER = Path(__file__).parent.parent / "company"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOOLS = {tool.name: tool.schema() for tool in KIT.actions}
VOCABULARY = Vocabulary(facts=KIT.facts, tools=TOOLS)
TIDEWATER = load_company(FOLDER, VOCABULARY)

CUSTOMER = {
    "id": "cus_1",
    "name": "Ada Bell",
    "email": "ada@example.com",
    "plan": "team",
    "tier": "standard",
    "language": "en",
    "country": "US",
    "lifetime_value": 120_000,
    "currency": "USD",
    "since": "2024-02-01T00:00:00Z",
    "deletes_at": None,
    "revision": 1,
}
ORDER = {
    "id": "TW-1001",
    "customer": "cus_1",
    "status": "dispatched",
    "items": ["Hub 2"],
    "total": 8_900,
    "currency": "USD",
    "refunded": 0,
    "charge": "ch_1",
    "address": "12 Harbour Street, 90210 Bayview",
    "revision": 3,
    "days_late": 4,
    "placed_at": "2026-11-10T00:00:00Z",
    "promised_at": "2026-11-17T00:00:00Z",
    "dispatched_at": "2026-11-11T00:00:00Z",
    "delivered_at": None,
    "replacement": "",
    "rest": "",
}
CHARGE = {
    "id": "ch_1",
    "customer": "cus_1",
    "amount": 8_900,
    "currency": "USD",
    "refunded": 0,
    "description": "Order TW-1001",
    "order": "TW-1001",
    "created_at": "2026-11-10T00:00:00Z",
}
DUPLICATE = {
    "charge": "ch_1",
    "of": "ch_0",
    "customer": "cus_1",
    "amount": 8_900,
    "currency": "USD",
    "refunded": 0,
    "description": "Order TW-1001",
    "created_at": "2026-11-10T00:00:00Z",
    "first_created_at": "2026-11-09T00:00:00Z",
}
SUBSCRIPTION = {
    "id": "sub_1",
    "customer": "cus_1",
    "plan": "team",
    "interval": "month",
    "status": "active",
    "price": 4_900,
    "currency": "USD",
    "charge": "ch_2",
    "unused": 1_000,
    "started_at": "2024-02-01T00:00:00Z",
    "renews_at": "2026-12-01T00:00:00Z",
    "cancel_at": None,
}
TRACKING = {
    "order": "TW-1001",
    "carrier": "Post",
    "status": "in_transit",
    "last_event": "Arrived at the sorting centre",
    "last_event_at": "2026-11-15T00:00:00Z",
    "exception": "",
    "days_silent": 6,
}
FACTS: dict[str, Mapping[str, Any]] = {
    "customer": CUSTOMER,
    "order": ORDER,
    "charge": CHARGE,
    "duplicate_charge": DUPLICATE,
    "subscription": SUBSCRIPTION,
}
LATE = {"charge": "ch_1", "amount": 8_900, "cause": "late"}

REFUND = Ask(
    tool="issue_refund",
    arguments=LATE,
    intent="late_order_refund",
    verified=True,
    tier="standard",
    facts=FACTS,
    autonomy="auto",
    confidence=0.9,
    now=NOW,
    signed_in_ago=timedelta(0),
)
ADDRESS = replace(
    REFUND,
    tool="change_address",
    arguments={"order": "TW-1001", "address": "7 Elm Road, 12345 Springfield"},
    intent="change_address",
    facts=FACTS | {"order": ORDER | {"status": "processing", "dispatched_at": None}},
)
CANCEL = replace(
    REFUND,
    tool="cancel_subscription",
    arguments={"subscription": "sub_1", "when": "period_end"},
    intent="cancel_subscription",
)
BUG = replace(
    REFUND,
    tool="file_bug",
    arguments={
        "title": "Export fails",
        "description": "The export button does nothing at all.",
        "duplicate_of": "",
    },
    intent="report_bug",
)


def with_fact(ask: Ask, fact: str, **fields: Any) -> Ask:
    """The ask with fields of one fact changed."""
    return replace(ask, facts=ask.facts | {fact: {**ask.facts[fact], **fields}})  # type: ignore[operator]


def without_fact(ask: Ask, fact: str) -> Ask:
    return replace(ask, facts={name: value for name, value in ask.facts.items() if name != fact})


def of_amount(amount: int, **fields: Any) -> Ask:
    """The late refund, with an order that cost this much."""
    ask = with_fact(with_fact(REFUND, "order", total=amount), "charge", amount=amount)
    return replace(ask, arguments=LATE | {"amount": amount}, **fields)


def verdict(ask: Ask, company: Company = TIDEWATER) -> Verdict:
    return judge(company, ask)


def failed(found: Verdict) -> list[str]:
    """The ids of the clauses that did not hold."""
    return [clause.id for clause in found.clauses if not clause.held]


def sentence(found: Verdict, clause: str) -> str:
    return next(each.sentence for each in found.clauses if each.id == clause)


def days_ago(days: int) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def copied(folder: Path) -> Path:
    """A copy of the demo company below `folder`, without its articles."""
    target = folder / "company"
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("articles"))
    return target


def edit(company: Path, file: str, old: str, new: str) -> int:
    """Replaces the first place where `old` stands, and tells its line."""
    path = company / file
    before = path.read_text()
    if old not in before:
        raise AssertionError(f"{file} does not hold {old!r}")
    path.write_text(before.replace(old, new, 1))
    return before[: before.index(old)].count("\n") + 1


def problems_of(company: Path) -> list[Problem]:
    """What is wrong with a folder; nothing when it loads."""
    try:
        load_company(company, VOCABULARY)
    except CompanyInvalid as invalid:
        return invalid.problems
    return []
