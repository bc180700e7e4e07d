"""Customers with questions about their plan: switched, too small, too large, on trial. All times are relative to `now`."""

from datetime import datetime

from tools.demo import make, make_billing
from tools.demo.make import Fact


def people(now: datetime) -> list[Fact]:
    return [
        *_lucie(now),
        *_nils(now),
        *_marta(now),
        *_oona(now),
        *_vera(now),
        *_wim(now),
    ]


def _lucie(now: datetime) -> list[Fact]:
    """Standard: chose to pay by the month; six days ago too many guests moved her to a year at once."""
    return [
        make.customer(
            now,
            "cus_lucie",
            "Lucie Fontaine",
            plan="team",
            tier="standard",
            country="FR",
            value=117_600,
            days=420,
            language="fr",
        ),
        make.subscription(
            now,
            "sub_4003",
            "cus_lucie",
            plan="team",
            price=49_000,
            started=420,
            renews=359,
            interval="year",
            charge="ch_4007",
        ),
        *_moved_to_a_year(now),
    ]


def _moved_to_a_year(now: datetime) -> list[Fact]:
    """What became of Lucie's plan: the payments before and after, the change and its invoice."""
    return [
        make.charge(now, "ch_4006", "cus_lucie", 4_900, "Team plan, monthly", days=36),
        make.charge(now, "ch_4007", "cus_lucie", 49_000, "Team plan, yearly", days=6),
        make_billing.threshold_change(
            now,
            "4001",
            "cus_lucie",
            subscription="sub_4003",
            old=("team", "month", 4_900),
            new=("team", "year", 49_000),
            feature="Guest access",
            metric="active guests",
            threshold=50,
            usage=57,
            charge="ch_4007",
            days=6,
        ),
        make_billing.invoice(
            now,
            "4007",
            "cus_lucie",
            about="Team plan, yearly",
            lines=[("Team plan, one year, from 51 active guests", 49_000)],
            issued=6,
            charge="ch_4007",
            days=365,
        ),
    ]


def _nils(now: datetime) -> list[Fact]:
    """Standard: moved to the business plan by too many alert rules, twenty days ago: too long to take it back alone."""
    return [
        make.customer(
            now, "cus_nils", "Nils Aaberg", plan="business", tier="standard", country="NO", value=73_500, days=240
        ),
        make.subscription(
            now, "sub_4004", "cus_nils", plan="business", price=14_900, started=240, renews=10, charge="ch_4009"
        ),
        make.charge(now, "ch_4008", "cus_nils", 4_900, "Team plan, monthly", days=50),
        make.charge(now, "ch_4009", "cus_nils", 14_900, "Business plan, monthly", days=20),
        make_billing.threshold_change(
            now,
            "4002",
            "cus_nils",
            subscription="sub_4004",
            old=("team", "month", 4_900),
            new=("business", "month", 14_900),
            feature="Alert rules",
            metric="active alert rules",
            threshold=100,
            usage=131,
            charge="ch_4009",
            days=20,
        ),
    ]


def _marta(now: datetime) -> list[Fact]:
    """Standard: on the starter plan by the month, ready for a larger one."""
    return [
        make.customer(
            now,
            "cus_marta",
            "Marta Figueiredo",
            plan="starter",
            tier="standard",
            country="PT",
            value=13_300,
            days=205,
            language="pt",
        ),
        make.subscription(
            now, "sub_4005", "cus_marta", plan="starter", price=1_900, started=205, renews=15, charge="ch_4010"
        ),
        make.charge(now, "ch_4010", "cus_marta", 2_540, "Starter plan, monthly", days=15),
        make_billing.invoice(
            now,
            "4010",
            "cus_marta",
            about="Starter plan, monthly",
            lines=[("Starter plan, one month", 1_900), ("One more seat, for 16 days", 640)],
            issued=15,
            charge="ch_4010",
        ),
    ]


def _oona(now: datetime) -> list[Fact]:
    """Business: pays the business plan by the month and needs less of it; an old credit stands on the account."""
    return [
        make.customer(
            now, "cus_oona", "Oona Virtanen", plan="business", tier="business", country="FI", value=268_200, days=540
        ),
        make.subscription(
            now, "sub_4007", "cus_oona", plan="business", price=14_900, started=540, renews=18, charge="ch_4012"
        ),
        make.charge(now, "ch_4012", "cus_oona", 14_900, "Business plan, monthly", days=12),
        make_billing.credit(now, "4001", "cus_oona", amount=2_000, cause="goodwill", about="sub_4007", days=3),
    ]


def _vera(now: datetime) -> list[Fact]:
    """Standard: a trial of the business plan that ends the day after tomorrow."""
    return [
        make.customer(
            now,
            "cus_vera",
            "Vera Kowalczyk",
            plan="business",
            tier="standard",
            country="PL",
            value=0,
            days=12,
            language="pl",
        ),
        make_billing.trial(now, "4001", "cus_vera", plan="business", started=12, ends=2),
    ]


def _wim(now: datetime) -> list[Fact]:
    """Standard: a trial of the team plan that was extended twice and has ended."""
    return [
        make.customer(
            now, "cus_wim", "Wim Jacobs", plan="team", tier="standard", country="NL", value=0, days=45, language="nl"
        ),
        make_billing.trial(now, "4002", "cus_wim", plan="team", started=45, ends=-3, extended=2, status="ended"),
    ]
