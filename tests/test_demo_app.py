"""The demo company: what its systems refuse, what they do to its records, and how tests arrange them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from records.clock import ManualClock, SystemClock
from records.database import open_database
from records.ids import CustomerId, LedgerKey
from tests.demo_fixtures import ADA, BEN, DEE, FAY, GUS, NOW, Demo
from tools.answers import SystemRefused, SystemUnavailable
from tools.demo.app import create_demo
from tools.demo.desk import DemoClock
from tools.demo.faults import Fault, Faults
from tools.systems import Systems

KEY = LedgerKey("key")


async def test_a_refund_shows_on_the_charge_and_on_its_order(demo: Demo, systems: Systems) -> None:
    await systems.billing.refund(FAY, "ch_1007", 1000, "late", KEY)

    assert (await demo.record("charge", "ch_1007"))["refunded"] == 3000
    assert (await demo.record("order", "ord_1007"))["refunded"] == 3000


async def test_a_refund_of_a_subscriptions_charge_touches_no_order(demo: Demo, systems: Systems) -> None:
    await systems.billing.refund(ADA, "ch_2002", 4900, "duplicate", KEY)

    assert (await demo.record("charge", "ch_2002"))["refunded"] == 4900
    assert (await demo.record("order", "ord_1001"))["refunded"] == 0


@pytest.mark.parametrize(
    ("customer", "charge", "amount"),
    [(FAY, "ch_1007", 4001), (BEN, "ch_1007", 100), (BEN, "ch_none", 100), (FAY, "ch_1007", 0)],
)
async def test_a_refund_too_large_or_of_somebody_elses_charge_is_refused(
    customer: CustomerId, charge: str, amount: int, demo: Demo, systems: Systems
) -> None:
    with pytest.raises(SystemRefused):
        await systems.billing.refund(customer, charge, amount, "late", KEY)

    assert await demo.effects() == []


async def test_two_refunds_at_once_do_not_exceed_the_charge(demo: Demo, systems: Systems) -> None:
    calls = [systems.billing.refund(ADA, "ch_1001", 3000, "late", LedgerKey(f"key-{n}")) for n in range(4)]

    answers = await asyncio.gather(*calls, return_exceptions=True)

    assert sum(isinstance(answer, SystemRefused) for answer in answers) == 3
    assert [row["amount"] for row in await demo.effects()] == [3000]


async def test_a_refund_without_a_key_is_refused(demo: Demo) -> None:
    body = {"customer": ADA, "charge": "ch_1001", "amount": 100, "reason": "late"}

    answer = await demo.http.post("/billing/refund", json=body)

    assert answer.status_code == 422
    assert await demo.effects() == []


async def test_a_cancellation_at_the_periods_end_sets_the_end(demo: Demo, systems: Systems) -> None:
    await systems.billing.cancel(ADA, "sub_2001", True, KEY)

    subscription = await demo.record("subscription", "sub_2001")
    assert subscription["status"] == "active"
    assert subscription["cancel_at"] == subscription["renews_at"]


async def test_a_cancellation_now_ends_it_now_even_if_an_end_was_set(demo: Demo, systems: Systems) -> None:
    await systems.billing.cancel(ADA, "sub_2001", True, KEY)
    await systems.billing.cancel(ADA, "sub_2001", False, LedgerKey("another"))

    subscription = await demo.record("subscription", "sub_2001")
    assert subscription["status"] == "cancelled"
    assert datetime.fromisoformat(subscription["cancel_at"]) - NOW < timedelta(minutes=1)


async def test_a_second_cancellation_of_one_period_has_the_first_ones_effect(demo: Demo, systems: Systems) -> None:
    first = await systems.billing.cancel(ADA, "sub_2001", True, KEY)

    assert await systems.billing.cancel(ADA, "sub_2001", True, KEY) == first
    with pytest.raises(SystemRefused, match="already ends"):
        await systems.billing.cancel(ADA, "sub_2001", True, LedgerKey("another"))
    assert len(await demo.effects(system="billing", customer=ADA)) == 1


async def test_what_has_ended_cannot_be_cancelled(systems: Systems) -> None:
    with pytest.raises(SystemRefused, match="cancelled already"):
        await systems.billing.cancel(GUS, "sub_2004", False, KEY)
    with pytest.raises(SystemRefused, match="no such subscription"):
        await systems.billing.cancel(GUS, "sub_2001", False, KEY)


async def test_an_address_changes_only_before_dispatch_and_for_its_owner(demo: Demo, systems: Systems) -> None:
    await systems.commerce.change_address(DEE, "ord_1004", "1 Quay")

    with pytest.raises(SystemRefused, match="has left"):
        await systems.commerce.change_address(ADA, "ord_1001", "1 Quay")
    with pytest.raises(SystemRefused, match="no such order"):
        await systems.commerce.change_address(ADA, "ord_1004", "1 Quay")
    order = await demo.record("order", "ord_1004")
    assert (order["address"], order["revision"]) == ("1 Quay", 2)


async def test_the_tracker_files_whatever_comes_as_often_as_it_comes(demo: Demo, systems: Systems) -> None:
    first = await systems.tracker.file(ADA, "Broken", "It stops.")
    second = await systems.tracker.file(ADA, "Broken", "It stops.")

    assert [row["reference"] for row in await demo.effects(object="Broken")] == [first.reference, second.reference]


async def test_a_fault_is_used_up(demo: Demo, systems: Systems) -> None:
    await demo.fault("crm", "customer", "fail_before", times=2)

    for _ in range(2):
        with pytest.raises(SystemUnavailable):
            await systems.crm.customer(ADA)
    assert await systems.crm.customer(ADA) is not None


async def test_faults_are_cleared(demo: Demo, systems: Systems) -> None:
    await demo.fault("crm", "*", "fail_before", times=9)

    (await demo.http.delete("/faults")).raise_for_status()

    assert await systems.crm.customer(ADA) is not None


def test_an_operations_own_switch_goes_before_its_systems() -> None:
    faults = Faults()
    faults.set("crm", "*", Fault(mode="fail_before", times=1, seconds=0))
    faults.set("crm", "customer", Fault(mode="slow", times=1, seconds=0))

    met = [faults.take("crm", "customer") for _ in range(3)]

    assert [fault and fault.mode for fault in met] == ["slow", "fail_before", None]


async def test_a_record_can_be_added_and_changed(demo: Demo, systems: Systems) -> None:
    theirs = await demo.record("order", "ord_1001")
    await demo.put("order", "ord_9", **theirs | {"customer": "cus_new", "charge": "ch_9"})
    await demo.put("order", "ord_9", total=1)

    [order] = await systems.commerce.orders(CustomerId("cus_new"))
    assert (order.id, order.total, order.customer) == ("ord_9", 1, "cus_new")


async def test_a_customer_owns_their_own_record_and_a_parcel_is_its_orders(demo: Demo, systems: Systems) -> None:
    await demo.put("customer", "cus_new", **await demo.record("customer", "cus_ada") | {"name": "New"})
    await demo.put("tracking", "ord_1004", **await demo.record("tracking", "ord_1001"))

    customer = await systems.crm.customer(CustomerId("cus_new"))
    parcel = await systems.commerce.tracking(DEE, "ord_1004")
    assert customer is not None
    assert customer.name == "New"
    assert parcel is not None
    assert parcel.order == "ord_1004"


@pytest.mark.parametrize("body", [{"total": 1}, {"nonsense": 1}])
async def test_half_a_record_is_refused(body: dict[str, Any], demo: Demo) -> None:
    answer = await demo.http.put("/records/order/ord_9", json=body)

    assert answer.status_code == 422
    assert (await demo.http.get("/records/order/ord_9")).status_code == 404


async def test_a_reset_brings_the_seed_back(demo: Demo, systems: Systems) -> None:
    await systems.billing.refund(ADA, "ch_1001", 100, "late", KEY)

    (await demo.http.post("/reset", json={})).raise_for_status()

    assert await demo.effects() == []
    assert (await demo.record("charge", "ch_1001"))["refunded"] == 0


async def test_a_reset_can_leave_everything_empty(demo: Demo, systems: Systems) -> None:
    (await demo.http.post("/reset", json={"empty": True})).raise_for_status()

    assert await systems.crm.customer(ADA) is None
    assert await systems.incidents.incidents() == []


def test_the_demo_companys_time_runs_on_from_where_it_was_set() -> None:
    machine = ManualClock(NOW)
    clock = DemoClock(machine)

    clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    machine.advance(timedelta(hours=1))

    assert clock.now() == datetime(2030, 1, 1, 1, tzinfo=UTC)
    clock.set(None)
    assert clock.now() == machine.now()


async def test_it_seeds_empty_tables_once_and_keeps_what_is_there(database_url: Callable[[], str]) -> None:
    url = database_url()
    for _ in range(2):
        app = create_demo(url, SystemClock())
        async with app.router.lifespan_context(app), app.state.desk.database.transaction() as conn:
            await conn.execute("UPDATE demo.records SET customer = customer || '!'")

    async with open_database(url, size=2) as database, database.transaction() as conn:
        row = await (await conn.execute("SELECT customer FROM demo.records WHERE id = 'ch_1001'")).fetchone()
    assert row == ("cus_ada!!",)


async def test_it_says_that_it_is_there(demo: Demo) -> None:
    assert (await demo.http.get("/health")).json() == {"status": "ok"}
