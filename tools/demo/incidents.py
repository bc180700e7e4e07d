"""The status page."""

from fastapi import APIRouter
from fastapi.responses import Response

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Json
from tools.demo.working import Here

router = APIRouter(prefix="/incidents")


async def incidents(conn: Connection) -> list[Json]:
    found = await store.records_of(conn, "incident", "")
    return sorted(found, key=_resolved)


def _resolved(incident: Json) -> bool:
    return bool(incident["status"] == "resolved")


@router.get("/incidents")
async def incidents_door(desk: Here) -> Response:
    return await desk.answer("incidents", "incidents", incidents)
