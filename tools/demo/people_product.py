"""Customers who show what the product knows of them: limits that are reached, accesses that lapsed, errors, features."""

from datetime import datetime, timedelta

from tools.demo import make
from tools.demo.make import Fact
from tools.incidents.port import LoggedError
from tools.usage.facts import Entitlement
from tools.usage.port import Meter

NEXT: dict[str, dict[str, tuple[str, int, int | None]]] = {
    "API requests": {"team": ("business", 500_000, 14_900), "business": ("enterprise", 5_000_000, None)},
    "exported rows": {"starter": ("team", 1_000_000, 4_900), "team": ("business", 10_000_000, 14_900)},
    "sensors": {"starter": ("team", 50, 4_900), "team": ("business", 250, 14_900)},
    "seats": {"starter": ("team", 5, 4_900), "team": ("business", 20, 14_900)},
    "text messages": {"team": ("business", 1_000, 14_900)},
}
"""By metric and plan: the next plan, what it includes, and its price a month."""

AT_LIMIT = {
    "API requests": "Further requests are answered with 429 until counting begins again; nothing extra is charged.",
    "exported rows": "Further exports wait until counting begins again; what was exported stays where it is.",
    "sensors": "A further sensor can be registered, but its readings are kept back until there is room for it.",
    "seats": "Nobody else can be invited until a seat is free or one is added.",
    "text messages": "Alerts go by e-mail and in the app instead until counting begins again.",
}

CALLED = {
    "API requests": ["api", "requests", "api calls", "calls"],
    "exported rows": ["exports", "rows", "export"],
    "sensors": ["sensor", "devices"],
    "seats": ["seat", "people", "users", "colleagues"],
    "text messages": ["sms", "text", "texts"],
}


def people(now: datetime) -> list[Fact]:
    return [
        *_amara(now),
        *_bjorn(now),
        *_chiara(now),
        *_dmitri(now),
        *_eszter(now),
        *_farid(now),
        *_greta(now),
        *_hiroshi(now),
        *_ilse(now),
        *_joana(now),
    ]


def _amara(now: datetime) -> list[Fact]:
    """Standard, Nigeria: on Team, with all API requests of the month used up."""
    return [
        make.customer(
            now, "cus_amara", "Amara Eze", plan="team", tier="standard", country="NG", value=64_000, days=230
        ),
        make.subscription(now, "sub_6001", "cus_amara", plan="team", price=4_900, started=230, renews=11),
        _meter(now, "met_6001", "cus_amara", "team", "API requests", used=103_250, included=100_000, resets=11),
        _meter(now, "met_6002", "cus_amara", "team", "seats", used=4, included=5),
        _error(
            now, "err_6001", "cus_amara", "api", "RATE_429", "Too many requests in this period", count=3_250, hours=1
        ),
    ]


def _bjorn(now: datetime) -> list[Fact]:
    """Business, Norway: the export access lapsed when a payment failed, and was paid since; it can be opened again."""
    return [
        make.customer(
            now, "cus_bjorn", "Bjørn Haugen", plan="business", tier="business", country="NO", value=410_000, days=540,
            language="no",
        ),
        make.subscription(now, "sub_6003", "cus_bjorn", plan="business", price=14_900, started=540, renews=22),
        _access(now, "acc_6003", "cus_bjorn", "Scheduled exports", "lapsed", "payment", days=6, until=24),
        _meter(now, "met_6003", "cus_bjorn", "business", "API requests", used=120_400, included=500_000, resets=22),
    ]  # fmt: skip


def _chiara(now: datetime) -> list[Fact]:
    """Standard, Italy: on Starter, wants what only larger plans have; a trial of text messages has run out."""
    return [
        make.customer(
            now, "cus_chiara", "Chiara Moretti", plan="starter", tier="standard", country="IT", value=19_000, days=95,
            language="it",
        ),
        make.subscription(now, "sub_6004", "cus_chiara", plan="starter", price=1_900, started=95, renews=5),
        _access(now, "acc_6004", "cus_chiara", "Alerts by text message", "lapsed", "trial", days=50, until=None),
        _meter(now, "met_6004", "cus_chiara", "starter", "exported rows", used=61_000, included=100_000, resets=5),
    ]  # fmt: skip


def _dmitri(now: datetime) -> list[Fact]:
    """Standard, Germany: meets a bug that is known, with the errors of it in the log."""
    return [
        make.customer(
            now, "cus_dmitri", "Dmitri Weber", plan="team", tier="standard", country="DE", value=52_000, days=180,
            language="de",
        ),
        make.subscription(now, "sub_6005", "cus_dmitri", plan="team", price=4_900, started=180, renews=17),
        _error(now, "err_6005", "cus_dmitri", "exports", "EXP_1042", "Unbalanced delimiter in column name", count=7, hours=3),
        _error(now, "err_6006", "cus_dmitri", "exports", "EXP_0007", "Download cancelled by client", count=2, hours=50),
    ]  # fmt: skip


