"""How a page differs from a door: it is for whoever asks for HTML, and its refusals are pages.

`GET /conversations/{id}` is both, one beside the other: what the caller accepts decides.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from records.errors import CloseloopError, NotSignedIn, Unprocessable
from web.screens.page import show

_FORM = "application/x-www-form-urlencoded"
SIGN_IN = "/sign-in"


class Screen(APIRoute):
    """A page, or where its form goes."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if match is not Match.NONE and not _for_people(scope):
            return Match.NONE, {}
        return match, child

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except NotSignedIn:
                there = request.url.path if request.method == "GET" else "/inbox"
                return RedirectResponse(f"{SIGN_IN}?then={quote(there)}", HTTPStatus.SEE_OTHER)
            except RequestValidationError as error:
                return _refused(request, Unprocessable(f"The address says something that cannot be: {_told(error)}"))
            except CloseloopError as error:
                return _refused(request, error)

        return shown


def _for_people(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    if scope["method"] in ("GET", "HEAD"):
        return bool(b"text/html" in headers.get(b"accept", b""))
    return bool(headers.get(b"content-type", b"").startswith(_FORM.encode()))


def _refused(request: Request, error: CloseloopError) -> Response:
    return show(request, "refusal.html", status=error.status, viewer=None, error=error, title="That did not work")


def _told(error: RequestValidationError) -> str:
    return "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
