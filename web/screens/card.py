"""An approval as a page: a decision to take, with everything it stands on, and the forms that take it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from graph.approvals.decisions import Answer, decide
from records import inbox, waiting
from records.approvals import Approval
from records.errors import AlreadyDecided, CloseloopError, StaleCard, Unprocessable
from records.staff import Principal
from web import text
from web.access import access_approval, visible_queues
from web.doors import Doors, TheDoors
from web.inbox import card_of
from web.screens.arguments import Field, fields_of, sent
from web.screens.page import show
from web.screens.route import Screen
from web.screens.signed_in import Form, SignedIn, Viewer

router = APIRouter(route_class=Screen, include_in_schema=False, prefix="/inbox")
Json = dict[str, Any]
TYPES = ("approve", "edit", "reject", "respond")


@router.get("/{approval_id}")
async def card_page(request: Request, approval_id: str, viewer: SignedIn, doors: TheDoors) -> Response:
    """What would happen, to whom, how much; why a person is asked; what it stands on; what the customer would read."""
    return await _page(request, doors, viewer, await _card(doors, viewer, approval_id))


@router.post("/{approval_id}")
async def decide_here(request: Request, approval_id: str, viewer: SignedIn, doors: TheDoors, form: Form) -> Response:
    """Decides, once. Whoever comes second, or looked at another card than there is now, sees what has changed."""
    card = await _card(doors, viewer, approval_id)
    try:
        answer = _answer(doors, card, form)
        await decide(doors.services, card.id, answer, viewer.principal, seen=form.get("digest", ""))
    except CloseloopError as refusal:
        status = HTTPStatus(refusal.status)
        again = await _card(doors, viewer, approval_id)
        return await _page(request, doors, viewer, again, refusal=refusal, form=form, status=status)
    return RedirectResponse(f"/inbox/{card.id}", HTTPStatus.SEE_OTHER)


async def _card(doors: Doors, viewer: Viewer, named: str) -> Approval:
    async with doors.services.database.transaction() as conn:
        return await access_approval(conn, doors, viewer.principal, named)


async def _page(
    request: Request,
    doors: Doors,
    viewer: Viewer,
    card: Approval,
    *,
    refusal: CloseloopError | None = None,
    form: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    found = await card_of(doors, card, viewer.principal)
    return show(
        request,
        "card.html",
        status=status,
        viewer=viewer,
        title=found["title"],
        card=found,
        customer=_customer(found),
        fields=_fields(doors, found, form or {}),
        precedents=await _precedents(doors, card, viewer.principal),
        undo=_undo(doors, card),
        left=(card.expires_at - doors.services.clock.now()).total_seconds(),
        refusal=refusal,
        changed=isinstance(refusal, AlreadyDecided | StaleCard),
        form=form or {},
    )


def _answer(doors: Doors, card: Approval, form: Mapping[str, str]) -> Answer:
    """What the form says. Raises Unprocessable."""
    kind = form.get("type", "")
    if kind not in TYPES:
        raise Unprocessable("Choose one of the decisions.")
    message = text.printable(form.get("message", "")).strip() or None
    args = None
    if kind == "edit":
        args = {"text": form.get("text", "")} if card.kind == "reply" else sent(_fields(doors, vars(card), {}), form)
    answer: Any = {"type": kind, "args": args, "message": None if kind in ("approve", "edit") else message}
    text.storable(answer)
    return Answer(**answer)


def _fields(doors: Doors, card: Json, form: Mapping[str, str]) -> list[Field]:
    """What could be edited, as it stands or as the form left it."""
    if card["kind"] == "reply":
        return []
    currency = card.get("currency") or card.get("card", {}).get("currency", "")
    found = fields_of(doors.services.kit.action_named(card["tool"]).schema(), card["arguments"], str(currency))
    return [each.filled(form) for each in found]


async def _precedents(doors: Doors, card: Approval, staff: Principal) -> list[Json]:
    async with doors.services.database.transaction() as conn:
        found = await waiting.precedents(conn, card, visible=visible_queues(doors, staff))
        names = await inbox.names(conn, {each.decided_by for each in found})
    return [{**vars(each), "by": names.get(each.decided_by, each.decided_by)} for each in found]


def _customer(card: Json) -> Json | None:
    """Their record, as the card keeps it; None for a visitor, and where it could not be read."""
    return next((fact["value"] for fact in card["facts"] if fact["fact"] == "customer" and fact["value"]), None)


def _undo(doors: Doors, card: Approval) -> str:
    """The tool that could take it back, else ""."""
    tool = doors.services.kit.action(card.tool) if card.kind == "action" else None
    return tool.undo if tool else ""
