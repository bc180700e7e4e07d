"""The calendar has a free time at every full hour of the day, unless somebody has booked it. It ignores keys: a repeat is
a second entry in the log."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import AwareDatetime, Field

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Deed, Json, Record
from tools.demo.working import Body, Content, Here, Refused, access, effected

router = APIRouter(prefix="/scheduling")
HOSTS = {"sales": "Marta Reyes", "success": "Jonas Weber"}
FIRST_HOUR, LAST_HOUR = 8, 18
"""In UTC."""
MINUTES = 30
NOTICE = timedelta(hours=1)
AHEAD = timedelta(days=60)
_WRITTEN = "%Y%m%dT%H%M"


class BookBody(Body):
    meeting: str
    topic: str = Field(min_length=1)


class MoveBody(Body):
    booking: str
    meeting: str


class CancelBody(Body):
    booking: str


async def free(conn: Connection, at: datetime, customer: str, after: datetime) -> list[Json]:
    """The first free time from `after` on; none within AHEAD, none."""
    team, taken = await _team(conn, customer), await _taken(conn)
    hour = max(after, at + NOTICE).astimezone(UTC)
    start = hour.replace(minute=0, second=0, microsecond=0)
    start += timedelta(hours=1) if start < hour else timedelta()
    while start < at + AHEAD:
        if _open(start) and meeting_id(team, start) not in taken:
            return [await _meeting(conn, at, customer, team, start)]
        start += timedelta(hours=1)
    return []


async def meeting(conn: Connection, at: datetime, customer: str, id_: str) -> list[Json]:
    """The time of this id, if it is one of the customer's team, and free."""
    team = await _team(conn, customer)
    start = _start(id_)
    if start is None or meeting_id(team, start) != id_ or not _open(start) or start < at + NOTICE:
        return []
    return [] if id_ in await _taken(conn) else [await _meeting(conn, at, customer, team, start)]


async def bookings(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "booking", customer)


async def changes(conn: Connection, customer: str) -> list[Json]:
    """The log of this customer's calls, oldest first."""
    found = await store.effects(conn, system="scheduling", customer=customer)
    return [
        {"reference": row["reference"], "kind": row["kind"], "booking": row["object"], "at": row["at"].isoformat()}
        | row["details"]
        for row in found
    ]


async def book(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Refuses a time that is no longer free."""
    customer = body["customer"]
    [found] = await _held(conn, at, customer, body["meeting"])
    call = {name: found[name] for name in ("team", "host", "starts_at", "minutes")}
    call |= {"id": f"call_{customer.removeprefix('cus_')}_{found['revision'] + 1}", "customer": customer}
    call |= {"meeting": found["id"], "topic": body["topic"], "status": "booked"}
    await store.save(conn, Record(kind="booking", id=call["id"], customer=customer, body=call))
    return await _logged(conn, at, "call", call["id"], customer, found["id"])


async def move(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Refuses a call that is over or cancelled, and a time that is no longer free."""
    call = await _ahead(conn, at, body)
    [found] = await _held(conn, at, call.customer, body["meeting"])
    await store.change(conn, call, meeting=found["id"], starts_at=found["starts_at"])
    return await _logged(conn, at, "call_move", call.id, call.customer, found["id"])


async def cancel(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Refuses a call that is over or cancelled."""
    call = await _ahead(conn, at, body)
    await store.change(conn, call, status="cancelled")
    return await _logged(conn, at, "call_cancellation", call.id, call.customer, call.body["meeting"])


async def _ahead(conn: Connection, at: datetime, body: Content) -> Record:
    call = await access(conn, "booking", body["booking"], body["customer"])
    if not _still_ahead(call.body, at):
        raise Refused("That call is over, or was cancelled.")
    return call


async def _held(conn: Connection, at: datetime, customer: str, id_: str) -> list[Json]:
    """The time, which nobody else can book until the transaction ends."""
    await store.alone(conn, id_)
    found = await meeting(conn, at, customer, id_)
    if not found:
        raise Refused("That time is no longer free.")
    return found


async def _logged(conn: Connection, at: datetime, kind: str, call: str, customer: str, place: str) -> list[Json]:
    details = {"meeting": place, "revision": await _revision(conn, customer) + 1}
    deed = Deed(system="scheduling", kind=kind, object=call, customer=customer, details=details)
    return [effected(await store.append(conn, deed, at))]


async def _team(conn: Connection, customer: str) -> str:
    account = await access(conn, "customer", customer, customer)
    return "success" if account.body["tier"] == "enterprise" else "sales"


async def _taken(conn: Connection) -> set[str]:
    return {call["meeting"] for call in await store.bodies(conn, "booking") if call["status"] == "booked"}


async def _revision(conn: Connection, customer: str) -> int:
    return len(await store.effects(conn, system="scheduling", customer=customer))


async def _meeting(conn: Connection, at: datetime, customer: str, team: str, start: datetime) -> Json:
    return {
        "id": meeting_id(team, start),
        "team": team,
        "host": HOSTS[team],
        "starts_at": start.isoformat(),
        "minutes": MINUTES,
        "waiting": sum(_still_ahead(call, at) for call in await bookings(conn, customer)),
        "revision": await _revision(conn, customer),
    }


def _still_ahead(call: Json, at: datetime) -> bool:
    return call["status"] == "booked" and datetime.fromisoformat(call["starts_at"]) > at


def meeting_id(team: str, start: datetime) -> str:
    return f"meet_{team}_{start.astimezone(UTC):{_WRITTEN}}"


def _start(id_: str) -> datetime | None:
    try:
        return datetime.strptime(id_.rpartition("_")[2], _WRITTEN).replace(tzinfo=UTC)
    except ValueError:
        return None


def _open(start: datetime) -> bool:
    return FIRST_HOUR <= start.hour <= LAST_HOUR and start.minute == 0


@router.get("/free")
async def free_door(desk: Here, customer: str, after: AwareDatetime) -> Response:
    work = partial(free, at=desk.clock.now(), customer=customer, after=after)
    return await desk.answer("scheduling", "free", work)


@router.get("/meeting")
async def meeting_door(desk: Here, customer: str, id: str) -> Response:  # noqa: A002 - the query's name
    work = partial(meeting, at=desk.clock.now(), customer=customer, id_=id)
    return await desk.answer("scheduling", "meeting", work)


@router.get("/bookings")
async def bookings_door(desk: Here, customer: str) -> Response:
    return await desk.answer("scheduling", "bookings", partial(bookings, customer=customer))


@router.get("/changes")
async def changes_door(desk: Here, customer: str) -> Response:
    return await desk.answer("scheduling", "changes", partial(changes, customer=customer))


Work = Callable[..., Awaitable[list[Json]]]
"""Takes a connection, the time (`at`) and the body."""


async def _answer(desk: Here, operation: str, work: Work, body: Body) -> Response:
    doing = partial(work, at=desk.clock.now(), body=body.model_dump())
    return await desk.answer("scheduling", operation, doing)


@router.post("/book")
async def book_door(desk: Here, body: BookBody) -> Response:
    return await _answer(desk, "book", book, body)


@router.post("/move")
async def move_door(desk: Here, body: MoveBody) -> Response:
    return await _answer(desk, "move", move, body)


@router.post("/cancel")
async def cancel_door(desk: Here, body: CancelBody) -> Response:
    return await _answer(desk, "cancel", cancel, body)
