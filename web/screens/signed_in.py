"""Who is looking at a page: a member of staff, by a cookie that stands for their key.

The cookie holds a secret that scripts cannot read. Every form carries a word derived from it, so that no other site can
send one; a form that comes from another site is refused before that as well.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request, Response

from records import sessions
from records.errors import BadRequest, NotAllowed, NotSignedIn
from records.sessions import LIFE
from records.staff import Principal
from web.doors import Doors, TheDoors

COOKIE = "closeloop_staff"
MOST_FIELDS = 200


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A member of staff at a page. `proof`: what their forms carry."""

    principal: Principal
    proof: str


async def viewer_of(request: Request, doors: TheDoors) -> Viewer:
    """Raises NotSignedIn."""
    return await viewer_by(doors, request.cookies.get(COOKIE, ""))


async def viewer_by(doors: Doors, token: str) -> Viewer:
    """Raises NotSignedIn."""
    async with doors.services.database.transaction() as conn:
        found = await sessions.holder(conn, token, now=doors.services.clock.now()) if token else None
    if found is None:
        raise NotSignedIn("Sign in to see this page.")
    return Viewer(principal=found, proof=_proof(token))


async def form_of(request: Request, viewer: Annotated[Viewer, Depends(viewer_of)]) -> Mapping[str, str]:
    """The fields of a form of ours. Raises BadRequest, NotAllowed for one that is not."""
    fields = await fields_of(request)
    if not hmac.compare_digest(fields.get("proof", ""), viewer.proof):
        raise NotAllowed("This form is not from this page. Go back, reload the page and try again.")
    return fields


async def fields_of(request: Request) -> dict[str, str]:
    """Of a form, each field once. Raises BadRequest; NotAllowed for a form on another site."""
    if not _from_here(request):
        raise NotAllowed("This form was sent from another site.")
    try:
        sent = (await request.body()).decode("utf-8")
        found = parse_qsl(sent, keep_blank_values=True, strict_parsing=bool(sent), max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadRequest("The form cannot be read.") from error
    return {name: value.replace("\r\n", "\n") for name, value in found}


def remember(request: Request, answer: Response, token: str) -> None:
    """Signs this browser in. Over HTTPS the cookie goes nowhere else."""
    secure = request.url.scheme == "https"
    age = int(LIFE.total_seconds())
    answer.set_cookie(COOKIE, token, max_age=age, httponly=True, samesite="lax", secure=secure, path="/")


def forget(answer: Response) -> None:
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


def _from_here(request: Request) -> bool:
    """As the browser says: of the two headers every browser sends one, and no page can forge either."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _proof(token: str) -> str:
    return hashlib.sha256(f"form {token}".encode()).hexdigest()


SignedIn = Annotated[Viewer, Depends(viewer_of)]
Form = Annotated[Mapping[str, str], Depends(form_of)]
