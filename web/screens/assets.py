"""Styles and scripts of the pages, under addresses that change with their content, so that browsers may keep them."""

import hashlib
from functools import cache
from importlib import resources

from fastapi import APIRouter, Response

from records.errors import NotFound

router = APIRouter(include_in_schema=False)
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


@router.get("/static/{digest}/{name}")
async def asset(digest: str, name: str) -> Response:
    """A file of web/static. Whoever asks for one of another version gets today's, and may not keep it."""
    body = _files().get(name)
    if body is None:
        raise NotFound
    same = digest == _digest(name)
    headers = {"Cache-Control": FOREVER if same else "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=KINDS[name[name.rindex(".") :]], headers=headers)


def address(name: str) -> str:
    """Where a page finds it."""
    return f"/static/{_digest(name)}/{name}"


@cache
def _files() -> dict[str, bytes]:
    found = resources.files("web").joinpath("static").iterdir()
    return {each.name: each.read_bytes() for each in found if each.name[each.name.rfind(".") :] in KINDS}


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_files()[name]).hexdigest()[:12]
