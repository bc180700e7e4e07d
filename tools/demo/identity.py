"""The identity system honours idempotency keys: the same key with the same body gets the stored answer."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from urllib.parse import unquote

from fastapi import APIRouter
from fastapi.responses import Response

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Deed, Json, Record
from tools.demo.working import Body, Content, Here, Key, Refused, access, done_before, effected

router = APIRouter(prefix="/identity")
SEATS = {"starter": 1, "team": 5, "business": 20, "enterprise": 200}
"""How many are included in a plan."""


class LoginBody(Body):
    login: str


class SeatBody(Body):
    seat: str


async def login(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "login", customer)


async def seats(conn: Connection, customer: str) -> list[Json]:
    """All of the workspace, those that were freed included."""
    return [await _counted(conn, seat) for seat in await store.records_of(conn, "seat", customer)]


async def _counted(conn: Connection, seat: Json) -> Json:
    account = await store.find(conn, "customer", seat["customer"])
    all_of_them = await store.records_of(conn, "seat", seat["customer"])
    used = sum(each["status"] != "removed" for each in all_of_them)
    return seat | {"used": used, "included": SEATS.get(account.body["plan"], 0) if account else 0}


async def effect(conn: Connection, key: str) -> list[Json]:
    found = await store.effect_by_key(conn, "identity", key)
    return [effected(found)] if found else []


async def reset_password(conn: Connection, at: datetime, body: Content) -> Record:
    """Sends the link and lifts the lock. Refuses a sign-in that was suspended."""
    found = await _usable(conn, body)
    await store.change(
        conn, found, status="active", failed_attempts=0, locked_until=None, password_reset_at=at.isoformat()
    )
    return found


async def reset_mfa(conn: Connection, at: datetime, body: Content) -> Record:
    """Refuses a sign-in that was suspended, or that has no second step."""
    found = await _usable(conn, body)
    if not found.body["mfa"]:
        raise Refused("Two-step sign-in is off already.")
    await store.change(conn, found, mfa=False, mfa_reset_at=at.isoformat())
    return found


async def _usable(conn: Connection, body: Content) -> Record:
    found = await access(conn, "login", body["login"], body["customer"])
    if found.body["status"] == "suspended":
        raise Refused("This sign-in is suspended.")
    return found


async def reset_seat(conn: Connection, _at: datetime, body: Content) -> Record:
    """Invites the person again. Refuses one whose seat was freed when no seat is left."""
    found = await access(conn, "seat", body["seat"], body["customer"])
    counted = await _counted(conn, found.body)
    if found.body["status"] == "removed" and counted["used"] >= counted["included"]:
        raise Refused("All seats of the plan are taken.")
    await store.change(conn, found, status="invited")
    return found


async def free_seat(conn: Connection, _at: datetime, body: Content) -> Record:
    """Refuses one that is free already, and an owner's."""
    found = await access(conn, "seat", body["seat"], body["customer"])
    if found.body["status"] == "removed" or found.body["role"] == "owner":
        raise Refused("This seat is free already, or an owner's.")
    await store.change(conn, found, status="removed")
    return found


Work = Callable[[Connection, datetime, Content], Awaitable[Record]]


async def once(conn: Connection, kind: str, work: Work, at: datetime, body: Content, key: str) -> list[Json]:
    """Does the work, unless it was done under this key, and writes it down; the record is one revision on."""
    done = await done_before(conn, "identity", body, key)
    if done is not None:
        return [done]
    found = await work(conn, at, body)
    await store.change(conn, found, revision=found.body["revision"] + 1)
    deed = Deed(system="identity", kind=kind, object=found.id, customer=found.customer, key=key, request=dict(body))
    return [effected(await store.append(conn, deed, at))]


@router.get("/login")
async def login_door(desk: Here, customer: str) -> Response:
    return await desk.answer("identity", "login", partial(login, customer=customer))


@router.get("/seats")
async def seats_door(desk: Here, customer: str) -> Response:
    return await desk.answer("identity", "seats", partial(seats, customer=customer))


@router.get("/effect")
async def effect_door(desk: Here, key: str) -> Response:
    return await desk.answer("identity", "effect", partial(effect, key=key))


async def _answer(desk: Here, operation: str, kind: str, work: Work, body: Body, key: str) -> Response:
    doing = partial(once, kind=kind, work=work, at=desk.clock.now(), body=body.model_dump(), key=unquote(key))
    return await desk.answer("identity", operation, doing)


@router.post("/reset_password")
async def reset_password_door(desk: Here, body: LoginBody, key: Key) -> Response:
    return await _answer(desk, "reset_password", "password_reset", reset_password, body, key)


@router.post("/reset_mfa")
async def reset_mfa_door(desk: Here, body: LoginBody, key: Key) -> Response:
    return await _answer(desk, "reset_mfa", "mfa_reset", reset_mfa, body, key)


@router.post("/reset_seat")
async def reset_seat_door(desk: Here, body: SeatBody, key: Key) -> Response:
    return await _answer(desk, "reset_seat", "seat_reset", reset_seat, body, key)


@router.post("/free_seat")
async def free_seat_door(desk: Here, body: SeatBody, key: Key) -> Response:
    return await _answer(desk, "free_seat", "seat_removal", free_seat, body, key)
