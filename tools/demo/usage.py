"""The product's own records: meters, features by plan, accesses. Honours idempotency keys."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal
from urllib.parse import unquote

from fastapi import APIRouter
from fastapi.responses import Response

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Deed, Json
from tools.demo.working import Body, Content, Here, Key, Refused, access, done_before, effected

router = APIRouter(prefix="/usage")

PLANS = {"starter": 1_900, "team": 4_900, "business": 14_900, "enterprise": None}
"""The plans, smallest first, with their price a month; None is agreed by contract."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A feature in the catalogue, whoever looks at it."""

    id: str
    title: str
    words: list[str]
    from_plan: str
    where: str


class SwitchBody(Body):
    entitlement: str
    to: Literal["active", "lapsed"]


async def meters(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "meter", customer)


async def features(conn: Connection, customer: str) -> list[Json]:
    """The catalogue as this customer's plan has it; empty for a plan that is not in the list."""
    found = await store.find(conn, "customer", customer)
    plan = found.body["plan"] if found else ""
    if plan not in PLANS:
        return []
    return [_as_in(plan, customer, each) for each in await store.records_of(conn, "feature", "")]


def _as_in(plan: str, customer: str, feature: Json) -> Json:
    order, there, price = list(PLANS), feature["from_plan"], PLANS[feature["from_plan"]]
    included = order.index(plan) >= order.index(there)
    dearer = price - (PLANS[plan] or 0) if price is not None else None
    return {
        **feature,
        "customer": customer,
        "included": included,
        "plan": plan,
        "extra": 0 if included else dearer,
        "currency": "USD",
    }


async def entitlements(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "entitlement", customer)


async def effect(conn: Connection, key: str) -> list[Json]:
    found = await store.effect_by_key(conn, "usage", key)
    return [effected(found)] if found else []


async def switch(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """Refuses one that is so already, one that is suspended, and opening one whose time is over."""
    done = await done_before(conn, "usage", body, key)
    if done is not None:
        return [done]
    found = await access(conn, "entitlement", body["entitlement"], body["customer"])
    if found.body["status"] == body["to"]:
        raise Refused(f"The access is {body['to']} already.")
    if found.body["status"] == "suspended":
        raise Refused("The access is suspended.")
    until = found.body["reopenable_until"]
    if body["to"] == "active" and (until is None or datetime.fromisoformat(until) <= at):
        raise Refused("The access can no longer be opened again.")
    why = "" if body["to"] == "active" else "request"
    await store.change(conn, found, status=body["to"], why=why, changed_at=at.isoformat())
    deed = Deed(
        system="usage",
        kind="reopening" if body["to"] == "active" else "closing",
        object=found.id,
        customer=found.customer,
        key=key,
        request=dict(body),
    )
    return [effected(await store.append(conn, deed, at))]


@router.get("/meters")
async def meters_door(desk: Here, customer: str) -> Response:
    return await desk.answer("usage", "meters", partial(meters, customer=customer))


@router.get("/features")
async def features_door(desk: Here, customer: str) -> Response:
    return await desk.answer("usage", "features", partial(features, customer=customer))


@router.get("/entitlements")
async def entitlements_door(desk: Here, customer: str) -> Response:
    return await desk.answer("usage", "entitlements", partial(entitlements, customer=customer))


@router.get("/effect")
async def effect_door(desk: Here, key: str) -> Response:
    return await desk.answer("usage", "effect", partial(effect, key=key))


@router.post("/switch")
async def switch_door(desk: Here, body: SwitchBody, key: Key) -> Response:
    work = partial(switch, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("usage", "switch", work)
