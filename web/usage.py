"""What language models took: by day, intent, model, ending, or by run of one conversation; and today's budget."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from graph.limits import budget
from records import model_usage
from records.errors import Unprocessable
from records.ids import ConversationId
from records.model_usage import By, Line
from web.access import need_role
from web.auth import BEARER, Staff
from web.doors import Doors, TheDoors

router = APIRouter(prefix="/usage", tags=["staff"], dependencies=[BEARER])
USUAL = timedelta(days=6)
"""Before today, where nothing is asked."""


class Budget(BaseModel):
    """Of today, in the company's time zone. `tokens_per_day`: null where there is no budget. `spent`: no model is asked, and
    nothing is sent alone, until tomorrow."""

    day: date
    tokens: int
    tokens_per_day: int | None
    spent: bool


class Usage(BaseModel):
    """`since` to `until`: days in the company's time zone, both included."""

    by: By
    since: date
    until: date
    currency: str
    budget: Budget
    items: list[Line] = Field(default_factory=list)


@router.get("")
async def list_usage(
    staff: Staff,
    doors: TheDoors,
    by: By = "day",
    since: date | None = None,
    until: date | None = None,
    conversation: Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")] = None,
) -> Usage:
    """Calls, tokens, times and cost of language models in these days, the last seven unless told otherwise. By `ending`
    counts conversations that took no call as well, so that `cost_micros` of `resolved_confirmed` by its `conversations` is
    what a resolved conversation costs. By `run` needs a `conversation`."""
    need_role(doors, staff, "lead", "admin")
    if by == "run" and conversation is None:
        raise Unprocessable("Name the conversation whose runs you want.")
    company = doors.services.company.current()
    today = budget.day_of(company, doors.services.clock.now())
    until = until or today
    since = since or until - USUAL
    async with doors.services.database.transaction() as conn:
        found = await model_usage.lines(
            conn,
            by,
            since=since,
            until=until,
            zone=str(company.hours.zone),
            conversation=ConversationId(conversation) if conversation else None,
        )
        tokens = await model_usage.tokens_of(conn, today)
    return Usage(
        by=by,
        since=since,
        until=until,
        currency=company.currency,
        budget=_budget(doors, today, tokens),
        items=found,
    )


def _budget(doors: Doors, today: date, tokens: int) -> Budget:
    whole = doors.services.company.current().usage.models.tokens_per_day
    return Budget(day=today, tokens=tokens, tokens_per_day=whole, spent=whole is not None and tokens >= whole)
