"""The demo company's customers and what each of them is there to show. All times are relative to `now`."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from records.sql import Connection
from tools.demo import (
    make,
    people_access,
    people_billing,
    people_goods,
    people_plans,
    people_product,
    product_records,
    store,
)
from tools.demo.make import Fact
from tools.demo.store import Record
from tools.demo.systems import KINDS
from tools.incidents.facts import Incident


async def plant(conn: Connection, now: datetime) -> None:
    """Writes the seed into empty tables."""
    await store.save_all(conn, [record_of(fact) for fact in facts(now.replace(microsecond=0))])


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])


def record_of(fact: Fact) -> Record:
    """A record that names no customer (an incident; a parcel, which is its order's) belongs to nobody."""
    kind = next(kind for kind, its_type in KINDS.items() if its_type is type(fact))
    body = _adapter(kind).dump_python(fact, mode="json")
    owner = body["id"] if kind == "customer" else body.get("customer", "")
    return Record(kind=kind, id=body["order"] if kind == "tracking" else body["id"], customer=owner, body=body)


def facts(now: datetime) -> list[Fact]:
    return [
        *_ada(now),
        *_ben(now),
        *_cho(now),
        *_dee(now),
        *_eli(now),
        *_fay(now),
        *_gus(now),
        *_hana(now),
        *_incidents(now),
        *people_billing.people(now),
        *people_plans.people(now),
        *people_product.people(now),
        *people_goods.people(now),
        *people_access.people(now),
        *product_records.records(now),
    ]


def _ada(now: datetime) -> list[Fact]:
    """Business: an order 12 days late, and the same subscription charge twice."""
    return [
        make.customer(
            now, "cus_ada", "Ada Lindqvist", plan="team", tier="business", country="SE", value=312_000, days=640
        ),
        *make.shipped(now, "1001", "cus_ada", total=4_800, items=["Tide sensor"], placed=22, promised=12),
        make.tracking(now, "ord_1001", "in_transit", "Left the depot in Malmö", days=13),
        make.subscription(
            now, "sub_2001", "cus_ada", plan="team", price=4_900, started=640, renews=27, charge="ch_2001"
        ),
        make.charge(now, "ch_2001", "cus_ada", 4_900, "Team plan, monthly", days=3),
        make.charge(now, "ch_2002", "cus_ada", 4_900, "Team plan, monthly", days=2),
    ]


def _ben(now: datetime) -> list[Fact]:
    """Standard: a late order that costs more than may be refunded without a person."""
    return [
        make.customer(
            now, "cus_ben", "Ben Okafor", plan="starter", tier="standard", country="US", value=41_000, days=210
        ),
        *make.shipped(
            now, "1002", "cus_ben", total=24_000, items=["Harbour hub", "Tide sensor"], placed=16, promised=6
        ),
        make.tracking(now, "ord_1002", "in_transit", "Held at customs", days=5),
        make.subscription(
            now, "sub_2002", "cus_ben", plan="starter", price=1_900, started=210, renews=12, charge="ch_2003"
        ),
        make.charge(now, "ch_2003", "cus_ben", 1_900, "Starter plan, monthly", days=18),
    ]


def _cho(now: datetime) -> list[Fact]:
    """Enterprise: everything arrived on time."""
    return [
        make.customer(
            now, "cus_cho", "Cho Minseo", plan="enterprise", tier="enterprise", country="KR", value=9_640_000, days=900
        ),
        *make.shipped(
            now, "1003", "cus_cho", total=96_000, items=["Harbour hub"] * 4, placed=17, promised=9, delivered=10
        ),
        make.tracking(now, "ord_1003", "delivered", "Signed for at the front desk", days=10),
        make.subscription(
            now,
            "sub_2003",
            "cus_cho",
            plan="enterprise",
            price=1_200_000,
            started=900,
            renews=190,
            interval="year",
            charge="ch_2004",
        ),
        make.charge(now, "ch_2004", "cus_cho", 1_200_000, "Enterprise plan, yearly", days=175),
    ]


def _dee(now: datetime) -> list[Fact]:
    """Standard: an order that has not left yet, so that its address can change."""
    return [
        make.customer(now, "cus_dee", "Dee Walker", plan="team", tier="standard", country="GB", value=88_000, days=320),
        *make.bought(now, "1004", "cus_dee", total=7_200, items=["Tide sensor"], placed=1, promised=-6),
        make.subscription(
            now, "sub_2005", "cus_dee", plan="team", price=4_900, started=320, renews=20, charge="ch_2005"
        ),
        make.charge(now, "ch_2005", "cus_dee", 4_900, "Team plan, monthly", days=10),
    ]


def _eli(now: datetime) -> list[Fact]:
    """Standard: one order on its way and not late, one that came late but 45 days ago."""
    return [
        make.customer(
            now, "cus_eli", "Eli Navarro", plan="starter", tier="standard", country="ES", value=35_500, days=150
        ),
        *make.shipped(now, "1005", "cus_eli", total=5_400, items=["Tide sensor"], placed=4, promised=-2),
        make.tracking(now, "ord_1005", "in_transit", "Arrived in Valencia", days=1),
        *make.shipped(
            now, "1006", "cus_eli", total=6_900, items=["Salinity probe"], placed=60, promised=50, delivered=45
        ),
        make.tracking(now, "ord_1006", "delivered", "Left with a neighbour", days=45),
    ]


def _fay(now: datetime) -> list[Fact]:
    """Business: an order that came late, of which a part was refunded."""
    return [
        make.customer(
            now, "cus_fay", "Fay Dubois", plan="business", tier="business", country="FR", value=540_000, days=510
        ),
        *make.shipped(
            now,
            "1007",
            "cus_fay",
            total=6_000,
            items=["Tide sensor", "Mounting kit"],
            placed=14,
            promised=8,
            delivered=5,
            refunded=2_000,
        ),
        make.tracking(now, "ord_1007", "delivered", "Delivered", days=5),
        make.subscription(
            now, "sub_2006", "cus_fay", plan="business", price=14_900, started=510, renews=6, charge="ch_2006"
        ),
        make.charge(now, "ch_2006", "cus_fay", 14_900, "Business plan, monthly", days=24),
    ]


def _gus(now: datetime) -> list[Fact]:
    """Standard: a subscription that ended, and no orders."""
    return [
        make.customer(
            now, "cus_gus", "Gus Petersen", plan="starter", tier="standard", country="DK", value=22_800, days=400
        ),
        make.subscription(
            now,
            "sub_2004",
            "cus_gus",
            plan="starter",
            price=1_900,
            started=400,
            renews=-9,
            status="cancelled",
            ended=9,
            charge="ch_2007",
        ),
        make.charge(now, "ch_2007", "cus_gus", 1_900, "Starter plan, monthly", days=39),
    ]


def _hana(now: datetime) -> list[Fact]:
    """Standard: three late orders, 230.00 together, so that a budget of 200.00 in 30 days is reached."""
    return [
        make.customer(
            now, "cus_hana", "Hana Mori", plan="team", tier="standard", country="JP", value=120_000, days=280
        ),
        *make.shipped(now, "1008", "cus_hana", total=8_000, items=["Tide sensor"], placed=25, promised=15),
        *make.shipped(now, "1009", "cus_hana", total=9_000, items=["Salinity probe"], placed=21, promised=11),
        *make.shipped(now, "1010", "cus_hana", total=6_000, items=["Mounting kit"], placed=18, promised=8),
        make.tracking(now, "ord_1008", "in_transit", "Left Osaka", days=14),
        make.tracking(now, "ord_1009", "in_transit", "Left Osaka", days=12),
        make.tracking(now, "ord_1010", "in_transit", "Handed to the carrier", days=10),
        make.subscription(
            now, "sub_2007", "cus_hana", plan="team", price=4_900, started=280, renews=22, charge="ch_2008"
        ),
        make.charge(now, "ch_2008", "cus_hana", 4_900, "Team plan, monthly", days=8),
    ]


def _incidents(now: datetime) -> list[Fact]:
    return [
        Incident(
            id="inc_3001",
            title="Sensor readings appear with a delay",
            component="sensor sync",
            status="investigating",
            started_at=now - timedelta(hours=2),
            update="Readings arrive up to 40 minutes late. None are lost. We are looking for the cause.",
            updated_at=now - timedelta(minutes=25),
            resolved_at=None,
        ),
        Incident(
            id="inc_3000",
            title="Sign-in was slow",
            component="sign-in",
            status="resolved",
            started_at=now - timedelta(days=20),
            update="Signing in is as fast as usual again.",
            updated_at=now - timedelta(days=20),
            resolved_at=now - timedelta(days=20),
        ),
    ]
