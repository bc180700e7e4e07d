"""What is missing: questions that no article answers, articles that mislead or grow old, and why the agent hands over."""

from typing import Annotated

from fastapi import APIRouter, Query

from runs.learning.gaps import Gaps, Report, gaps_of, report_of
from web.access import TEACHERS, need_role
from web.auth import BEARER, Staff
from web.doors import TheDoors

router = APIRouter(tags=["learning"], dependencies=[BEARER])


@router.get("/knowledge/gaps")
async def list_gaps(staff: Staff, doors: TheDoors, days: Annotated[int, Query(ge=7, le=365)] = 28) -> Gaps:
    """Of so many days: `missing`, the most customers first; `articles` that are cited and want looking at; the `backlog` of
    reasons for handoffs, the most frequent first."""
    need_role(doors, staff, *TEACHERS)
    return await gaps_of(doors.services, days=days)


@router.get("/knowledge/report")
async def weekly_report(staff: Staff, doors: TheDoors) -> Report:
    """The last seven days: what was resolved, what was not and why, and which articles are missing."""
    need_role(doors, staff, *TEACHERS)
    return await report_of(doors.services)
