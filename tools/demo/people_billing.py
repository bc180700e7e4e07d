"""Customers with questions about payments: taken twice, to be given back, overdue, disputed. All times are relative to `now`."""

from datetime import datetime

from tools.demo import make, make_billing
from tools.demo.make import Fact


def people(now: datetime) -> list[Fact]:
    return [
        *_ilka(now),
        *_jorge(now),
        *_kaito(now),
        *_pilar(now),
        *_solange(now),
        *_ulrich(now),
    ]


def _ilka(now: datetime) -> list[Fact]:
    """Standard: charged twice last month, a day apart, and once this month."""
    return [
        make.customer(
            now,
            "cus_ilka",
            "Ilka Brandt",
            plan="team",
            tier="standard",
            country="DE",
            value=58_800,
            days=350,
            language="de",
        ),
        make.subscription(
            now, "sub_4001", "cus_ilka", plan="team", price=4_900, started=350, renews=25, charge="ch_4003"
        ),
        make.charge(now, "ch_4001", "cus_ilka", 4_900, "Team plan, monthly", days=35),
        make.charge(now, "ch_4002", "cus_ilka", 4_900, "Team plan, monthly", days=34),
        make.charge(now, "ch_4003", "cus_ilka", 4_900, "Team plan, monthly", days=5),
        make_billing.invoice(
            now,
            "4003",
            "cus_ilka",
            about="Team plan, monthly",
            lines=[("Team plan, one month", 4_900)],
            issued=5,
            charge="ch_4003",
        ),
    ]


def _jorge(now: datetime) -> list[Fact]:
    """Business: a year was charged twice, which is more than one person may give back."""
    return [
        make.customer(
            now,
            "cus_jorge",
            "Jorge Cárdenas",
            plan="business",
            tier="business",
            country="MX",
            value=620_000,
            days=760,
            language="es",
        ),
        make.subscription(
            now,
            "sub_4002",
            "cus_jorge",
            plan="business",
            price=149_000,
            started=760,
            renews=335,
            interval="year",
            charge="ch_4004",
        ),
        make.charge(now, "ch_4004", "cus_jorge", 149_000, "Business plan, yearly", days=30),
        make.charge(now, "ch_4005", "cus_jorge", 149_000, "Business plan, yearly", days=29),
    ]


def _kaito(now: datetime) -> list[Fact]:
    """Business: a year paid in advance, two hundred days of it left."""
    return [
        make.customer(
            now,
            "cus_kaito",
            "Kaito Arai",
            plan="business",
            tier="business",
            country="JP",
            value=447_000,
            days=895,
            language="ja",
        ),
        make.subscription(
            now,
            "sub_4006",
            "cus_kaito",
            plan="business",
            price=149_000,
            started=895,
            renews=200,
            interval="year",
            charge="ch_4011",
        ),
        make.charge(now, "ch_4011", "cus_kaito", 149_000, "Business plan, yearly", days=165),
    ]


def _pilar(now: datetime) -> list[Fact]:
    """Standard: the team plan by the month, eighteen days of it left."""
    return [
        make.customer(
            now,
            "cus_pilar",
            "Pilar Echeverría",
            plan="team",
            tier="standard",
            country="ES",
            value=44_100,
            days=282,
            language="es",
        ),
        make.subscription(
            now, "sub_4008", "cus_pilar", plan="team", price=4_900, started=282, renews=18, charge="ch_4013"
        ),
        make.charge(now, "ch_4013", "cus_pilar", 4_900, "Team plan, monthly", days=12),
    ]


def _solange(now: datetime) -> list[Fact]:
    """Enterprise: an invoice by contract that is overdue."""
    return [
        make.customer(
            now,
            "cus_solange",
            "Solange Mbarga",
            plan="enterprise",
            tier="enterprise",
            country="BE",
            value=4_800_000,
            days=700,
            language="fr",
        ),
        make.subscription(
            now, "sub_4009", "cus_solange", plan="enterprise", price=1_600_000, started=700, renews=340, interval="year"
        ),
        make_billing.invoice(
            now,
            "4014",
            "cus_solange",
            about="Enterprise plan, yearly",
            lines=[("Enterprise plan, 80 seats, one year", 1_500_000), ("Premium support, one year", 100_000)],
            issued=25,
            status="overdue",
            days=365,
        ),
    ]


def _ulrich(now: datetime) -> list[Fact]:
    """Standard: his bank has opened a dispute about a payment that we did take twice."""
    return [
        make.customer(
            now,
            "cus_ulrich",
            "Ulrich Wenger",
            plan="team",
            tier="standard",
            country="AT",
            value=39_200,
            days=250,
            language="de",
        ),
        make.subscription(
            now, "sub_4010", "cus_ulrich", plan="team", price=4_900, started=250, renews=19, charge="ch_4015"
        ),
        make.charge(now, "ch_4015", "cus_ulrich", 4_900, "Team plan, monthly", days=11),
        make.charge(now, "ch_4016", "cus_ulrich", 4_900, "Team plan, monthly", days=10),
        make_billing.dispute(
            now, "4001", "cus_ulrich", charge="ch_4016", amount=4_900, reason="duplicate processing", days=2
        ),
    ]
