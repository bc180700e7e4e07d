"""The status page, the log of errors by workspace, and the releases."""

from functools import partial

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


async def errors(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "error", customer)


async def deployments(conn: Connection) -> list[Json]:
    return await store.records_of(conn, "deployment", "")


@router.get("/incidents")
async def incidents_door(desk: Here) -> Response:
    return await desk.answer("incidents", "incidents", incidents)


@router.get("/errors")
async def errors_door(desk: Here, customer: str) -> Response:
    return await desk.answer("incidents", "errors", partial(errors, customer=customer))


@router.get("/deployments")
async def deployments_door(desk: Here) -> Response:
    return await desk.answer("incidents", "deployments", deployments)
