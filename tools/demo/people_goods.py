"""Customers who show what happens to goods on their way: parcels that are lost or damaged, stock, orders that are split."""

from datetime import datetime

from tools.demo import make, make_access
from tools.demo.make import Fact


def people(now: datetime) -> list[Fact]:
    return [
        *_warehouse(now),
        *_ines(now),
        *_klaus(now),
        *_lea(now),
        *_mateo(now),
        *_nao(now),
    ]


def _warehouse(now: datetime) -> list[Fact]:
    return [
        make_access.product(now, "Tide sensor", 140),
        make_access.product(now, "Harbour hub", 23),
        make_access.product(now, "Mounting kit", 60),
        make_access.product(now, "Salinity probe", 0, restocked=16),
    ]


def _ines(now: datetime) -> list[Fact]:
    """Standard, in Portuguese: the carrier has lost her parcel, and everything in it is in stock."""
    return [
        make.customer(
            now,
            "cus_ines",
            "Inês Carvalho",
            plan="team",
            tier="standard",
            country="PT",
            value=74_000,
            days=230,
            language="pt",
        ),
        *make.shipped(now, "5001", "cus_ines", total=9_600, items=["Tide sensor"] * 2, placed=14, promised=8),
        make.tracking(now, "ord_5001", "lost", "Not found in the depot in Lisbon", days=5, exception="lost"),
        make.subscription(now, "sub_5001", "cus_ines", plan="team", price=4_900, started=230, renews=11),
    ]


def _klaus(now: datetime) -> list[Fact]:
    """Standard, in German: nobody has heard of his parcel for nine days, and what was in it is out of stock."""
    return [
        make.customer(
            now,
            "cus_klaus",
            "Klaus Brandt",
            plan="starter",
            tier="standard",
            country="DE",
            value=28_000,
            days=120,
            language="de",
        ),
        *make.shipped(now, "5002", "cus_klaus", total=6_900, items=["Salinity probe"], placed=12, promised=4),
        make.tracking(now, "ord_5002", "in_transit", "Left the depot in Kassel", days=9),
        make.subscription(now, "sub_5002", "cus_klaus", plan="starter", price=1_900, started=120, renews=3),
    ]


def _lea(now: datetime) -> list[Fact]:
    """Business, in French: a hub that came three days ago, on time, with a broken case."""
    return [
        make.customer(
            now,
            "cus_lea",
            "Léa Moreau",
            plan="business",
            tier="business",
            country="FR",
            value=460_000,
            days=480,
            language="fr",
        ),
        *make.shipped(now, "5003", "cus_lea", total=18_000, items=["Harbour hub"], placed=9, promised=2, delivered=3),
        make.tracking(now, "ord_5003", "delivered", "Handed over at the reception", days=3),
        make.subscription(now, "sub_5003", "cus_lea", plan="business", price=14_900, started=480, renews=18),
    ]


def _mateo(now: datetime) -> list[Fact]:
    """Standard, in Spanish: an order that waits for a probe that is out of stock, while the sensors are there."""
    return [
        make.customer(
            now,
            "cus_mateo",
            "Mateo Ruiz",
            plan="team",
            tier="standard",
            country="MX",
            value=97_000,
            days=310,
            language="es",
        ),
        *make.bought(
            now,
            "5004",
            "cus_mateo",
            total=16_500,
            items=["Tide sensor", "Tide sensor", "Salinity probe"],
            placed=3,
            promised=-4,
        ),
        make.subscription(now, "sub_5004", "cus_mateo", plan="team", price=4_900, started=310, renews=25),
    ]


def _nao(now: datetime) -> list[Fact]:
    """Standard, in Japanese: an order of this morning that has not left."""
    return [
        make.customer(
            now,
            "cus_nao",
            "Nao Tanaka",
            plan="starter",
            tier="standard",
            country="JP",
            value=19_000,
            days=90,
            language="ja",
        ),
        *make.bought(now, "5005", "cus_nao", total=4_800, items=["Tide sensor"], placed=0, promised=-8),
        make.subscription(now, "sub_5005", "cus_nao", plan="starter", price=1_900, started=90, renews=1),
    ]
