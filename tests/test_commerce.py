"""Goods: what is lost, in stock, sent again, sent in parts or cancelled; and an account that is deleted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from records.ids import CustomerId
from tests.action_case import FAULTS, Action, fact
from tests.demo_fixtures import NOW, Demo
from tools.commerce.facts import Order, Stock, Tracking
from tools.commerce.sources import access_stock, followed, pick_order
from tools.executor import Done, NotDone
from tools.systems import Systems

INES, KLAUS, LEA = CustomerId("cus_ines"), CustomerId("cus_klaus"), CustomerId("cus_lea")
MATEO, NAO, VIKTOR = CustomerId("cus_mateo"), CustomerId("cus_nao"), CustomerId("cus_viktor")
RESHIP = Action(
    tool="reship_order",
    system="commerce",
    operation="reship",
    kind="replacement",
    customer=INES,
    arguments={"order": "ord_5001", "cause": "lost"},
)
SPLIT = Action(
    tool="split_shipment",
    system="commerce",
    operation="split",
    kind="split",
    customer=MATEO,
    arguments={"order": "ord_5004"},
)
CANCEL = Action(
    tool="cancel_order",
    system="commerce",
    operation="cancel",
    kind="order_cancellation",
    customer=NAO,
    arguments={"order": "ord_5005"},
)
DELETE = Action(
    tool="delete_account",
    system="crm",
    operation="delete",
    kind="deletion",
    customer=VIKTOR,
    arguments={"account": "cus_viktor"},
)
ACTIONS = [RESHIP, SPLIT, CANCEL, DELETE]
PARCEL = Tracking(
    order="ord_1",
    carrier="Northern Parcel",
    status="in_transit",
    last_event="Left the depot",
    last_event_at=NOW - timedelta(days=9, hours=5),
)
STOCK = Stock(order="ord_1", customer="cus_ines", available=[], missing=[], restocked_at=None)


@pytest.mark.parametrize("action", ACTIONS, ids=str)
@pytest.mark.parametrize("mode", FAULTS)
async def test_a_lost_or_doubled_answer_leaves_one_effect(
    action: Action, mode: str, demo: Demo, hasty_systems: Systems
) -> None:
    key = await action.key(hasty_systems)
    await demo.fault(action.system, action.operation, mode)

    outcome = await action.carried_out(hasty_systems, key)

    [effect] = await demo.effects()
    assert isinstance(outcome, Done)
    assert (effect["kind"], effect["customer"]) == (action.kind, action.customer)
    assert outcome.receipt.reference == effect["reference"]
    assert outcome.receipt.amount == effect["amount"]


@pytest.mark.parametrize("action", ACTIONS, ids=str)
async def test_what_was_done_before_a_crash_is_found_and_not_repeated(
    action: Action, demo: Demo, systems: Systems
) -> None:
    key = await action.key(systems)
    first = await action.carried_out(systems, key)

    second = await action.recovered(systems, key)

    assert first == second
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize("action", ACTIONS, ids=str)
async def test_nobody_does_it_to_another_customers_record(action: Action, demo: Demo, systems: Systems) -> None:
    theirs = replace(action, customer=LEA)
    if action is DELETE:
        assert (await theirs.key(systems)).endswith(":?")
        return

    outcome = await theirs.carried_out(systems, await action.key(systems))

    assert isinstance(outcome, NotDone)
    assert await demo.effects() == []


@pytest.mark.parametrize(
    ("action", "key"),
    [
        (RESHIP, "reship_order:ord_5001:once"),
        (replace(RESHIP, arguments={"order": "ord_5001", "cause": "damaged"}), "reship_order:ord_5001:once"),
        (SPLIT, "split_shipment:ord_5004:once"),
        (CANCEL, "cancel_order:ord_5005:once"),
        (DELETE, "delete_account:099522d4f2da:deletion@1"),
    ],
)
async def test_an_order_is_replaced_split_or_cancelled_once(action: Action, key: str, systems: Systems) -> None:
    assert await action.key(systems) == key


async def test_a_replacement_is_an_order_of_the_same_goods_that_costs_nothing(demo: Demo, systems: Systems) -> None:
    await RESHIP.carried_out(systems, await RESHIP.key(systems))

    again = await demo.record("order", "ord_5001r1")
    assert (await demo.record("order", "ord_5001"))["replacement"] == "ord_5001r1"
    assert (again["items"], again["total"], again["charge"]) == (["Tide sensor", "Tide sensor"], 0, "")
    assert (await demo.record("product", "tide-sensor"))["on_hand"] == 138


@pytest.mark.parametrize(
    ("kind", "id_", "fields"),
    [
        ("order", "ord_5001", {"refunded": 100}),
        ("order", "ord_5001", {"dispatched_at": None}),
        ("product", "tide-sensor", {"on_hand": 1}),
    ],
)
async def test_the_shop_sends_nothing_again_that_was_paid_back_never_left_or_is_out_of_stock(
    kind: str, id_: str, fields: dict[str, Any], demo: Demo, systems: Systems
) -> None:
    await demo.put(kind, id_, **fields)

    outcome = await RESHIP.carried_out(systems, "reship_order:ord_5001:once")

    assert isinstance(outcome, NotDone)
    assert await demo.effects() == []


async def test_what_is_missing_of_a_split_order_becomes_an_order_of_its_own(demo: Demo, systems: Systems) -> None:
    await SPLIT.carried_out(systems, await SPLIT.key(systems))

    sent, rest = await demo.record("order", "ord_5004"), await demo.record("order", "ord_5004s1")
    assert (sent["status"], sent["items"], sent["rest"]) == ("dispatched", ["Tide sensor"] * 2, "ord_5004s1")
    assert (rest["status"], rest["items"]) == ("processing", ["Salinity probe"])
    assert datetime.fromisoformat(rest["promised_at"]) == NOW + timedelta(days=20)


async def test_a_cancelled_order_gives_back_all_that_is_left_of_its_price(demo: Demo, systems: Systems) -> None:
    await demo.put("order", "ord_5005", refunded=800)
    await demo.put("charge", "ch_5005", refunded=800)

    outcome = await CANCEL.carried_out(systems, await CANCEL.key(systems))

    assert isinstance(outcome, Done)
    assert (outcome.receipt.amount, outcome.receipt.currency) == (4000, "USD")
    assert (await demo.record("charge", "ch_5005"))["refunded"] == 4800


async def test_an_account_is_erased_in_thirty_days(demo: Demo, systems: Systems) -> None:
    await DELETE.carried_out(systems, await DELETE.key(systems))

    deleted = datetime.fromisoformat((await demo.record("customer", "cus_viktor"))["deletes_at"])
    assert timedelta(0) <= deleted - NOW - timedelta(days=30) < timedelta(minutes=5)


async def test_a_deletion_that_was_stopped_can_be_asked_for_once_more(demo: Demo, systems: Systems) -> None:
    first = await DELETE.key(systems)
    await DELETE.carried_out(systems, first)
    await demo.put("customer", "cus_viktor", deletes_at=None)

    second = await DELETE.key(systems)

    assert second != first
    assert isinstance(await DELETE.carried_out(systems, second), Done)
    assert len(await demo.effects()) == 2


@pytest.mark.parametrize(
    ("customer", "name", "focus", "expected"),
    [
        (INES, "tracking", {}, {"status": "lost", "exception": "lost", "days_silent": 5}),
        (KLAUS, "tracking", {}, {"status": "in_transit", "exception": "", "days_silent": 9}),
        (LEA, "tracking", {}, {"status": "delivered", "days_silent": 0}),
        (INES, "stock", {}, {"available": ["Tide sensor", "Tide sensor"], "missing": [], "restocked_at": None}),
        (KLAUS, "stock", {}, {"available": [], "missing": ["Salinity probe"]}),
        (MATEO, "stock", {}, {"missing": ["Salinity probe"], "restocked_at": "2026-07-01T12:00:00Z"}),
        (INES, "stock", {"order": "ord_5002"}, None),
        (VIKTOR, "stock", {}, None),
    ],
)
async def test_what_the_seed_shows_of_parcels_and_stock(
    customer: CustomerId, name: str, focus: dict[str, str], expected: dict[str, Any] | None, systems: Systems
) -> None:
    value = await fact(name, systems, customer, focus)

    assert (value if value is None else {field: value[field] for field in expected or value}) == expected


async def test_what_the_shop_does_not_know_is_missing_and_nobody_knows_until_when(demo: Demo, systems: Systems) -> None:
    await demo.put("order", "ord_5001", items=["Tide sensor", "Foghorn"])

    value = await fact("stock", systems, INES)

    assert value is not None
    assert (value["available"], value["missing"], value["restocked_at"]) == (["Tide sensor"], ["Foghorn"], None)


def test_a_parcel_is_silent_in_whole_days_until_it_is_delivered() -> None:
    assert followed(PARCEL, NOW).days_silent == 9
    assert followed(replace(PARCEL, status="delivered"), NOW).days_silent == 0
    assert followed(replace(PARCEL, last_event_at=NOW + timedelta(hours=1)), NOW).days_silent == 0


def test_the_stock_of_another_order_is_dropped(order: Order) -> None:
    assert access_stock(STOCK, order) == STOCK
    assert access_stock(replace(STOCK, order="ord_2"), order) is None
    assert access_stock(None, order) is None


def test_an_order_that_was_replaced_is_not_the_late_one_that_is_meant(order: Order) -> None:
    late = replace(order, days_late=8, replacement="ord_1r1")
    fresh = replace(order, id="ord_1r1", placed_at=NOW)

    assert pick_order([late, fresh], {}) == fresh
    assert pick_order([late, fresh], {"order": "ord_1"}) == late


@pytest.fixture
def order() -> Order:
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    return Order(
        id="ord_1",
        customer="cus_ines",
        status="dispatched",
        items=["Tide sensor"],
        total=4800,
        currency="USD",
        refunded=0,
        charge="ch_1",
        address="1 Quay Street",
        revision=1,
        days_late=0,
        placed_at=moment,
        promised_at=moment,
        dispatched_at=moment,
        delivered_at=None,
    )
