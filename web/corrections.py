"""The staff's door for saying what a run should have done. It teaches nothing by itself: it is proposed, and decided."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from records import audit, corrections
from records.errors import Unprocessable
from records.runs import Run
from records.taught import NONE
from runs.learning.redacting import records_of, words_of
from web import text
from web.auth import BEARER, ReachableRun, Staff
from web.doors import Doors, TheDoors
from web.views import instant

router = APIRouter(tags=["learning"], dependencies=[BEARER])
Json = dict[str, Any]
Name = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_./-]*$")]


class Wrong(BaseModel):
    """What the run should have done; what was right is left out. `place`: which of its requests, from 0; left out, all that
    the customer said. `intent`: what it was; `none`: nobody's request here. `answer`: what should have been said, for an
    article. `article`: the one that told it wrong. `action`: the tool that should have been used; `none`: none at all."""

    model_config = ConfigDict(extra="forbid")

    place: int | None = Field(default=None, ge=0, le=50, strict=True)
    intent: Name = ""
    answer: str = Field(default="", max_length=8000)
    article: Name = ""
    action: Name = ""
    why: str = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _says_something(self) -> "Wrong":
        if not (self.intent or self.answer.strip() or self.action):
            raise ValueError("Say what was wrong: the intent, the answer or the action.")
        return self


class Corrected(BaseModel):
    """What was kept, redacted. `place` null: all that the customer said."""

    id: str
    run: str
    conversation_id: str
    place: int | None
    intent: str
    answer: str
    article: str
    action: str
    why: str
    by: str
    at: str


class CorrectedList(BaseModel):
    """The oldest first."""

    items: list[Corrected]


@router.post("/runs/{run_id}/corrections", status_code=201)
async def correct_run(body: Wrong, run: ReachableRun, staff: Staff, doors: TheDoors) -> Corrected:
    """Says what this run should have done, and why. A suggestion follows that somebody decides."""
    text.storable(body.model_dump())
    _check(doors, run, body)
    services = doors.services
    known = await records_of(services, run.conversation_id, run.customer_id)
    answer, why, now = words_of(body.answer, known), words_of(body.why, known), services.clock.now()
    said: Json = {"intent": body.intent, "article": body.article, "action": body.action, "place": body.place}
    async with services.database.transaction() as conn:
        made = await corrections.add(
            conn, run.id, run.conversation_id, **said, answer=answer, why=why, by=staff.id, now=now
        )
        await audit.write(
            conn,
            actor=staff.id,
            action="run.corrected",
            subject=run.id,
            conversation=run.conversation_id,
            now=now,
            correction=made,
            intent=body.intent,
            tool=body.action,
        )
        found = await corrections.of_run(conn, run.id)
    return next(_view(each) for each in found if each.id == made)


@router.get("/runs/{run_id}/corrections")
async def list_corrections(run: ReachableRun, staff: Staff, doors: TheDoors) -> CorrectedList:
    """What colleagues said that this run should have done."""
    async with doors.services.database.transaction() as conn:
        found = await corrections.of_run(conn, run.id)
    return CorrectedList(items=[_view(each) for each in found])


def _check(doors: Doors, run: Run, body: Wrong) -> None:
    """Raises Unprocessable for what the company does not have."""
    company, kit = doors.services.company.current(), doors.services.kit
    if body.place is not None and body.place >= max(1, len(run.requests)):
        raise Unprocessable(f"This run has {len(run.requests)} requests; the first is 0.")
    if body.intent not in ("", NONE, *company.playbooks):
        raise Unprocessable(f"There is no playbook {body.intent}; none stands for nobody's request here.")
    if body.action not in ("", NONE) and kit.action(body.action) is None:
        raise Unprocessable(f"There is no action {body.action}.")


def _view(found: corrections.Correction) -> Corrected:
    return Corrected(
        id=found.id,
        run=found.run_id,
        conversation_id=found.conversation_id,
        place=found.place,
        intent=found.intent,
        answer=found.answer,
        article=found.article,
        action=found.action,
        why=found.why,
        by=found.made_by,
        at=instant(found.at),
    )
