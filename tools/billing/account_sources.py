"""Reads invoices, bank disputes and the credit account."""

from collections.abc import Sequence
from datetime import datetime

from records.ids import CustomerId
from tools.billing.facts import Credit, CreditEntry, Dispute, Invoice
from tools.sources import Focus, Source, access_own, same_id
from tools.systems import Systems


def pick_invoice(invoices: Sequence[Invoice], focus: Focus) -> Invoice | None:
    """The invoice in focus, or the one of the charge in focus, or what something is `about`; else the latest."""
    if focus.get("invoice"):
        return next((invoice for invoice in invoices if same_id(invoice.id, str(focus["invoice"]))), None)
    about = next((each for each in invoices if focus.get("about") and same_id(each.id, str(focus["about"]))), None)
    if about is not None:
        return about
    if focus.get("charge"):
        return next((each for each in invoices if each.charge and same_id(each.charge, str(focus["charge"]))), None)
    return max(invoices, key=_issued, default=None)


def _issued(invoice: Invoice) -> tuple[datetime, str]:
    return (invoice.issued_at, invoice.id)


def pick_dispute(disputes: Sequence[Dispute], focus: Focus) -> Dispute | None:
    """The dispute of the charge in focus; else an open one before one that was decided, and the latest of these."""
    if focus.get("charge"):
        disputes = [each for each in disputes if same_id(each.charge, str(focus["charge"]))]
    return max(disputes, key=_pending, default=None)


def _pending(dispute: Dispute) -> tuple[bool, datetime]:
    return (dispute.status == "open", dispute.opened_at)


def credit_account(customer: CustomerId, entries: Sequence[CreditEntry], focus: Focus) -> Credit | None:
    """The account, which everybody has, though nothing may be on it. None: the entry in focus is not there."""
    standing = [entry for entry in entries if entry.void_at is None]
    entry = max(standing, key=_given, default=None)
    if focus.get("credit"):
        entry = next((each for each in entries if same_id(each.id, str(focus["credit"]))), None)
        if entry is None:
            return None
    return Credit(
        customer=customer,
        balance=sum(each.amount - each.used for each in standing),
        currency=entry.currency if entry else "",
        about=[each.about for each in standing],
        entry=entry.id if entry else "",
        entry_amount=entry.amount if entry else 0,
        entry_about=entry.about if entry else "",
        entry_used=entry.used if entry else 0,
        entry_status=("void" if entry.void_at else "standing") if entry else "",
    )


def _given(entry: CreditEntry) -> tuple[datetime, str]:
    return (entry.given_at, entry.id)


async def read_invoice(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Invoice | None:
    invoices = await systems.billing.invoices(customer)
    return pick_invoice([each for each in invoices if access_own(each, customer)], focus)


async def read_dispute(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Dispute | None:
    disputes = await systems.billing.disputes(customer)
    return pick_dispute([each for each in disputes if access_own(each, customer)], focus)


async def read_credit(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Credit | None:
    entries = await systems.billing.credits(customer)
    return credit_account(customer, [each for each in entries if access_own(each, customer)], focus)


INVOICE = Source(
    fact=Invoice,
    system="billing",
    about="Looks up an invoice: amount and how it comes about, what for and for which period, whether it is paid, and"
    " where to get it. By its number, or by the charge that paid it; else the latest.",
    read=read_invoice,
    focus=("invoice", "charge", "about"),
)
DISPUTE = Source(
    fact=Dispute,
    system="billing",
    about="Looks up whether the customer's bank has opened a dispute (a chargeback) about a payment.",
    read=read_dispute,
    focus=("charge",),
)
CREDIT = Source(
    fact=Credit,
    system="billing",
    about="Looks up the customer's credit account: the balance, what was made up for, and the latest credit.",
    read=read_credit,
    focus=("credit",),
)
