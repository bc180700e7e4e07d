"""Billing honours idempotency keys: the same key with the same body gets the stored answer, with another body a refusal."""

from datetime import datetime
from functools import partial
from urllib.parse import unquote

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Deed, Json, Record
from tools.demo.working import Body, Content, Here, Key, Refused, access, done_before, effected

router = APIRouter(prefix="/billing")


class RefundBody(Body):
    charge: str
    amount: int = Field(gt=0)
    reason: str


class CancelBody(Body):
    subscription: str
    at_period_end: bool


async def charges(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "charge", customer)


async def subscription(conn: Connection, customer: str) -> list[Json]:
    return (await store.records_of(conn, "subscription", customer))[-1:]


async def effect(conn: Connection, key: str) -> list[Json]:
    found = await store.effect_by_key(conn, "billing", key)
    return [effected(found)] if found else []


async def refund(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """Refuses more than is left of the charge. The shop learns of it at once: the order's `refunded` rises too."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    charge = await access(conn, "charge", body["charge"], body["customer"])
    refunded = charge.body["refunded"] + body["amount"]
    if refunded > charge.body["amount"]:
        raise Refused("That would refund more than was paid.")
    await store.change(conn, charge, refunded=refunded)
    await _tell_the_shop(conn, charge, refunded)
    deed = _deed("refund", charge, body, key, amount=body["amount"], currency=charge.body["currency"])
    return [effected(await store.append(conn, deed, at))]


async def _tell_the_shop(conn: Connection, charge: Record, refunded: int) -> None:
    order = await store.access(conn, "order", charge.body["order"], charge.customer)
    if order is not None:
        await store.change(conn, order, refunded=refunded)


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
    return [effected(await store.append(conn, _deed("cancellation", found, body, key), at))]


def _deed(
    kind: str, record: Record, body: Content, key: str, *, amount: int | None = None, currency: str | None = None
) -> Deed:
    return Deed(
        system="billing",
        kind=kind,
        object=record.id,
        customer=record.customer,
        amount=amount,
        currency=currency,
        key=key,
        request=dict(body),
    )


@router.get("/charges")
async def charges_door(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "charges", partial(charges, customer=customer))


@router.get("/subscription")
async def subscription_door(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "subscription", partial(subscription, customer=customer))


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
