"""The demo company's systems, and the kinds of record they keep."""

from fastapi import APIRouter

from tools.billing.facts import Charge, CreditEntry, Dispute, Invoice, PlanChange, Subscription, Trial
from tools.commerce.facts import Order, Tracking
from tools.crm.facts import Customer
from tools.demo import billing, commerce, crm, identity, incidents, scheduling, tracker, usage
from tools.demo.stock import Product
from tools.identity.facts import Login, Seat
from tools.incidents.facts import Deployment, Incident
from tools.incidents.port import LoggedError
from tools.scheduling.facts import Booking
from tools.tracker.facts import KnownBug
from tools.usage.facts import Entitlement
from tools.usage.port import Meter

SYSTEMS: dict[str, APIRouter] = {
    "crm": crm.router,
    "billing": billing.router,
    "commerce": commerce.router,
    "identity": identity.router,
    "scheduling": scheduling.router,
    "tracker": tracker.router,
    "incidents": incidents.router,
    "usage": usage.router,
}

KINDS: dict[str, type] = {
    "customer": Customer,
    "order": Order,
    "tracking": Tracking,
    "product": Product,
    "login": Login,
    "seat": Seat,
    "booking": Booking,
    "charge": Charge,
    "subscription": Subscription,
    "invoice": Invoice,
    "plan_change": PlanChange,
    "trial": Trial,
    "dispute": Dispute,
    "credit": CreditEntry,
    "incident": Incident,
    "deployment": Deployment,
    "error": LoggedError,
    "bug": KnownBug,
    "meter": Meter,
    "feature": usage.Listed,
    "entitlement": Entitlement,
}
"""A kind of record and the dataclass that its body is; the same as the fact's unless the system keeps more."""
