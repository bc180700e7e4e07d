"""Facts as they are read from the demo company's systems over HTTP."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from records.clock import ManualClock
from records.ids import CustomerId
from tests.demo_fixtures import ADA, BEN, DEE, ELI, FAY, GUS, HANA, NOW, Demo
from tools.billing.facts import Charge, Subscription
from tools.commerce.facts import Order
from tools.commerce.sources import access_tracking, read_order, read_tracking
from tools.crm.facts import Customer
from tools.crm.sources import read_customer
from tools.sources import FactRead, Gap, read_fact
from tools.standard import KIT
from tools.systems import Systems

CLOCK = ManualClock(NOW)
SHOWN_BY = {
    "booking": CustomerId("cus_uma"),
    "dispute": CustomerId("cus_ulrich"),
    "invoice": CustomerId("cus_marta"),
    "plan_change": CustomerId("cus_lucie"),
    "trial": CustomerId("cus_vera"),
    "usage": CustomerId("cus_amara"),
    "entitlement": CustomerId("cus_ilse"),
}
"""Who in the seed has a fact that Ada has not."""
ABOUT = {"feature": {"feature": "single sign-on"}, "known_bug": {"duplicate_of": "bug_6001"}}
"""What must be in focus for a fact that has no record meant by default."""


async def value_of(
    name: str, systems: Systems, customer: CustomerId, focus: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    read = await read_fact(name, KIT.sources[name], systems, customer, focus or {}, CLOCK, 5)
    assert isinstance(read, FactRead), read
    return read.value


@pytest.mark.parametrize("name", [name for name, source in KIT.sources.items() if source.system != "history"])
async def test_a_fact_is_plain_json_with_its_source_and_time(name: str, demo: Demo, systems: Systems) -> None:
    read = await read_fact(name, KIT.sources[name], systems, SHOWN_BY.get(name, ADA), ABOUT.get(name, {}), CLOCK, 5)

    assert isinstance(read, FactRead)
    assert read.value is not None
    assert set(read.value) == {field.name for field in fields(KIT.facts[name])}
    assert {type(field) for field in read.value.values()} <= {str, int, bool, list, type(None)}
    assert (read.fact, read.source, read.read_at) == (name, KIT.sources[name].system, NOW)


async def test_what_staff_know_about_a_customer_is_not_for_the_customer(systems: Systems) -> None:
    who = await read_fact("customer", KIT.sources["customer"], systems, ADA, {}, CLOCK, 5)
    order = await read_fact("order", KIT.sources["order"], systems, ADA, {}, CLOCK, 5)

    assert isinstance(who, FactRead)
    assert isinstance(order, FactRead)
    assert (who.visible, order.visible) == (True, True)
    assert KIT.sources["customer"].hidden == ("tier", "lifetime_value")


@pytest.mark.parametrize(
    ("customer", "focus", "name", "expected"),
    [
        (ADA, {}, "order", {"id": "ord_1001", "days_late": 12, "total": 4800, "delivered_at": None}),
        (ADA, {"charge": "ch_2002"}, "order", None),
        (ADA, {}, "duplicate_charge", {"charge": "ch_2002", "of": "ch_2001", "amount": 4900}),
        (ADA, {}, "charge", {"id": "ch_1001", "order": "ord_1001"}),
        (ADA, {"charge": "ch_2002"}, "charge", {"id": "ch_2002", "order": ""}),
        (ADA, {}, "tracking", {"order": "ord_1001", "status": "in_transit"}),
        (ADA, {}, "subscription", {"id": "sub_2001", "status": "active", "price": 4900}),
        (ADA, {}, "incident", {"id": "inc_3001"}),
        (BEN, {}, "order", {"id": "ord_1002", "days_late": 6, "total": 24000}),
        (BEN, {"order": "ord_1001"}, "order", None),
        (BEN, {"order": "ord_1001"}, "tracking", None),
        (BEN, {"charge": "ch_1001"}, "charge", None),
        (BEN, {}, "duplicate_charge", None),
        (DEE, {}, "order", {"id": "ord_1004", "status": "processing", "days_late": 0}),
        (DEE, {}, "tracking", None),
        (ELI, {}, "order", {"id": "ord_1006", "days_late": 5, "status": "delivered"}),
        (ELI, {"order": "ord_1005"}, "order", {"id": "ord_1005", "days_late": 0, "status": "dispatched"}),
        (FAY, {}, "order", {"refunded": 2000, "total": 6000}),
        (FAY, {}, "charge", {"refunded": 2000, "amount": 6000}),
        (GUS, {}, "order", None),
        (GUS, {}, "charge", {"id": "ch_2007"}),
        (GUS, {}, "subscription", {"status": "cancelled"}),
        (HANA, {}, "order", {"id": "ord_1010", "days_late": 8, "total": 6000}),
        (CustomerId("cus_nobody"), {}, "customer", None),
        (CustomerId("cus_nobody"), {}, "subscription", None),
    ],
)
async def test_the_seed_tells_its_stories(
    customer: CustomerId, focus: Mapping[str, str], name: str, expected: dict[str, Any] | None, systems: Systems
) -> None:
    value = await value_of(name, systems, customer, focus)

    assert (value if value is None else {field: value[field] for field in expected or value}) == expected


async def test_a_delivery_that_comes_twice_is_no_duplicate_charge(demo: Demo, systems: Systems) -> None:
    await demo.fault("billing", "charges", "answer_twice")

    assert await value_of("duplicate_charge", systems, BEN) is None


async def test_a_system_that_is_down_is_a_gap(demo: Demo, systems: Systems) -> None:
    await demo.fault("commerce", "*", "fail_before")

    read = await read_fact("order", KIT.sources["order"], systems, ADA, {}, CLOCK, 5)

    assert read == Gap(fact="order", source="commerce", reason="commerce is down.")


async def test_a_gap_names_the_system_that_failed(demo: Demo, systems: Systems) -> None:
    await demo.fault("commerce", "orders", "fail_after")

    read = await read_fact("charge", KIT.sources["charge"], systems, ADA, {}, CLOCK, 5)

    assert read == Gap(fact="charge", source="commerce", reason="commerce failed with 500.")


async def test_a_slow_system_is_a_gap_after_the_readers_patience(demo: Demo, systems: Systems) -> None:
    await demo.fault("crm", "customer", "slow", seconds=0.2)

    read = await read_fact("customer", KIT.sources["customer"], systems, ADA, {}, CLOCK, 0.05)

    assert read == Gap(fact="customer", source="crm", reason="No answer within 0.05 seconds.")


async def test_a_slow_system_is_a_gap_after_the_clients_patience(demo: Demo, hasty_systems: Systems) -> None:
    await demo.fault("crm", "customer", "timeout_after")

    read = await read_fact("customer", KIT.sources["customer"], hasty_systems, ADA, {}, CLOCK, 5)

    assert isinstance(read, Gap)
    assert read.reason == "crm did not answer (ReadTimeout)."


class SomebodyElses:
    """A system that answers with Ada's records, whoever asks."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems

    async def customer(self, customer: CustomerId) -> Customer | None:
        return await self.systems.crm.customer(ADA)

    async def orders(self, customer: CustomerId) -> list[Order]:
        return await self.systems.commerce.orders(ADA)

    async def charges(self, customer: CustomerId) -> list[Charge]:
        return await self.systems.billing.charges(ADA)

    async def subscription(self, customer: CustomerId) -> Subscription | None:
        return await self.systems.billing.subscription(ADA)


@pytest.mark.parametrize("name", ["customer", "order", "tracking", "charge", "duplicate_charge", "subscription"])
async def test_somebody_elses_record_is_dropped(name: str, systems: Systems) -> None:
    leaky: Any = SomebodyElses(systems)
    careless = systems.with_ports(crm=leaky, commerce=leaky, billing=leaky)

    assert await value_of(name, systems, ADA) is not None
    assert await value_of(name, careless, BEN) is None


async def test_a_parcel_of_another_order_is_dropped(systems: Systems) -> None:
    order = await read_order(systems, ADA, {}, NOW)
    parcel = await read_tracking(systems, ADA, {}, NOW)

    assert order is not None
    assert parcel is not None
    assert access_tracking(parcel, order) == parcel
    assert access_tracking(replace(parcel, order="ord_1002"), order) is None
    assert access_tracking(None, order) is None


async def test_a_customer_who_is_not_there_is_none(systems: Systems) -> None:
    assert await read_customer(systems, CustomerId("cus_nobody"), {}, NOW) is None
