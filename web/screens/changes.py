"""That something has changed: what an open list listens to, so that it reads itself anew."""

from asyncio import get_running_loop
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from records import waiting
from records.errors import NotSignedIn
from web.doors import Doors, TheDoors
from web.hub import ALL, rung
from web.screens.signed_in import COOKIE, SignedIn, viewer_by

router = APIRouter(include_in_schema=False)


@router.get("/inbox/changes")
async def changes(request: Request, _viewer: SignedIn, doors: TheDoors) -> EventSourceResponse:
    """`changed` events with the version of the list, now and whenever it is another; until the session is over."""
    found = _versions(doors, request.cookies[COOKIE])
    return EventSourceResponse(found, ping=doors.ping, sep="\n")


async def _versions(doors: Doors, token: str) -> AsyncIterator[ServerSentEvent]:
    clock, told, asked = get_running_loop().time, "", get_running_loop().time()
    with doors.hub.watching(ALL) as bell:
        while True:
            bell.clear()
            async with doors.services.database.transaction() as conn:
                version = await waiting.version(conn)
            if version != told:
                told = version
                yield ServerSentEvent(version, event="changed", sep="\n")
            await rung(bell, doors.poll)
            if clock() - asked >= doors.poll:
                asked = clock()
                if not await _still(doors, token):
                    return


async def _still(doors: Doors, token: str) -> bool:
    try:
        await viewer_by(doors, token)
    except NotSignedIn:
        return False
    return True
