"""The shop ignores idempotency keys: a repeat has a second effect, and the change log shows both."""

from datetime import datetime
from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Deed, Json
from tools.demo.working import Body, Content, Here, Refused, access, effected

router = APIRouter(prefix="/commerce")


class AddressBody(Body):
    order: str
    address: str = Field(min_length=1)


async def orders(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "order", customer)


async def tracking(conn: Connection, customer: str, order: str) -> list[Json]:
    if await store.access(conn, "order", order, customer) is None:
        return []
    found = await store.find(conn, "tracking", order)
    return [found.body] if found else []


async def changes(conn: Connection, customer: str, order: str) -> list[Json]:
    """The order's change log, oldest first."""
    found = await store.effects(conn, system="commerce", object=order, customer=customer)
    return [
        {"reference": row["reference"], "order": order, "at": row["at"].isoformat(), **row["details"]} for row in found
    ]


async def change_address(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Refuses an order that has left. Every call is an effect, even to the address it has already."""
    order = await access(conn, "order", body["order"], body["customer"])
    if order.body["status"] != "processing":
        raise Refused("The order has left, or will never leave; its address cannot be changed.")
    revision = order.body["revision"] + 1
    await store.change(conn, order, address=body["address"], revision=revision)
    details = {"address": body["address"], "revision": revision}
    deed = Deed(system="commerce", kind="address_change", object=order.id, customer=order.customer, details=details)
    return [effected(await store.append(conn, deed, at))]


@router.get("/orders")
async def orders_door(desk: Here, customer: str) -> Response:
    return await desk.answer("commerce", "orders", partial(orders, customer=customer))


@router.get("/tracking")
async def tracking_door(desk: Here, customer: str, order: str) -> Response:
    return await desk.answer("commerce", "tracking", partial(tracking, customer=customer, order=order))


@router.get("/changes")
async def changes_door(desk: Here, customer: str, order: str) -> Response:
    return await desk.answer("commerce", "changes", partial(changes, customer=customer, order=order))


@router.post("/change_address")
async def change_address_door(desk: Here, body: AddressBody) -> Response:
    work = partial(change_address, at=desk.clock.now(), body=body.model_dump())
    return await desk.answer("commerce", "change_address", work)
