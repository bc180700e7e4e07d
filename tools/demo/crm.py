"""The CRM: who the customer is."""

from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Json
from tools.demo.working import Here

router = APIRouter(prefix="/crm")


async def records(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "customer", customer)


@router.get("/customer")
async def customer_door(desk: Here, customer: str) -> Response:
    return await desk.answer("crm", "customer", partial(records, customer=customer))
