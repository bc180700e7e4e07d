"""The inbox: approvals that wait for a person, everything they need to decide, and the decision."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from graph.approvals import desk
from graph.approvals.decisions import Answer, decide, may
from graph.limits import budget
from records import approvals, inbox, joins
from records.approval_moves import Place
from records.approvals import Approval
from records.errors import NotAllowed, Unprocessable
from records.inbox import Listed, Move
from records.joins import Join
from records.staff import Principal
from web import text
from web.access import need_role, visible_queues
from web.auth import BEARER, ReachableApproval, Staff
from web.doors import Doors, TheDoors
from web.paging import cursor_of, position_of
from web.views import joined_view, plain

router = APIRouter(prefix="/approvals", tags=["inbox"], dependencies=[BEARER])
Json = dict[str, Any]
Wanted = Literal["pending", "approved", "edited", "rejected", "answered", "withdrawn", "expired", "superseded", "all"]

INSIDE = ("card", "digest", "key", "request", "proposed", "term")


class Decision(Answer):
    """An answer about the card as it was shown: `digest` is the card's."""

    digest: str = Field(min_length=1, max_length=200)


class Reassignment(BaseModel):
    """One or more of: a `role` that may decide it, a `queue`, a `person` (the id of a member of staff) who may."""

    model_config = ConfigDict(extra="forbid")

    role: str | None = Field(default=None, min_length=1, max_length=100)
    queue: str | None = Field(default=None, min_length=1, max_length=100)
    person: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")

    @model_validator(mode="after")
    def _names_one(self) -> "Reassignment":
        if not (self.role or self.queue or self.person):
            raise ValueError("Name a role, a queue or a person.")
        return self


@router.get("")
async def list_approvals(
    who: Staff,
    doors: TheDoors,
    status: Wanted = "pending",
    queue: Annotated[str | None, Query(max_length=100)] = None,
    assigned_to: Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")] = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Json:
    """A page of the inbox, oldest first. `next` is the cursor of the next page, null on the last. `degraded` says why there
    may be more drafts than usual: `model_budget`, the day's tokens are spent; else null."""
    if queue is not None and queue not in doors.services.company.current().queues:
        raise Unprocessable("There is no such queue.")
    after = position_of(cursor) if cursor is not None else None
    wanted = None if status == "all" else status
    async with doors.services.database.transaction() as conn:
        seen = visible_queues(doors, who)
        found = await inbox.listing(
            conn,
            status=wanted,
            queue=queue,
            assigned_to=assigned_to,
            visible=seen,
            after=after,
            limit=limit + 1,
        )
        degraded = await budget.degraded(conn, doors.services)
    page, more = found[:limit], len(found) > limit
    now = doors.services.clock.now()
    items = [_row(item, now) for item in page]
    return {"items": items, "next": cursor_of(page[-1].filed_at, page[-1].id) if more else None, "degraded": degraded}


@router.get("/{approval_id}")
async def read_approval(card: ReachableApproval, staff: Staff, doors: TheDoors) -> Json:
    """The card: proposal, clauses, facts with their age, passages, transcript, the replies that would be sent, history."""
    return await card_of(doors, card, staff)


@router.post("/{approval_id}/decision")
async def decide_approval(card: ReachableApproval, body: Decision, staff: Staff, doors: TheDoors) -> Json:
    """Approves, edits, rejects or responds, once. The second to come gets 409 with who decided what and when."""
    text.storable(body.model_dump())
    answer = Answer(type=body.type, args=body.args, message=body.message)
    decided = await decide(doors.services, card.id, answer, staff, seen=body.digest)
    return await card_of(doors, decided, staff)


@router.post("/{approval_id}/reassign")
async def reassign_approval(card: ReachableApproval, body: Reassignment, staff: Staff, doors: TheDoors) -> Json:
    """Gives it to another role, queue or person. For those who may decide it, and for leads. Whoever else may decide
    still may."""
    services, to = doors.services, Place(role=body.role, queue=body.queue, person=body.person)
    if not may(services, card, staff):
        need_role(doors, staff, "lead")
    async with services.database.transaction() as conn:
        moved = await desk.reassign(services, conn, card, to, staff)
    return await card_of(doors, moved, staff)


@router.post("/{approval_id}/withdraw")
async def withdraw_approval(card: ReachableApproval, staff: Staff, doors: TheDoors) -> Json:
    """Takes back what you asked for yourself, while nobody has decided it."""
    if card.asked_by != staff.id:
        raise NotAllowed("Only whoever asked for this can take it back.")
    async with doors.services.database.transaction() as conn:
        closed = await desk.withdraw(doors.services, conn, card.id, staff.id)
        if closed is None:
            raise await approvals.refusal(conn, card)
    return await card_of(doors, closed, staff)


async def card_of(doors: Doors, card: Approval, staff: Principal) -> Json:
    """The card as one person sees it, with its history and the names of those in it."""
    async with doors.services.database.transaction() as conn:
        history = await inbox.history(conn, card.id)
        joined = await joins.to_run(conn, card.run_id)
        actors = {card.asked_by, card.first_by, card.edited_by, card.assigned_to, card.decided_by}
        names = await inbox.names(conn, {*filter(None, actors), *(move.actor for move in history)})
    return _view(doors, card, history, joined, staff) | {"names": names}


def _row(item: Listed, now: datetime) -> Json:
    shown = {name: plain(value) for name, value in vars(item).items()}
    return {**shown, "age_seconds": _age(item.filed_at, now)}


def _view(doors: Doors, card: Approval, history: list[Move], joined: list[Join], staff: Principal) -> Json:
    """`joined`: what the customer has written about it in other conversations, also since the card was filed."""
    now = doors.services.clock.now()
    columns = {name: plain(value) for name, value in vars(card).items() if name not in INSIDE}
    return {
        **card.card,
        **columns,
        "facts": _aged(card.card.get("facts", {}), now),
        "history": [{name: plain(value) for name, value in vars(move).items()} for move in history],
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
