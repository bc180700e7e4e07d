"""Signing in with a staff key, and out."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from records import sessions
from web.doors import TheDoors
from web.screens.page import show
from web.screens.route import SIGN_IN, Screen
from web.screens.signed_in import COOKIE, Form, fields_of, forget, remember

router = APIRouter(route_class=Screen, include_in_schema=False)
HOME = "/inbox"


@router.get(SIGN_IN)
async def sign_in_page(request: Request, then: Annotated[str, Query(max_length=300)] = HOME) -> Response:
    """Asks for the key, once for a working day."""
    return show(request, "sign_in.html", viewer=None, title="Sign in", then=_inside(then), wrong=False)


@router.post(SIGN_IN)
async def sign_in(request: Request, doors: TheDoors) -> Response:
    """From here to where they wanted to go."""
    fields = await fields_of(request)
    then = _inside(fields.get("then", ""))
    async with doors.services.database.transaction() as conn:
        token = await sessions.begin(conn, fields.get("key", "").strip(), now=doors.services.clock.now())
    if token is None:
        return show(
            request,
            "sign_in.html",
            status=HTTPStatus.UNAUTHORIZED,
            viewer=None,
            title="Sign in",
            then=then,
            wrong=True,
        )
    answer = RedirectResponse(then, HTTPStatus.SEE_OTHER)
    remember(request, answer, token)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, doors: TheDoors, _form: Form) -> Response:
    """The session is over, here and on the server."""
    async with doors.services.database.transaction() as conn:
        await sessions.end(conn, request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
    forget(answer)
    return answer


def _inside(then: str) -> str:
    """An address of this service; never one of another site, however it is written."""
    parts = urlsplit(then.replace("\\", "/"))
    safe = then.startswith("/") and not then.startswith("//") and not parts.netloc and then.isprintable()
    return then if safe else HOME
