"""Which record is meant, and what follows from it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tools.billing.facts import Charge, Subscription
from tools.billing.sources import duplicates, pick_charge, pick_duplicate, pick_subscription
from tools.commerce.facts import Order
from tools.commerce.sources import counted, pick_order
from tools.sources import Focus, same_id

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)

ORDER = Order(
    id="ord_1",
    customer="cus_ada",
    status="dispatched",
    items=["Tide sensor"],
    total=4800,
    currency="USD",
    refunded=0,
    charge="ch_1",
    address="1 Quay Street",
    revision=1,
    days_late=0,
    placed_at=NOW - timedelta(days=20),
    promised_at=NOW - timedelta(days=10),
    dispatched_at=NOW - timedelta(days=19),
    delivered_at=None,
)
CHARGE = Charge(
    id="ch_1",
    customer="cus_ada",
    amount=4900,
    currency="USD",
    refunded=0,
    description="Team plan",
    order="",
    created_at=NOW,
)
AGAIN = replace(CHARGE, id="ch_2", created_at=NOW + timedelta(days=3))
SUBSCRIPTION = Subscription(
    id="sub_1",
    customer="cus_ada",
    plan="team",
    interval="month",
    status="active",
    price=4900,
    currency="USD",
    charge="ch_1",
    unused=0,
    started_at=NOW,
    renews_at=NOW,
    cancel_at=None,
)


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({}, 10),
        ({"promised_at": NOW - timedelta(hours=23)}, 0),
        ({"promised_at": NOW + timedelta(days=5)}, 0),
        ({"delivered_at": NOW - timedelta(days=7)}, 3),
        ({"delivered_at": NOW - timedelta(days=11)}, 0),
        ({"status": "cancelled"}, 0),
    ],
)
def test_days_late_are_whole_days_past_the_promise(fields: dict[str, datetime], days: int) -> None:
    order = replace(ORDER, **fields)  # type: ignore[arg-type]  # a mapping of mixed fields

    assert counted(order, NOW).days_late == days


LATE = replace(ORDER, id="ord_late", charge="ch_late", days_late=4)
LATER = replace(LATE, id="ord_later", charge="ch_later", placed_at=NOW - timedelta(days=15))
FRESH = replace(ORDER, id="ord_fresh", charge="ch_fresh", placed_at=NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("focus", "picked"),
    [
        ({}, LATER),
        ({"order": "ord_late"}, LATE),
        ({"order": "ORD_LATE"}, LATE),
        ({"order": "ord_unknown"}, None),
        ({"charge": "ch_fresh"}, FRESH),
        ({"charge": "ch_of_a_subscription"}, None),
        ({"order": "ord_late", "charge": "ch_fresh"}, LATE),
        ({"order": "", "charge": ""}, LATER),
    ],
)
def test_the_order_in_focus_is_meant_else_the_latest_late_one(focus: Focus, picked: Order | None) -> None:
    assert pick_order([FRESH, LATE, LATER], focus) == picked


def test_without_a_late_order_the_latest_is_meant() -> None:
    assert pick_order([ORDER, FRESH], {}) == FRESH
    assert pick_order([], {}) is None


PAID = replace(CHARGE, id="ch_late", order="ord_late")


@pytest.mark.parametrize(
    ("order", "focus", "picked"),
    [
        (None, {}, AGAIN),
        (LATE, {}, PAID),
        (FRESH, {}, None),
        (LATE, {"charge": "CH_1"}, CHARGE),
        (LATE, {"charge": "ch_unknown"}, None),
        (None, {"order": "ord_unknown"}, None),
    ],
)
def test_the_charge_in_focus_is_meant_else_the_orders(order: Order | None, focus: Focus, picked: Charge | None) -> None:
    assert pick_charge([AGAIN, PAID, CHARGE], order, focus) == picked


def test_without_charges_there_is_none() -> None:
    assert pick_charge([], None, {}) is None


def test_an_equal_charge_within_three_days_is_a_duplicate() -> None:
    pair = pick_duplicate([AGAIN, CHARGE], {})

    assert pair is not None
    assert (pair.charge, pair.of, pair.amount) == ("ch_2", "ch_1", 4900)
    assert pair.first_created_at < pair.created_at


@pytest.mark.parametrize(
    "fields",
    [
        {"created_at": NOW + timedelta(days=3, seconds=1)},
        {"amount": 4901},
        {"currency": "EUR"},
        {"description": "Business plan"},
        {"order": "ord_1"},
        {"refunded": 4900},
        {"id": "ch_1"},
    ],
)
def test_a_charge_that_differs_or_was_given_back_is_no_duplicate(fields: dict[str, object]) -> None:
    other = replace(AGAIN, **fields)  # type: ignore[arg-type]  # a mapping of mixed fields

    assert pick_duplicate([CHARGE, other], {}) is None


def test_when_the_first_was_given_back_nothing_is_a_duplicate() -> None:
    assert pick_duplicate([replace(CHARGE, refunded=4900), AGAIN], {}) is None


def test_of_three_equal_charges_two_are_duplicates_of_the_first() -> None:
    third = replace(AGAIN, id="ch_3")

    pairs = duplicates([third, AGAIN, CHARGE])

    assert [(pair.charge, pair.of) for pair in pairs] == [("ch_2", "ch_1"), ("ch_3", "ch_1")]


@pytest.mark.parametrize(("charge", "found"), [("ch_1", True), ("ch_2", True), ("ch_9", False)])
def test_a_charge_in_focus_picks_the_pair_that_holds_it(charge: str, found: bool) -> None:
    assert (pick_duplicate([CHARGE, AGAIN], {"charge": charge}) is not None) == found


@pytest.mark.parametrize(
    ("focus", "found"), [({}, True), ({"subscription": "SUB_1"}, True), ({"subscription": "x"}, False)]
)
def test_a_subscription_in_focus_must_be_the_customers(focus: Focus, found: bool) -> None:
    assert (pick_subscription(SUBSCRIPTION, focus) is not None) == found
    assert pick_subscription(None, focus) is None


def test_the_number_of_an_id_names_its_record_and_no_other() -> None:
    assert same_id("ord_1001", "1001")
    assert not same_id("ord_1001", "1")
    assert not same_id("ord_1001", "2001")
