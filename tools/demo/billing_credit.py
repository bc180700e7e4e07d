"""Billing's doors for credit on a customer's account."""

from datetime import datetime
from functools import partial
from urllib.parse import unquote

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from records.sql import Connection
from tools.demo import store
from tools.demo.billing_parts import deed
from tools.demo.store import Deed, Json, Record
from tools.demo.working import Body, Content, Here, Key, Refused, access, done_before, effected

router = APIRouter()
CURRENCY = "USD"


class CreditBody(Body):
    about: str
    amount: int = Field(gt=0)
    cause: str


class VoidBody(Body):
    credit: str


async def issue_credit(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """The entry's id is the reference of the effect that made it."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    given = Deed(
        system="billing",
        kind="credit",
        object=body["about"],
        customer=body["customer"],
        amount=body["amount"],
        currency=CURRENCY,
        key=key,
        request=dict(body),
    )
    row = await store.append(conn, given, at)
    entry = {
        "id": row["reference"],
        **{name: body[name] for name in ("customer", "amount", "cause", "about")},
        "currency": CURRENCY,
        "used": 0,
        "given_at": at.isoformat(),
        "void_at": None,
    }
    await store.save(conn, Record(kind="credit", id=entry["id"], customer=body["customer"], body=entry))
    return [effected(row)]


async def void_credit(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """Refuses one that was taken back before, and one that invoices have used up."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    found = await access(conn, "credit", body["credit"], body["customer"])
    left = found.body["amount"] - found.body["used"]
    if found.body["void_at"] is not None or left <= 0:
        raise Refused("There is nothing left of that credit.")
    await store.change(conn, found, void_at=at.isoformat())
    taken = deed("credit_void", found, body, key, amount=left, currency=found.body["currency"])
    return [effected(await store.append(conn, taken, at))]


@router.post("/issue_credit")
async def issue_credit_door(desk: Here, body: CreditBody, key: Key) -> Response:
    work = partial(issue_credit, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "issue_credit", work)


@router.post("/void_credit")
async def void_credit_door(desk: Here, body: VoidBody, key: Key) -> Response:
    work = partial(void_credit, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "void_credit", work)
