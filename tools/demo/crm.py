"""The CRM: who the customer is. It ignores keys; an account shows when it is to be erased."""

from datetime import datetime, timedelta
from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Deed, Json
from tools.demo.working import Body, Content, Here, Refused, access, effected

router = APIRouter(prefix="/crm")
GRACE = timedelta(days=30)


async def records(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "customer", customer)


async def deletion(conn: Connection, customer: str) -> list[Json]:
    """None when it is not to be erased, whatever was asked for before."""
    account = await access(conn, "customer", customer, customer)
    if account.body["deletes_at"] is None:
        return []
    done = await store.effects(conn, system="crm", object=customer, customer=customer)
    return [{"reference": row["reference"], **row["details"]} for row in done[-1:]]


async def delete(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Notes when the account is to be erased. Refuses one that is to be erased already."""
    account = await access(conn, "customer", body["customer"], body["customer"])
    if account.body["deletes_at"] is not None:
        raise Refused("The account is to be erased already.")
    noted = {"deletes_at": (at + GRACE).isoformat(), "revision": account.body["revision"] + 1}
    await store.change(conn, account, **noted)
    deed = Deed(system="crm", kind="deletion", object=account.id, customer=account.id, details=noted)
    return [effected(await store.append(conn, deed, at))]


@router.get("/customer")
async def customer_door(desk: Here, customer: str) -> Response:
    return await desk.answer("crm", "customer", partial(records, customer=customer))


@router.get("/deletion")
async def deletion_door(desk: Here, customer: str) -> Response:
    return await desk.answer("crm", "deletion", partial(deletion, customer=customer))


@router.post("/delete")
async def delete_door(desk: Here, body: Body) -> Response:
    return await desk.answer("crm", "delete", partial(delete, at=desk.clock.now(), body=body.model_dump()))
