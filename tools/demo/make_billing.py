"""Short ways to make billing's records, as tools/demo/make.py: `now` first, days are days ago, negative ones lie ahead."""

from datetime import datetime, timedelta

from tools.billing.facts import CreditEntry, Dispute, Invoice, PlanChange, Trial
from tools.demo.make import CURRENCY

LINK = "https://billing.tidewater.example/invoices"
REVERTIBLE_DAYS = 14


def invoice(
    now: datetime,
    number: str,
    owner: str,
    *,
    about: str,
    lines: list[tuple[str, int]],
    issued: int,
    status: str = "paid",
    charge: str = "",
    days: int = 30,
) -> Invoice:
    """The amount is the sum of the lines; due after 14 days, at once when a card paid it. `days`: the period's length."""
    begins = now - timedelta(days=issued)
    return Invoice(
        id=f"inv_{number}",
        customer=owner,
        amount=sum(amount for _, amount in lines),
        currency=CURRENCY,
        status=status,
        about=about,
        lines=[f"{text}: {amount / 100:.2f} {CURRENCY}" for text, amount in lines],
        charge=charge,
        link=f"{LINK}/inv_{number}.pdf",
        period_start=begins,
        period_end=begins + timedelta(days=days),
        issued_at=begins,
        due_at=begins if charge else begins + timedelta(days=14),
    )


def threshold_change(
    now: datetime,
    number: str,
    owner: str,
    *,
    subscription: str,
    old: tuple[str, str, int],
    new: tuple[str, str, int],
    feature: str,
    metric: str,
    threshold: int,
    usage: int,
    charge: str,
    days: int,
) -> PlanChange:
    """A change that a crossed threshold made; `old` and `new` are plan, interval and price."""
    return PlanChange(
        id=f"chg_{number}",
        customer=owner,
        subscription=subscription,
        cause="threshold",
        old_plan=old[0],
        old_interval=old[1],
        old_price=old[2],
        new_plan=new[0],
        new_interval=new[1],
        new_price=new[2],
        currency=CURRENCY,
        feature=feature,
        metric=metric,
        threshold=threshold,
        usage=usage,
        charge=charge,
        excess=0,
        at=now - timedelta(days=days),
        revertible_until=now - timedelta(days=days - REVERTIBLE_DAYS),
        reverted_at=None,
    )


def trial(
    now: datetime,
    number: str,
    owner: str,
    *,
    plan: str,
    started: int,
    ends: int,
    extended: int = 0,
    status: str = "running",
) -> Trial:
    """`ends` lies ahead, in days."""
    return Trial(
        id=f"tri_{number}",
        customer=owner,
        plan=plan,
        status=status,
        extended=extended,
        started_at=now - timedelta(days=started),
        ends_at=now + timedelta(days=ends),
    )


def dispute(now: datetime, number: str, owner: str, *, charge: str, amount: int, reason: str, days: int) -> Dispute:
    """An open one, to be answered within 20 days."""
    opened = now - timedelta(days=days)
    return Dispute(
        id=f"dp_{number}",
        customer=owner,
        charge=charge,
        amount=amount,
        currency=CURRENCY,
        reason=reason,
        status="open",
        opened_at=opened,
        answer_due=opened + timedelta(days=20),
    )


def credit(
    now: datetime, number: str, owner: str, *, amount: int, cause: str, about: str, days: int, used: int = 0
) -> CreditEntry:
    return CreditEntry(
        id=f"cr_{number}",
        customer=owner,
        amount=amount,
        currency=CURRENCY,
        cause=cause,
        about=about,
        used=used,
        given_at=now - timedelta(days=days),
        void_at=None,
    )
