"""The staff's door: taking conversations over, replying, handing back; the dial."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from graph.contacts.joining import tell_from_person
from graph.truth.stops import warn
from records import audit, conversations, events, handoffs, joins, runs, switches
from records.conversations import Conversation, TakenOver
from records.errors import NotAllowed, NotFound
from records.ids import StaffId
from records.sql import Connection
from records.staff import Principal
from web import text
from web.access import need_role
from web.auth import BEARER, Reachable, Staff
from web.doors import Doors, TheDoors

router = APIRouter(tags=["staff"], dependencies=[BEARER])
Json = dict[str, Any]


class NotYours(NotAllowed):
    """Take this conversation over before you reply or hand it back."""

    slug = "not-yours"


class TakeOver(BaseModel):
    """`held_by`: the colleague to take it from, when it is not with the agent."""

    model_config = ConfigDict(extra="forbid")

    held_by: str | None = Field(default=None, max_length=64)


class Reply(BaseModel):
    """What the customer is told by a person, up to 16 KB."""

    model_config = ConfigDict(extra="forbid")

    text: str


class Dial(BaseModel):
    """What the agent may do alone for an intent."""

    model_config = ConfigDict(extra="forbid")

    autonomy: Literal["off", "suggest", "auto"]
    reason: str = Field(min_length=1, max_length=500)


@router.post("/conversations/{conversation_id}/take-over")
async def take_over(found: Reachable, staff: Staff, doors: TheDoors, wish: TakeOver | None = None) -> Json:
    """Gives the conversation to you; the agent only drafts in it. From a colleague only by naming them."""
    if found.assignee != staff.id:
        seen = StaffId(wish.held_by) if wish and wish.held_by else None
        await _take(doors, found, staff, seen)
    return {"id": found.id, "assigned_to": staff.id}


@router.post("/conversations/{conversation_id}/hand-back")
async def hand_back(found: Reachable, staff: Staff, doors: TheDoors) -> Json:
    """Gives the conversation back to the agent, which answers what has not been answered."""
    _must_hold(found, staff)
    now = doors.services.clock.now()
    async with doors.services.database.transaction() as conn:
        await conversations.assign(conn, found.id, None, seen=staff.id, now=now)
        await joins.settle_conversation(conn, found.id, now=now)
        if await runs.has_unanswered(conn, found.id):
            await conversations.set_status(conn, found.id, "open", now=now)
        await _tell(
            conn, doors, found, staff, "conversation.handed_back", ("assigned", {"to": "agent", "by": staff.id})
        )
        await doors.services.waker.wake(conn, found.id)
    return {"id": found.id, "assigned_to": None}


@router.post("/conversations/{conversation_id}/replies", status_code=201)
async def reply(body: Reply, found: Reachable, staff: Staff, doors: TheDoors) -> Json:
    """Writes to the customer, as the person who has the conversation."""
    _must_hold(found, staff)
    said, now = text.message(body.text), doors.services.clock.now()
    async with doors.services.database.transaction() as conn:
        await _still_holds(conn, found, staff)
        message = await conversations.add_staff_message(conn, found.id, body=said, staff=staff.id, now=now)
        await conversations.set_status(conn, found.id, "waiting_customer", now=now)
        shown = {"id": message, "text": said, "author": "staff", "by": staff.name, "citations": [], "receipts": []}
        await _tell(conn, doors, found, staff, "conversation.replied", ("message", shown))
        await tell_from_person(conn, found.id, said, by=staff.id, name=staff.name, now=now)
        await warn(conn, doors.services, found.id, said, by=staff.id, message=message)
    return {"id": message, "conversation_id": found.id}


@router.put("/autonomy/{intent}")
async def set_autonomy(intent: Annotated[str, Path()], body: Dial, staff: Staff, doors: TheDoors) -> Json:
    """Overrides a playbook's dial until it is set again."""
    need_role(doors, staff, "lead", "admin")
    if intent not in doors.services.company.current().playbooks:
        raise NotFound
    reason, now = text.printable(body.reason), doors.services.clock.now()
    async with doors.services.database.transaction() as conn:
        await switches.set_dial(conn, intent, body.autonomy, reason=reason, by=staff.id, now=now)
    return {"intent": intent, "autonomy": body.autonomy, "set_by": staff.id, "set_at": now.isoformat()}


async def _take(doors: Doors, found: Conversation, staff: Principal, seen: StaffId | None) -> None:
    if found.assignee != seen:
        raise TakenOver(assigned_to=found.assignee)
    now = doors.services.clock.now()
    async with doors.services.database.transaction() as conn:
        await conversations.assign(conn, found.id, staff.id, seen=seen, now=now)
        await handoffs.take(conn, found.id, staff.id, now=now)
        told = {"to": "person", "by": staff.id, "name": staff.name}
        await _tell(conn, doors, found, staff, "conversation.taken_over", ("assigned", told))


async def _tell(
    conn: Connection, doors: Doors, found: Conversation, staff: Principal, action: str, event: events.New
) -> None:
    now = doors.services.clock.now()
    await events.append(conn, found.id, None, [event], now=now)
    await audit.write(conn, actor=staff.id, action=action, subject=found.id, conversation=found.id, now=now)


def _must_hold(found: Conversation, staff: Principal) -> None:
    if found.assignee != staff.id:
        raise NotYours(assigned_to=found.assignee)


async def _still_holds(conn: Connection, found: Conversation, staff: Principal) -> None:
    """Under the lock of the conversation's row, so that a colleague's take-over comes before or after."""
    await conversations.assign(conn, found.id, staff.id, seen=staff.id, now=found.updated_at)
