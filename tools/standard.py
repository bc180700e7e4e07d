"""The standard kit: what a company that sells software by subscription, and goods, needs. Put together by hand."""

import re

from tools.billing.account_sources import CREDIT, DISPUTE, INVOICE
from tools.billing.actions import cancel_and_prorate, cancel_subscription, issue_refund, resume_subscription
from tools.billing.credit_actions import issue_credit, void_credit
from tools.billing.plan_actions import change_plan, extend_trial, revert_plan
from tools.billing.plan_sources import PLAN_CHANGE, PLAN_OFFER, TRIAL
from tools.billing.sources import CHARGE, DUPLICATE_CHARGE, SUBSCRIPTION
from tools.commerce.actions import cancel_order, change_address, reship_order, split_shipment
from tools.commerce.sources import ORDER, STOCK, TRACKING
from tools.crm.actions import delete_account
from tools.crm.sources import CUSTOMER
from tools.history.sources import HISTORY
from tools.identity.actions import free_seat, reset_mfa, reset_password, reset_seat
from tools.identity.sources import LOGIN, SEAT
from tools.incidents.sources import DEPLOYMENT, ERROR_LOG, INCIDENT, STATUS_PAGE
from tools.kit import Kit
from tools.scheduling.actions import book_call, cancel_call, move_call
from tools.scheduling.sources import BOOKING, MEETING
from tools.tracker.actions import file_bug, request_feature
from tools.tracker.sources import KNOWN_BUG
from tools.usage.actions import close_entitlement, reopen_entitlement
from tools.usage.sources import ENTITLEMENT, FEATURE, USAGE

_NUMBER = r"\s+(?:number\s+|no\.?\s*|nr\.?\s*)?#?\s*(\d{3,})\b"

KIT = Kit(
    sources={
        "customer": CUSTOMER,
        "order": ORDER,
        "tracking": TRACKING,
        "stock": STOCK,
        "charge": CHARGE,
        "duplicate_charge": DUPLICATE_CHARGE,
        "subscription": SUBSCRIPTION,
        "invoice": INVOICE,
        "plan_change": PLAN_CHANGE,
        "plan_offer": PLAN_OFFER,
        "trial": TRIAL,
        "dispute": DISPUTE,
        "credit": CREDIT,
        "incident": INCIDENT,
        "status_page": STATUS_PAGE,
        "error_log": ERROR_LOG,
        "deployment": DEPLOYMENT,
        "known_bug": KNOWN_BUG,
        "usage": USAGE,
        "feature": FEATURE,
        "entitlement": ENTITLEMENT,
        "login": LOGIN,
        "seat": SEAT,
        "meeting": MEETING,
        "booking": BOOKING,
        "history": HISTORY,
    },
    actions=(
        issue_refund,
        change_address,
        reship_order,
        split_shipment,
        cancel_order,
        reset_password,
        reset_mfa,
        reset_seat,
        free_seat,
        book_call,
        move_call,
        cancel_call,
        delete_account,
        cancel_subscription,
        resume_subscription,
        cancel_and_prorate,
        revert_plan,
        change_plan,
        extend_trial,
        issue_credit,
        void_credit,
        file_bug,
        request_feature,
        reopen_entitlement,
        close_entitlement,
    ),
    ids={
        "order": re.compile(rf"\b(ord[-_]\w+)\b|\b(?:orders?|purchase){_NUMBER}|(?<!\w)#(\d{{3,}})\b", re.I),
        "charge": re.compile(rf"\b(ch[-_]\w+)\b|\b(?:charge|payment)s?{_NUMBER}", re.I),
        "invoice": re.compile(rf"\b(inv[-_]\w+)\b|\b(?:invoice|bill){_NUMBER}", re.I),
        "subscription": re.compile(rf"\b(sub[-_]\w+)\b|\bsubscription{_NUMBER}", re.I),
    },
)