def _eszter(now: datetime) -> list[Fact]:
    """Enterprise, Hungary: everything the product has; an access was suspended for security."""
    return [
        make.customer(
            now, "cus_eszter", "Eszter Varga", plan="enterprise", tier="enterprise", country="HU", value=7_400_000,
            days=1_100, language="hu",
        ),
        make.subscription(
            now, "sub_6006", "cus_eszter", plan="enterprise", price=960_000, started=1_100, renews=120, interval="year"
        ),
        _access(now, "acc_6006", "cus_eszter", "API access", "suspended", "security", days=1, until=None),
        _meter(now, "met_6006", "cus_eszter", "enterprise", "API requests", used=5_120_000, included=5_000_000, resets=9),
    ]  # fmt: skip


def _farid(now: datetime) -> list[Fact]:
    """Standard, France: 50 of 50 sensors; a level, which does not begin again."""
    return [
        make.customer(
            now, "cus_farid", "Farid Benali", plan="team", tier="standard", country="FR", value=143_000, days=410,
            language="fr",
        ),
        make.subscription(now, "sub_6007", "cus_farid", plan="team", price=4_900, started=410, renews=8),
        _meter(now, "met_6007", "cus_farid", "team", "sensors", used=50, included=50),
        _meter(now, "met_6008", "cus_farid", "team", "text messages", used=40, included=200, resets=8),
    ]  # fmt: skip


def _greta(now: datetime) -> list[Fact]:
    """Standard, Austria: an access that lapsed too long ago, and another that is open."""
    return [
        make.customer(
            now, "cus_greta", "Greta Lang", plan="team", tier="standard", country="AT", value=77_000, days=620,
            language="de",
        ),
        make.subscription(now, "sub_6008", "cus_greta", plan="team", price=4_900, started=620, renews=25),
        _access(now, "acc_6008", "cus_greta", "Public dashboard links", "lapsed", "inactivity", days=100, until=-10),
        _access(now, "acc_6009", "cus_greta", "API access", "active", "", days=300, until=None),
    ]  # fmt: skip


def _hiroshi(now: datetime) -> list[Fact]:
    """Business, Japan: new errors on dashboards that nobody has reported yet."""
    return [
        make.customer(
            now, "cus_hiroshi", "Hiroshi Tanaka", plan="business", tier="business", country="JP", value=388_000,
            days=330, language="ja",
        ),
        make.subscription(now, "sub_6009", "cus_hiroshi", plan="business", price=14_900, started=330, renews=14),
        _error(now, "err_6009", "cus_hiroshi", "dashboards", "DSH_5003", "Widget could not be saved", count=12, hours=2),
        _meter(now, "met_6009", "cus_hiroshi", "business", "seats", used=17, included=20),
    ]  # fmt: skip


def _ilse(now: datetime) -> list[Fact]:
    """Standard, Netherlands: the public links were closed for lack of use; a few days are left to open them again."""
    return [
        make.customer(
            now, "cus_ilse", "Ilse de Boer", plan="team", tier="standard", country="NL", value=91_000, days=275,
            language="nl",
        ),
        make.subscription(now, "sub_6010", "cus_ilse", plan="team", price=4_900, started=275, renews=19),
        _access(now, "acc_6010", "cus_ilse", "Public dashboard links", "lapsed", "inactivity", days=9, until=5),
    ]  # fmt: skip


def _joana(now: datetime) -> list[Fact]:
    """Standard, Brazil: on Starter, close to the rows that may be exported, with wishes for the product."""
    return [
        make.customer(
            now, "cus_joana", "Joana Ferreira", plan="starter", tier="standard", country="BR", value=15_200, days=60,
            language="pt",
        ),
        make.subscription(now, "sub_6011", "cus_joana", plan="starter", price=1_900, started=60, renews=3),
        _meter(now, "met_6011", "cus_joana", "starter", "exported rows", used=97_900, included=100_000, resets=3),
        _meter(now, "met_6012", "cus_joana", "starter", "seats", used=1, included=1),
    ]  # fmt: skip


def _meter(
    now: datetime,
    id: str,  # noqa: A002
    owner: str,
    plan: str,
    metric: str,
    *,
    used: int,
    included: int,
    resets: int | None = None,
) -> Meter:
    """`resets`: in so many days; a level does not."""
    next_plan, next_included, next_price = NEXT[metric].get(plan, (None, None, None))
    return Meter(
        id=id,
        customer=owner,
        metric=metric,
        words=CALLED[metric],
        used=used,
        included=included,
        next_plan=next_plan,
        next_included=next_included,
        next_price=next_price,
        currency=make.CURRENCY,
        resets_at=None if resets is None else now + timedelta(days=resets),
        at_limit=AT_LIMIT[metric],
    )


def _access(
    now: datetime,
    id: str,  # noqa: A002
    owner: str,
    name: str,
    status: str,
    why: str,
    *,
    days: int,
    until: int | None,
) -> Entitlement:
    """`days`: since so many; `until`: it can be opened again for so many more."""
    return Entitlement(
        id=id,
        customer=owner,
        name=name,
        words=[],
        status=status,
        why=why,
        changed_at=now - timedelta(days=days),
        reopenable_until=None if until is None else now + timedelta(days=until),
    )


def _error(
    now: datetime,
    id: str,  # noqa: A002
    owner: str,
    area: str,
    code: str,
    message: str,
    *,
    count: int,
    hours: int,
) -> LoggedError:
    return LoggedError(
        id=id,
        customer=owner,
        area=area,
        code=code,
        message=message,
        count=count,
        last_at=now - timedelta(hours=hours),
    )
