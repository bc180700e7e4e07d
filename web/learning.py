"""What could be learned, with its evidence; the decisions about it; and taking it back. Nothing is live before a decision."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from records import lessons, sql, suggestions
from records.inbox import names
from records.lessons import Lesson
from records.suggestions import Listed, Suggestion
from runs.learning import deciding
from runs.learning.job import Learner
from web import text
from web.access import TEACHERS, need_role
from web.auth import BEARER, Reachable, ReachableSuggestion, Staff
from web.doors import Doors, TheDoors
from web.paging import cursor_of, position_of
from web.views import plain

router = APIRouter(tags=["learning"], dependencies=[BEARER])
Json = dict[str, Any]
Wanted = Literal["open", "proposed", "failed", "accepted", "dismissed", "rolled_back", "forgotten", "all"]
SUSPECT = 3
"""Lessons from which one customer, or visitors alone, saying all of them is worth a warning."""


class Decision(BaseModel):
    """`version`: of the suggestion as it was shown. `why`: for colleagues."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(min_length=1, max_length=64)
    why: str = Field(default="", max_length=500)


class Why(BaseModel):
    """For colleagues."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(min_length=1, max_length=500)


@router.get("/learning/suggestions")
async def list_suggestions(
    who: Staff,
    doors: TheDoors,
    state: Wanted = "open",
    kind: Literal["example", "article"] | None = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Json:
    """A page of suggestions, the newest first; `open`: proposed or failed at the gate. `warning`: why it may be somebody's
    game, else null. `next` is the cursor of the next page, null on the last."""
    need_role(doors, who, *TEACHERS)
    states = {"open": suggestions.OPEN, "all": None}.get(state, (state,))
    after = position_of(cursor) if cursor is not None else None
    async with doors.services.database.transaction() as conn:
        found = await suggestions.listing(conn, states=states, kind=kind, after=after, limit=limit + 1)
    page, more = found[:limit], len(found) > limit
    return {"items": [_row(each) for each in page], "next": cursor_of(page[-1].made_at, page[-1].id) if more else None}


@router.get("/learning/suggestions/{suggestion_id}")
async def read_suggestion(found: ReachableSuggestion, doors: TheDoors) -> Json:
    """What it would change and overwrite, what the gate found, and the evidence with its conversations."""
    return await _read(doors, found)


@router.post("/learning/suggestions/{suggestion_id}/accept")
async def accept_suggestion(body: Decision, found: ReachableSuggestion, staff: Staff, doors: TheDoors) -> Json:
    """Makes it live, once, if the gate still lets it through. The second to decide gets 409 with who was first."""
    text.storable(body.model_dump())
    return await _read(
        doors, await deciding.accept(doors.services, found.id, seen=body.version, by=staff.id, why=body.why)
    )


@router.post("/learning/suggestions/{suggestion_id}/dismiss")
async def dismiss_suggestion(body: Why, found: ReachableSuggestion, staff: Staff, doors: TheDoors) -> Json:
    """It is not learned, and not proposed again. The second to decide gets 409 with who was first."""
    text.storable(body.model_dump())
    return await _read(doors, await deciding.dismiss(doors.services, found.id, by=staff.id, why=body.why))


@router.post("/learning/suggestions/{suggestion_id}/rollback")
async def roll_back_suggestion(body: Why, found: ReachableSuggestion, staff: Staff, doors: TheDoors) -> Json:
    """Takes back what was accepted, as if it had never been live."""
    text.storable(body.model_dump())
    return await _read(doors, await deciding.roll_back(doors.services, found.id, by=staff.id, why=body.why))


@router.post("/learning/run")
async def learn_now(staff: Staff, doors: TheDoors) -> Json:
    """Looks now at what people taught since the last time, as the service does every quarter of an hour."""
    need_role(doors, staff, *TEACHERS)
    done = await Learner(services=doors.services).learn()
    return {"lessons": done.lessons, "suggestions": done.suggestions}


@router.post("/conversations/{conversation_id}/forget-learned")
async def forget_learned(found: Reachable, staff: Staff, doors: TheDoors) -> Json:
    """Takes away everything that was learned from this conversation, or waits to be; nothing will be again. `pieces`: how
    many there were."""
    need_role(doors, staff, *TEACHERS)
    return {"conversation_id": found.id, "pieces": await deciding.forget(doors.services, [found.id], by=staff.id)}


async def _read(doors: Doors, found: Suggestion) -> Json:
    async with doors.services.database.transaction() as conn:
        told = await lessons.of_suggestion(conn, found.id)
        people = {each.made_by for each in told if each.made_by} | {*filter(None, (found.decided_by, found.undone_by))}
        live = [row["text"] for row in await sql.fetch_rows(conn, "live_examples_of", suggestion=found.id)]
        known = await names(conn, people)
    customers = {each.customer_id for each in told if each.customer_id}
    visitors = {each.conversation_id for each in told if each.customer_id is None}
    return {
        **{name: plain(value) for name, value in vars(found).items()},
        "lessons": len(told),
        "conversations": len({each.conversation_id for each in told}),
        "customers": len(customers),
        "visitors": len(visitors),
        "warning": warning(len(told), len(customers), len(visitors)),
        "evidence": [_lesson(each) for each in told],
        "live": live,
        "names": known,
    }


def warning(told: int, customers: int, visitors: int) -> str | None:
    """Why the evidence may be one person's game: messages cost nothing, customers do."""
    if told < SUSPECT:
        return None
    if not customers:
        return f"All {told} come from visitors: they may be one person."
    if customers == 1 and not visitors:
        return f"All {told} come from one customer."
    return None


def _lesson(each: Lesson) -> Json:
    """Without the customer's id: it is their conversation that is linked."""
    kept = {name: plain(value) for name, value in vars(each).items() if name not in ("customer_id", "suggestion_id")}
    return {**kept, "verified": each.customer_id is not None, "link": f"/conversations/{each.conversation_id}"}


def _row(each: Listed) -> Json:
    shown = {name: plain(value) for name, value in vars(each).items()}
    return {**shown, "warning": warning(each.lessons, each.customers, each.visitors)}
