"""Billing honours idempotency keys: the same key with the same body gets the stored answer, with another body a refusal."""

from dataclasses import asdict
from datetime import datetime
from functools import partial
from urllib.parse import unquote

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from records.sql import Connection
from tools.demo import billing_credit, billing_plans, store
from tools.demo.billing_parts import PRICES, deed, give_back
from tools.demo.store import Json
from tools.demo.working import Body, Content, Here, Key, Refused, access, done_before, effected

router = APIRouter(prefix="/billing")
router.include_router(billing_plans.router)
router.include_router(billing_credit.router)


class RefundBody(Body):
    charge: str
    amount: int = Field(gt=0)
    reason: str


class CancelBody(Body):
    subscription: str
    at_period_end: bool


class ResumeBody(Body):
    subscription: str


async def latest(conn: Connection, kind: str, customer: str) -> list[Json]:
    return (await store.records_of(conn, kind, customer))[-1:]


async def plans(_conn: Connection) -> list[Json]:
    return [asdict(plan) for plan in PRICES]


async def effect(conn: Connection, key: str) -> list[Json]:
    found = await store.effect_by_key(conn, "billing", key)
    return [effected(found)] if found else []


async def refund(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """Refuses more than is left of the charge."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    charge = await access(conn, "charge", body["charge"], body["customer"])
    await give_back(conn, charge, body["amount"])
    paid = deed("refund", charge, body, key, amount=body["amount"], currency=charge.body["currency"])
    return [effected(await store.append(conn, paid, at))]


async def cancel(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """At the period's end: it stays active, with `cancel_at` set. Now: it is cancelled. Refuses one that has ended,
    or that is to end and should end at the period's end."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    found = await access(conn, "subscription", body["subscription"], body["customer"])
    if found.body["status"] == "cancelled":
        raise Refused("The subscription is cancelled already.")
    if body["at_period_end"] and found.body["cancel_at"] is not None:
        raise Refused("The subscription already ends with the period.")
    if body["at_period_end"]:
        await store.change(conn, found, cancel_at=found.body["renews_at"])
    else:
        await store.change(conn, found, status="cancelled", cancel_at=at.isoformat())
    return [effected(await store.append(conn, deed("cancellation", found, body, key), at))]


async def resume(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """Refuses one that has ended, or that is not to end."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    found = await access(conn, "subscription", body["subscription"], body["customer"])
    if found.body["status"] == "cancelled" or found.body["cancel_at"] is None:
        raise Refused("The subscription has ended, or is not going to end.")
    await store.change(conn, found, cancel_at=None, resumed_at=at.isoformat())
    return [effected(await store.append(conn, deed("resumption", found, body, key), at))]


@router.get("/charges")
async def charges_door(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "charges", partial(store.records_of, kind="charge", customer=customer))


@router.get("/subscription")
async def subscription_door(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "subscription", partial(latest, kind="subscription", customer=customer))


@router.get("/invoices")
async def invoices_door(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "invoices", partial(store.records_of, kind="invoice", customer=customer))


@router.get("/plan_changes")
async def plan_changes_door(desk: Here, customer: str) -> Response:
    return await desk.answer(
        "billing", "plan_changes", partial(store.records_of, kind="plan_change", customer=customer)
    )


@router.get("/trial")
async def trial_door(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "trial", partial(latest, kind="trial", customer=customer))


@router.get("/disputes")
async def disputes_door(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "disputes", partial(store.records_of, kind="dispute", customer=customer))


@router.get("/credits")
async def credits_door(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "credits", partial(store.records_of, kind="credit", customer=customer))


@router.get("/plans")
async def plans_door(desk: Here) -> Response:
    return await desk.answer("billing", "plans", plans)


@router.get("/effect")
async def effect_door(desk: Here, key: str) -> Response:
    return await desk.answer("billing", "effect", partial(effect, key=key))


@router.post("/refund")
async def refund_door(desk: Here, body: RefundBody, key: Key) -> Response:
    work = partial(refund, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "refund", work)


@router.post("/cancel")
async def cancel_door(desk: Here, body: CancelBody, key: Key) -> Response:
    work = partial(cancel, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "cancel", work)


@router.post("/resume_subscription")
async def resume_door(desk: Here, body: ResumeBody, key: Key) -> Response:
    work = partial(resume, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "resume_subscription", work)
