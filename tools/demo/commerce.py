"""The shop ignores idempotency keys: a repeat has a second effect, and the change log shows both."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from records.sql import Connection
from tools.demo import store
from tools.demo.stock import stock_of, take
from tools.demo.store import Deed, Json, Record
from tools.demo.working import Body, Content, Here, Refused, access, effected

router = APIRouter(prefix="/commerce")
DELIVERY = timedelta(days=4)


class OrderBody(Body):
    order: str


class AddressBody(OrderBody):
    address: str = Field(min_length=1)


class ReshipBody(OrderBody):
    cause: Literal["lost", "damaged", "wrong_item"]


async def orders(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "order", customer)


async def tracking(conn: Connection, customer: str, order: str) -> list[Json]:
    if await store.access(conn, "order", order, customer) is None:
        return []
    found = await store.find(conn, "tracking", order)
    return [found.body] if found else []


async def stock(conn: Connection, customer: str, order: str) -> list[Json]:
    found = await store.access(conn, "order", order, customer)
    return [await stock_of(conn, found)] if found else []


async def changes(conn: Connection, customer: str, order: str) -> list[Json]:
    """The order's change log, oldest first."""
    found = await store.effects(conn, system="commerce", object=order, customer=customer)
    return [
        {"kind": row["kind"], "order": order, "at": row["at"].isoformat(), **effected(row), **row["details"]}
        for row in found
    ]


async def change_address(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Refuses an order that has left. Every call is an effect, even to the address it has already."""
    order = await access(conn, "order", body["order"], body["customer"])
    if order.body["status"] != "processing":
        raise Refused("The order has left, or will never leave; its address cannot be changed.")
    return await _changed(conn, at, order, "address_change", {"address": body["address"]}, address=body["address"])


async def reship(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Makes a further order of the same goods that costs nothing. Refuses one that was never sent, was paid back in any
    part, or is not in stock; a repeat is a second parcel."""
    order = await access(conn, "order", body["order"], body["customer"])
    if order.body["dispatched_at"] is None or order.body["refunded"] > 0:
        raise Refused("Only an order that was sent, and not paid back, can be sent again.")
    if (await stock_of(conn, order))["missing"]:
        raise Refused("Not everything of the order is in stock.")
    await take(conn, order.body["items"])
    other = await _further(conn, order, "r", order.body["items"], placed_at=at, promised_at=at + DELIVERY)
    return await _changed(conn, at, order, "replacement", {"cause": body["cause"]}, replacement=other)


async def split(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Sends what is there today; what is missing becomes an order of its own, which costs nothing. Refuses one of which
    all or nothing is there, or that has left."""
    order = await access(conn, "order", body["order"], body["customer"])
    found = await stock_of(conn, order)
    if order.body["status"] != "processing" or not found["available"] or not found["missing"]:
        raise Refused("There is nothing to split.")
    await take(conn, found["available"])
    restocked = datetime.fromisoformat(found["restocked_at"] or order.body["promised_at"])
    other = await _further(conn, order, "s", found["missing"], promised_at=restocked + DELIVERY)
    sent = {"status": "dispatched", "dispatched_at": at.isoformat(), "items": found["available"], "rest": other}
    return await _changed(conn, at, order, "split", {}, **sent)


async def cancel(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Refuses an order that has left. Billing learns of it at once: all that is left of the price goes back."""
    order = await access(conn, "order", body["order"], body["customer"])
    if order.body["status"] != "processing":
        raise Refused("The order has left, or was cancelled before; it cannot be cancelled.")
    left = order.body["total"] - order.body["refunded"]
    charge = await store.access(conn, "charge", order.body["charge"], order.customer)
    if charge is not None:
        await store.change(conn, charge, refunded=charge.body["refunded"] + left)
    fields = {"status": "cancelled", "refunded": order.body["total"]}
    return await _changed(conn, at, order, "order_cancellation", {}, amount=left, **fields)


async def _further(conn: Connection, order: Record, letter: str, items: list[str], **times: datetime) -> str:
    """An order of some of the goods for which nothing is paid; returns its id."""
    id_ = f"{order.id}{letter}{order.body['revision']}"
    moments = {name: time.isoformat() for name, time in times.items()}
    fresh = {"status": "processing", "dispatched_at": None, "delivered_at": None, "total": 0, "charge": ""}
    body = order.body | fresh | moments | {"id": id_, "items": items, "revision": 1, "refunded": 0}
    await store.save(conn, Record(kind="order", id=id_, customer=order.customer, body=body))
    return id_


async def _changed(
    conn: Connection, at: datetime, order: Record, kind: str, details: Json, *, amount: int | None = None, **fields: Any
) -> list[Json]:
    """Changes the order, one revision on, and writes it into the change log."""
    revision = order.body["revision"] + 1
    await store.change(conn, order, **fields, revision=revision)
    deed = Deed(
        system="commerce",
        kind=kind,
        object=order.id,
        customer=order.customer,
        amount=amount,
        currency=None if amount is None else order.body["currency"],
        details=details | {"revision": revision},
    )
    return [effected(await store.append(conn, deed, at))]


@router.get("/orders")
async def orders_door(desk: Here, customer: str) -> Response:
    return await desk.answer("commerce", "orders", partial(orders, customer=customer))


@router.get("/tracking")
async def tracking_door(desk: Here, customer: str, order: str) -> Response:
    return await desk.answer("commerce", "tracking", partial(tracking, customer=customer, order=order))


@router.get("/stock")
async def stock_door(desk: Here, customer: str, order: str) -> Response:
    return await desk.answer("commerce", "stock", partial(stock, customer=customer, order=order))


@router.get("/changes")
async def changes_door(desk: Here, customer: str, order: str) -> Response:
    return await desk.answer("commerce", "changes", partial(changes, customer=customer, order=order))


@router.post("/change_address")
async def change_address_door(desk: Here, body: AddressBody) -> Response:
    work = partial(change_address, at=desk.clock.now(), body=body.model_dump())
    return await desk.answer("commerce", "change_address", work)


@router.post("/reship")
async def reship_door(desk: Here, body: ReshipBody) -> Response:
    return await desk.answer("commerce", "reship", partial(reship, at=desk.clock.now(), body=body.model_dump()))


@router.post("/split")
async def split_door(desk: Here, body: OrderBody) -> Response:
    return await desk.answer("commerce", "split", partial(split, at=desk.clock.now(), body=body.model_dump()))


@router.post("/cancel")
async def cancel_door(desk: Here, body: OrderBody) -> Response:
    return await desk.answer("commerce", "cancel", partial(cancel, at=desk.clock.now(), body=body.model_dump()))
