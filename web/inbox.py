"""The inbox: approvals that wait for a person, everything they need to decide, and the decision."""

import base64
import binascii
import re
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from graph.decisions import Answer, decide, may
from records import inbox, joins
from records.approvals import Approval
from records.errors import BadRequest, Unprocessable
from records.inbox import Listed, Move
from records.joins import Join
from records.staff import Principal
from web import text
from web.auth import BEARER, ReachableApproval, Staff
from web.doors import Doors, TheDoors
from web.views import instant, joined_view

router = APIRouter(prefix="/approvals", tags=["inbox"], dependencies=[BEARER])
Json = dict[str, Any]
Wanted = Literal["pending", "approved", "edited", "rejected", "answered", "withdrawn", "expired", "superseded", "all"]
_POSITION = re.compile(r"(?P<at>[0-9T:.+-]{19,40}) (?P<id>[A-Za-z0-9_-]{1,64})")

INSIDE = ("card", "digest", "key", "request", "proposed", "term")


class NotOurs(BadRequest):
    """This cursor is not one of ours."""


class Decision(Answer):
    """An answer about the card as it was shown: `digest` is the card's."""

    digest: str = Field(min_length=1, max_length=200)


@router.get("")
async def list_approvals(
    _: Staff,
    doors: TheDoors,
    status: Wanted = "pending",
    queue: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Json:
    """A page of the inbox, oldest first. `next` is the cursor of the next page, null on the last."""
    if queue is not None and queue not in doors.services.company.current().queues:
        raise Unprocessable("There is no such queue.")
    after = _position(cursor) if cursor is not None else None
    wanted = None if status == "all" else status
    async with doors.services.database.transaction() as conn:
        found = await inbox.listing(conn, status=wanted, queue=queue, after=after, limit=limit + 1)
    page, more = found[:limit], len(found) > limit
    now = doors.services.clock.now()
    return {"items": [_row(item, now) for item in page], "next": _cursor(page[-1]) if more else None}


@router.get("/{approval_id}")
async def read_approval(card: ReachableApproval, staff: Staff, doors: TheDoors) -> Json:
    """The card: proposal, clauses, facts with their age, passages, transcript, the replies that would be sent, history."""
    async with doors.services.database.transaction() as conn:
        history = await inbox.history(conn, card.id)
        joined = await joins.to_run(conn, card.run_id)
    return _view(doors, card, history, joined, staff)


@router.post("/{approval_id}/decision")
async def decide_approval(card: ReachableApproval, body: Decision, staff: Staff, doors: TheDoors) -> Json:
    """Approves, edits, rejects or responds, once. The second to come gets 409 with who decided what and when."""
    text.storable(body.model_dump())
    answer = Answer(type=body.type, args=body.args, message=body.message)
    decided = await decide(doors.services, card.id, answer, staff, seen=body.digest)
    async with doors.services.database.transaction() as conn:
        history = await inbox.history(conn, decided.id)
        joined = await joins.to_run(conn, decided.run_id)
    return _view(doors, decided, history, joined, staff)


def _row(item: Listed, now: datetime) -> Json:
    shown = {name: _plain(value) for name, value in vars(item).items()}
    return {**shown, "age_seconds": _age(item.filed_at, now)}


def _view(doors: Doors, card: Approval, history: list[Move], joined: list[Join], staff: Principal) -> Json:
    """`joined`: what the customer has written about it in other conversations, also since the card was filed."""
    now = doors.services.clock.now()
    columns = {name: _plain(value) for name, value in vars(card).items() if name not in INSIDE}
    return {
        **card.card,
        **columns,
        "facts": _aged(card.card.get("facts", {}), now),
        "history": [{name: _plain(value) for name, value in vars(move).items()} for move in history],
        "joined": [joined_view(join) for join in joined],
        "may_decide": card.status == "pending" and card.first_by != staff.id and may(doors.services, card, staff),
    }


def _aged(facts: Any, now: datetime) -> Any:
    """Each fact with the seconds since it was read."""
    if isinstance(facts, dict):
        return {name: _with_age(fact, now) for name, fact in facts.items()}
    return [_with_age(fact, now) for fact in facts]


def _with_age(fact: Json, now: datetime) -> Json:
    read = fact.get("read_at")
    return {**fact, "age_seconds": _age(datetime.fromisoformat(read), now)} if read else fact


def _age(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()))


def _plain(value: Any) -> Any:
    return instant(value) if isinstance(value, datetime) else value


def _cursor(last: Listed) -> str:
    position = f"{instant(last.filed_at)} {last.id}"
    return base64.urlsafe_b64encode(position.encode()).decode()


def _position(cursor: str) -> tuple[datetime, str]:
    """Raises NotOurs."""
    try:
        found = _POSITION.fullmatch(base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii"))
        at = datetime.fromisoformat(found["at"] if found else "")
    except (binascii.Error, ValueError) as error:
        raise NotOurs from error
    if found is None or at.utcoffset() is None:
        raise NotOurs
    return at, found["id"]
