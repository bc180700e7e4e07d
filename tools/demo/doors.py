"""The systems' HTTP doors. Ids travel in the query or the body, never in the path, so no id can lead elsewhere."""

from functools import partial
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Header
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from tools.demo import operations
from tools.demo.desk import Desk, desk_of

router = APIRouter()
Here = Annotated[Desk, Depends(desk_of)]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    customer: str


class RefundBody(Body):
    charge: str
    amount: int = Field(gt=0)
    reason: str


class CancelBody(Body):
    subscription: str
    at_period_end: bool


class AddressBody(Body):
    order: str
    address: str = Field(min_length=1)


class BugBody(Body):
    title: str = Field(min_length=1)
    description: str


@router.get("/crm/customer")
async def customer(desk: Here, customer: str) -> Response:
    return await desk.answer("crm", "customer", partial(operations.customer, customer=customer))


@router.get("/billing/charges")
async def charges(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "charges", partial(operations.charges, customer=customer))


@router.get("/billing/subscription")
async def subscription(desk: Here, customer: str) -> Response:
    return await desk.answer("billing", "subscription", partial(operations.subscription, customer=customer))


@router.get("/billing/effect")
async def effect(desk: Here, key: str) -> Response:
    return await desk.answer("billing", "effect", partial(operations.effect, key=key))


@router.post("/billing/refund")
async def refund(desk: Here, body: RefundBody, key: Key) -> Response:
    work = partial(operations.refund, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "refund", work)


@router.post("/billing/cancel")
async def cancel(desk: Here, body: CancelBody, key: Key) -> Response:
    work = partial(operations.cancel, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "cancel", work)


@router.get("/commerce/orders")
async def orders(desk: Here, customer: str) -> Response:
    return await desk.answer("commerce", "orders", partial(operations.orders, customer=customer))


@router.get("/commerce/tracking")
async def tracking(desk: Here, customer: str, order: str) -> Response:
    return await desk.answer("commerce", "tracking", partial(operations.tracking, customer=customer, order=order))


@router.get("/commerce/changes")
async def changes(desk: Here, customer: str, order: str) -> Response:
    return await desk.answer("commerce", "changes", partial(operations.changes, customer=customer, order=order))


@router.post("/commerce/change_address")
async def change_address(desk: Here, body: AddressBody) -> Response:
    work = partial(operations.change_address, at=desk.clock.now(), body=body.model_dump())
    return await desk.answer("commerce", "change_address", work)


@router.post("/tracker/file")
async def file(desk: Here, body: BugBody) -> Response:
    work = partial(operations.file, at=desk.clock.now(), body=body.model_dump())
    return await desk.answer("tracker", "file", work)


@router.get("/status/incidents")
async def incidents(desk: Here) -> Response:
    return await desk.answer("status", "incidents", operations.incidents)
