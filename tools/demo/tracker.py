"""The issue tracker has no idempotency keys and nothing to look up what was filed by."""

from datetime import datetime
from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Deed, Json
from tools.demo.working import Body, Content, Here, NoSuchRecord, effected

router = APIRouter(prefix="/tracker")


class BugBody(Body):
    title: str = Field(min_length=1)
    description: str
    session: dict[str, str] = Field(default_factory=dict)
    duplicate_of: str = ""


class WishBody(Body):
    area: str = Field(min_length=1)
    wish: str = Field(min_length=1)


async def bugs(conn: Connection) -> list[Json]:
    return await store.records_of(conn, "bug", "")


async def file(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Files whatever comes, as often as it comes; refuses a link to a bug that is not there."""
    known = body["duplicate_of"]
    if known and await store.find(conn, "bug", known) is None:
        raise NoSuchRecord("There is no such bug.")
    deed = Deed(
        system="tracker",
        kind="bug_link" if known else "bug",
        object=known or body["title"],
        customer=body["customer"],
        details={"description": body["description"], "session": body["session"]},
    )
    return [effected(await store.append(conn, deed, at))]


async def wish(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Records whatever comes, as often as it comes."""
    deed = Deed(
        system="tracker",
        kind="wish",
        object=body["area"],
        customer=body["customer"],
        details={"wish": body["wish"]},
    )
    return [effected(await store.append(conn, deed, at))]


@router.get("/bugs")
async def bugs_door(desk: Here) -> Response:
    return await desk.answer("tracker", "bugs", bugs)


@router.post("/file")
async def file_door(desk: Here, body: BugBody) -> Response:
    work = partial(file, at=desk.clock.now(), body=body.model_dump())
    return await desk.answer("tracker", "file", work)


@router.post("/wish")
async def wish_door(desk: Here, body: WishBody) -> Response:
    work = partial(wish, at=desk.clock.now(), body=body.model_dump())
    return await desk.answer("tracker", "wish", work)
