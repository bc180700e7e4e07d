"""Billing's doors for plans: another plan, back to the one before, the end with money back, a longer trial."""

from datetime import datetime, timedelta
from functools import partial
from urllib.parse import unquote

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from records.sql import Connection
from tools.billing.facts import Plan
from tools.demo import store
from tools.demo.billing_parts import deed, give_back_on, listed, put_on, renewal
from tools.demo.store import Json, Record
from tools.demo.working import Body, Content, Here, Key, Refused, access, done_before, effected

router = APIRouter()
REVERTIBLE = timedelta(days=14)


class ProrateBody(Body):
    subscription: str
    charge: str
    amount: int = Field(gt=0)


class RevertBody(Body):
    change: str
    amount: int = Field(ge=0)


class ChangeBody(Body):
    subscription: str
    plan: str
    interval: str
    amount: int = Field(ge=0)


class ExtendBody(Body):
    trial: str
    days: int = Field(gt=0)


async def cancel_and_prorate(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """Refuses what has ended, and more than is left of the charge."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    found = await _running(conn, body)
    await give_back_on(conn, body["charge"], found.customer, body["amount"])
    await store.change(conn, found, status="cancelled", cancel_at=at.isoformat())
    paid = deed("proration", found, body, key, amount=body["amount"], currency=found.body["currency"])
    return [effected(await store.append(conn, paid, at))]


async def revert_plan(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """Refuses a change that was taken back already, and more than is left of its charge. One that has not begun yet is
    only called off."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    change = await access(conn, "plan_change", body["change"], body["customer"])
    if change.body["reverted_at"] is not None:
        raise Refused("That change was taken back already.")
    began = datetime.fromisoformat(change.body["at"])
    if began <= at:
        found = await _running(conn, {**body, "subscription": change.body["subscription"]})
        before = {name: change.body[f"old_{name}"] for name in ("plan", "interval", "price")}
        await put_on(conn, found, **before, renews_at=renewal(began, before["interval"], at))
    await give_back_on(conn, change.body["charge"], change.customer, body["amount"])
    await store.change(conn, change, reverted_at=at.isoformat())
    back = deed("plan_revert", change, body, key, amount=body["amount"], currency=change.body["currency"])
    return [effected(await store.append(conn, back, at))]


async def change_plan(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """With an amount it is charged and begins now; without, it begins with the next period. Refuses plans that are not
    on the price list, and more than their price."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    found, to = await _running(conn, body), listed(body["plan"], body["interval"])
    if body["amount"] > to.price:
        raise Refused("That is more than the plan costs.")
    change = deed("plan_change", found, body, key, amount=body["amount"], currency=to.currency)
    row = await store.append(conn, change, at)
    charge = f"ch_plan_{row['id']}" if body["amount"] else ""
    begins = at if charge else datetime.fromisoformat(found.body["renews_at"])
    await store.save(conn, _change_of(found, to, str(row["id"]), charge, begins))
    if charge:
        await store.save(conn, _charge_of(found, to, charge, body["amount"], at))
        terms = {"interval": to.interval, "price": to.price, "charge": charge}
        await put_on(conn, found, plan=to.plan, **terms, renews_at=renewal(at, to.interval, at))
    return [effected(row)]


def _change_of(found: Record, to: Plan, number: str, charge: str, begins: datetime) -> Record:
    body: Json = {
        "id": f"chg_{number}",
        "customer": found.customer,
        "subscription": found.id,
        "cause": "customer",
        **{f"old_{name}": found.body[name] for name in ("plan", "interval", "price")},
        "new_plan": to.plan,
        "new_interval": to.interval,
        "new_price": to.price,
        "currency": to.currency,
        "feature": "",
        "metric": "",
        "threshold": 0,
        "usage": 0,
        "charge": charge,
        "excess": 0,
        "at": begins.isoformat(),
        "revertible_until": (begins + REVERTIBLE).isoformat(),
        "reverted_at": None,
    }
    return Record(kind="plan_change", id=body["id"], customer=found.customer, body=body)


def _charge_of(found: Record, to: Plan, charge: str, amount: int, at: datetime) -> Record:
    body = {
        "id": charge,
        "customer": found.customer,
        "amount": amount,
        "currency": to.currency,
        "refunded": 0,
        "description": f"{to.plan.capitalize()} plan, by the {to.interval}",
        "order": "",
        "created_at": at.isoformat(),
    }
    return Record(kind="charge", id=charge, customer=found.customer, body=body)


async def extend_trial(conn: Connection, at: datetime, body: Content, key: str) -> list[Json]:
    """Counted from the trial's end. Refuses one that has become a paid plan."""
    done = await done_before(conn, "billing", body, key)
    if done is not None:
        return [done]
    found = await access(conn, "trial", body["trial"], body["customer"])
    if found.body["status"] == "converted":
        raise Refused("The trial has become a paid plan.")
    ends = datetime.fromisoformat(found.body["ends_at"]) + timedelta(days=body["days"])
    times = found.body["extended"] + 1
    await store.change(conn, found, ends_at=ends.isoformat(), status="running", extended=times)
    return [effected(await store.append(conn, deed("extension", found, body, key), at))]


async def _running(conn: Connection, body: Content) -> Record:
    found = await access(conn, "subscription", body["subscription"], body["customer"])
    if found.body["status"] == "cancelled":
        raise Refused("The subscription is cancelled already.")
    return found


@router.post("/cancel_and_prorate")
async def cancel_and_prorate_door(desk: Here, body: ProrateBody, key: Key) -> Response:
    work = partial(cancel_and_prorate, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "cancel_and_prorate", work)


@router.post("/revert_plan")
async def revert_plan_door(desk: Here, body: RevertBody, key: Key) -> Response:
    work = partial(revert_plan, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "revert_plan", work)


@router.post("/change_plan")
async def change_plan_door(desk: Here, body: ChangeBody, key: Key) -> Response:
    work = partial(change_plan, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "change_plan", work)


@router.post("/extend_trial")
async def extend_trial_door(desk: Here, body: ExtendBody, key: Key) -> Response:
    work = partial(extend_trial, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("billing", "extend_trial", work)
