"""The issue tracker has no idempotency keys and nothing to look a report up by."""

from datetime import datetime
from functools import partial

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Deed, Json
from tools.demo.working import Body, Content, Here, effected

router = APIRouter(prefix="/tracker")


class BugBody(Body):
    title: str = Field(min_length=1)
    description: str


async def file(conn: Connection, at: datetime, body: Content) -> list[Json]:
    """Files whatever comes, as often as it comes."""
    deed = Deed(
        system="tracker",
        kind="bug",
        object=body["title"],
        customer=body["customer"],
        details={"description": body["description"]},
    )
    return [effected(await store.append(conn, deed, at))]


@router.post("/file")
async def file_door(desk: Here, body: BugBody) -> Response:
    work = partial(file, at=desk.clock.now(), body=body.model_dump())
    return await desk.answer("tracker", "file", work)
