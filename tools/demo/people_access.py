"""Customers who show what happens to people's access, their calls and their accounts."""

from datetime import datetime

from tools.demo import make, make_access
from tools.demo.make import Fact

ACTIVE = (
    "ada",
    "ben",
    "cho",
    "dee",
    "eli",
    "fay",
    "gus",
    "hana",
    "ines",
    "klaus",
    "lea",
    "mateo",
    "nao",
    "otis",
    "sven",
)
"""Whose sign-in is as it should be."""


def people(now: datetime) -> list[Fact]:
    return [
        *(make_access.login(now, f"cus_{name}", mfa=name in ("cho", "otis")) for name in ACTIVE),
        make_access.seat(now, 5001, "cus_ada", "Ada Lindqvist", "owner", seen=0),
        make_access.seat(now, 5002, "cus_ada", "Nils Berg", "editor", seen=12),
        *_otis(now),
        *_petra(now),
        *_quinn(now),
        *_rosa(now),
        *_sven(now),
        *_uma(now),
        *_viktor(now),
    ]


def _otis(now: datetime) -> list[Fact]:
    """Enterprise: a large workspace; whatever cannot be taken back needs two people."""
    return [
        make.customer(
            now, "cus_otis", "Otis Grant", plan="enterprise", tier="enterprise", country="US", value=7_200_000, days=820
        ),
        make.subscription(
            now, "sub_5006", "cus_otis", plan="enterprise", price=1_440_000, started=820, renews=40, interval="year"
        ),
        make_access.seat(now, 5011, "cus_otis", "Otis Grant", "owner", seen=0),
        make_access.seat(now, 5012, "cus_otis", "Priya Nair", "editor", seen=64),
    ]


def _petra(now: datetime) -> list[Fact]:
    """Business, in German: locked after six failed attempts."""
    return [
        make.customer(
            now,
            "cus_petra",
            "Petra Novak",
            plan="business",
            tier="business",
            country="AT",
            value=390_000,
            days=400,
            language="de",
        ),
        make_access.login(now, "cus_petra", status="locked", failed=6, mfa=True),
        make.subscription(now, "sub_5007", "cus_petra", plan="business", price=14_900, started=400, renews=9),
    ]


def _quinn(now: datetime) -> list[Fact]:
    """Standard: lost the phone with the codes; the address is verified and nothing was reset lately."""
    return [
        make.customer(
            now, "cus_quinn", "Quinn O'Shea", plan="team", tier="standard", country="IE", value=66_000, days=270
        ),
        make_access.login(now, "cus_quinn", mfa=True, mfa_reset=200),
        make.subscription(now, "sub_5008", "cus_quinn", plan="team", price=4_900, started=270, renews=14),
    ]


def _rosa(now: datetime) -> list[Fact]:
    """Standard, in Portuguese: lost the codes again, eleven days after the last time."""
    return [
        make.customer(
            now,
            "cus_rosa",
            "Rosa Almeida",
            plan="starter",
            tier="standard",
            country="BR",
            value=17_000,
            days=75,
            language="pt",
        ),
        make_access.login(now, "cus_rosa", mfa=True, mfa_reset=11),
        make.subscription(now, "sub_5009", "cus_rosa", plan="starter", price=1_900, started=75, renews=16),
    ]


def _sven(now: datetime) -> list[Fact]:
    """Standard, in Swedish: all five seats of the plan are taken; Bo has left the company, Maja's invitation is old."""
    return [
        make.customer(
            now,
            "cus_sven",
            "Sven Åkesson",
            plan="team",
            tier="standard",
            country="SE",
            value=143_000,
            days=530,
            language="sv",
        ),
        make.subscription(now, "sub_5010", "cus_sven", plan="team", price=4_900, started=530, renews=21),
        make_access.seat(now, 5021, "cus_sven", "Sven Åkesson", "owner", seen=0),
        make_access.seat(now, 5022, "cus_sven", "Bo Lindgren", "editor", seen=97),
        make_access.seat(now, 5023, "cus_sven", "Elsa Dahl", "viewer", seen=2),
        make_access.seat(now, 5024, "cus_sven", "Karin Holm", "billing", seen=6),
        make_access.seat(now, 5025, "cus_sven", "Maja Sund", "viewer", seen=None, status="invited"),
    ]


def _uma(now: datetime) -> list[Fact]:
    """Business: a call about more seats, in six days at ten."""
    return [
        make.customer(
            now, "cus_uma", "Uma Rao", plan="business", tier="business", country="IN", value=510_000, days=610
        ),
        make_access.login(now, "cus_uma", mfa=True),
        make_access.call(now, 5001, "cus_uma", "More seats for the new site", team="sales", days=6, hour=10),
        make.subscription(now, "sub_5011", "cus_uma", plan="business", price=14_900, started=610, renews=8),
    ]


def _viktor(now: datetime) -> list[Fact]:
    """Standard, in German: a plan that ended, and an account that he wants to be gone."""
    return [
        make.customer(
            now,
            "cus_viktor",
            "Viktor Hahn",
            plan="starter",
            tier="standard",
            country="CH",
            value=9_500,
            days=160,
            language="de",
        ),
        make_access.login(now, "cus_viktor", password_reset=30),
        make.subscription(
            now,
            "sub_5012",
            "cus_viktor",
            plan="starter",
            price=1_900,
            started=160,
            renews=-20,
            status="cancelled",
            ended=20,
        ),
    ]
