"""The demo company's systems, and the kinds of record they keep."""

from fastapi import APIRouter

from tools.billing.facts import Charge, CreditEntry, Dispute, Invoice, PlanChange, Subscription, Trial
from tools.commerce.facts import Order, Tracking
from tools.crm.facts import Customer
from tools.demo import billing, commerce, crm, incidents, tracker
from tools.incidents.facts import Incident

SYSTEMS: dict[str, APIRouter] = {
    "crm": crm.router,
    "billing": billing.router,
    "commerce": commerce.router,
    "tracker": tracker.router,
    "incidents": incidents.router,
}

KINDS: dict[str, type] = {
    "customer": Customer,
    "order": Order,
    "tracking": Tracking,
    "charge": Charge,
    "subscription": Subscription,
    "invoice": Invoice,
    "plan_change": PlanChange,
    "trial": Trial,
    "dispute": Dispute,
    "credit": CreditEntry,
    "incident": Incident,
}
"""A kind of record and the dataclass that its body is; the same as the fact's unless the system keeps more."""
