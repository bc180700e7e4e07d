"""The staff's door to the help centre: takes the articles of the company's folder into the search."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from knowledge.index import Progress
from knowledge.library import Library, ingested_json
from knowledge.verify import verified_json, verify
from records import audit
from records.errors import CloseloopError, NotReady
from records.staff import Principal
from web.access import need_role
from web.auth import BEARER, Staff
from web.described import STREAM
from web.doors import Doors, TheDoors

router = APIRouter(tags=["staff"], dependencies=[BEARER])
Json = dict[str, Any]
Step = tuple[int, int]


@router.post("/knowledge/ingest", responses={200: STREAM})
async def ingest_articles(request: Request, staff: Staff, doors: TheDoors) -> Response:
    """Reads the articles anew; what was edited is searched from then on. With `Accept: text/event-stream` the answer
    tells how far it is. An article that cannot be read stays as it was, and is named."""
    need_role(doors, staff, "lead", "admin")
    if "text/event-stream" in request.headers.get("accept", ""):
        return EventSourceResponse(_told(doors, staff), ping=doors.ping, sep="\n")
    return JSONResponse(await _ingest(doors, staff))


@router.get("/knowledge/verify")
async def verify_index(staff: Staff, doors: TheDoors) -> Json:
    """Compares the index of the search with PostgreSQL, collection by collection. `differences` is empty when they
    agree."""
    need_role(doors, staff, "lead", "admin")
    return verified_json(await verify(doors.services.database, _library(doors).search))


def _library(doors: Doors) -> Library:
    """Raises NotReady where this process has none."""
    if doors.services.library is None:
        raise NotReady
    return doors.services.library


async def _ingest(doors: Doors, staff: Principal, progress: Progress | None = None) -> Json:
    told = ingested_json(await _library(doors).ingest(progress))
    counted = {name: told[name] for name in ("articles", "passages", "unreadable")}
    async with doors.services.database.transaction() as conn:
        now = doors.services.clock.now()
        await audit.write(conn, actor=staff.id, action="knowledge.ingested", subject="articles", now=now, **counted)
    return told


async def _told(doors: Doors, staff: Principal) -> AsyncIterator[ServerSentEvent]:
    """Events `progress` {done, total}, then `finished` or `failed`. It goes on when nobody listens any more."""
    loop, steps = asyncio.get_running_loop(), asyncio.Queue[Step | None]()
    working = asyncio.create_task(_ingest(doors, staff, partial(_step, loop, steps)), name="ingest")
    working.add_done_callback(partial(_end, steps))
    while (step := await steps.get()) is not None:
        yield _event("progress", {"done": step[0], "total": step[1]})
    try:
        yield _event("finished", await working)
    except CloseloopError as error:
        yield _event("failed", {"detail": error.detail})


def _step(loop: asyncio.AbstractEventLoop, steps: "asyncio.Queue[Step | None]", done: int, total: int) -> None:
    """Comes from the thread that embeds."""
    loop.call_soon_threadsafe(steps.put_nowait, (done, total))


def _end(steps: "asyncio.Queue[Step | None]", _working: "asyncio.Task[Json]") -> None:
    steps.put_nowait(None)


def _event(kind: str, data: Json) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(data), event=kind, sep="\n")
