"""The door to what was done, and to what nobody knows was done: the list, the history, what a colleague found out, undo."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from graph.actions import reconcile, settling, undoing
from policy.words import money
from records import actions
from records.actions import Event, Listed, Position
from records.ledger import Entry
from records.sql import Connection
from records.staff import Principal
from web import text
from web.access import access_action, visible_queues
from web.auth import BEARER, ReachableAction, Staff
from web.doors import Doors, TheDoors
from web.names import id_of
from web.paging import NotOurs
from web.views import instant, plain

router = APIRouter(prefix="/actions", tags=["actions"], dependencies=[BEARER])
Json = dict[str, Any]
Wanted = Literal["reserved", "done", "refused", "unknown", "all"]


class Settlement(BaseModel):
    """What a colleague found at the system. `reference`: the system's own id of the effect, needed with done."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["done", "refused"]
    reference: str = Field(default="", max_length=200)
    note: str = Field(min_length=1, max_length=2000)


class Undo(BaseModel):
    """Why it is to be taken back; whoever decides reads it."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=500)


@router.get("")
async def list_actions(
    who: Staff,
    doors: TheDoors,
    status: Wanted = "all",
    customer: Annotated[str | None, Query(max_length=200)] = None,
    tool: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Annotated[str | None, Query(max_length=4000)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Json:
    """A page of the ledger: first what nobody knows the outcome of, then the newest. `next`: the next page's cursor."""
    which = {name: text.printable(value) if value else None for name, value in (("customer", customer), ("tool", tool))}
    after = _position(cursor) if cursor is not None else None
    wanted = None if status == "all" else status
    async with doors.services.database.transaction() as conn:
        seen = visible_queues(doors, who)
        found = await actions.listing(conn, status=wanted, **which, visible=seen, after=after, limit=limit + 1)
    page, more = found[:limit], len(found) > limit
    return {"items": [_row(item) for item in page], "next": _cursor(page[-1]) if more else None}


@router.get("/{action_id}")
async def read_action(found: ReachableAction, staff: Staff, doors: TheDoors) -> Json:
    """An action with its arguments, its receipt, what takes it back, and its history."""
    async with doors.services.database.transaction() as conn:
        return await _whole(conn, doors, found, staff)


@router.post("/{action_id}/settle")
async def settle_action(found: ReachableAction, body: Settlement, staff: Staff, doors: TheDoors) -> Json:
    """Records, once, what became of an action of unknown fate; the customer is told. 409 with who was first."""
    reference, note = text.printable(body.reference), text.printable(body.note)
    await settling.settle(doors.services, found.key, body.status, staff, reference=reference, note=note)
    async with doors.services.database.transaction() as conn:
        return await _whole(conn, doors, await access_action(conn, doors, staff, id_of(found.key)), staff)


@router.post("/{action_id}/look")
async def look_up_action(found: ReachableAction, staff: Staff, doors: TheDoors) -> Json:
    """Asks the system once more what became of it, and records what it shows. Nothing is done again."""
    await reconcile.look(doors.services, found.key, actor=staff.id)
    async with doors.services.database.transaction() as conn:
        return await _whole(conn, doors, await access_action(conn, doors, staff, id_of(found.key)), staff)


@router.post("/{action_id}/undo", status_code=202)
async def undo_action(found: ReachableAction, body: Undo, staff: Staff, doors: TheDoors) -> Json:
    """Proposes to take it back: policy judges it, and another colleague decides."""
    asked = await undoing.ask(doors.services, found.key, staff, text.printable(body.reason))
    return {"run": asked.run, "conversation_id": asked.conversation, "tool": asked.tool, "arguments": asked.arguments}


async def _whole(conn: Connection, doors: Doors, entry: Entry, staff: Principal) -> Json:
    undone = await actions.undone_by(conn, entry.key)
    history = await actions.history(conn, entry.key)
    company = doors.services.company.current()
    tool = doors.services.kit.action(entry.tool)
    takes_back = tool.undo if tool and entry.status == "done" and entry.undoes is None and undone is None else ""
    return {
        **_plain(entry),
        "undone_by": _named(undone.key) if undone else None,
        "undo": takes_back or None,
        "history": [_moved(event) for event in history],
        "may_settle": entry.status == "unknown" and settling.may_settle(company, entry, staff),
    }


def _plain(entry: Entry) -> Json:
    shown = {name: plain(value) for name, value in vars(entry).items()}
    return {"id": id_of(entry.key), **shown, "undoes": _named(entry.undoes) if entry.undoes else None}


def _named(key: str) -> Json:
    return {"id": id_of(key), "key": key}


def _moved(event: Event) -> Json:
    return {"move": event.move, "by": event.actor, "note": event.note, "data": event.data, "at": instant(event.at)}


def _row(item: Listed) -> Json:
    shown = {name: plain(value) for name, value in vars(item).items()}
    return {"id": id_of(item.key), **shown, "worth": money(item.amount, item.currency) if item.amount else ""}


def _cursor(last: Listed) -> str:
    place = f"{int(last.open)} {instant(last.reserved_at)} {last.key}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def _position(cursor: str) -> Position:
    """Raises NotOurs."""
    try:
        place = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
        is_open, at, key = text.printable(place).split(" ", 2)
        position = Position(open=is_open == "1", at=datetime.fromisoformat(at), key=key)
    except (binascii.Error, ValueError) as error:
        raise NotOurs from error
    if position.at.utcoffset() is None or is_open not in ("0", "1"):
        raise NotOurs
    return position
