"""The demo company's business systems as one HTTP service with its own tables: for loopback only, nothing is signed.

Every system's door answers `{"items": […]}`: the records found, or the one effect. 503 means that nothing was done,
any other 5xx leaves it open, and 4xx is a refusal with its reason in `detail`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from records.clock import Clock
from records.database import open_database
from records.errors import CloseloopError
from tools.demo import admin, seed, store
from tools.demo.desk import Desk
from tools.demo.systems import SYSTEMS


@asynccontextmanager
async def _lifespan(app: FastAPI, *, database_url: str, clock: Clock) -> AsyncIterator[None]:
    async with open_database(database_url, size=8) as database:
        app.state.desk = Desk(database, clock)
        async with database.transaction() as conn:
            await store.create_schema(conn)
            if await store.is_empty(conn):
                await seed.plant(conn, clock.now())
        yield


async def _refuse(_request: Request, error: Exception) -> JSONResponse:
    refusal = cast(CloseloopError, error)
    return JSONResponse({"detail": refusal.detail}, status_code=refusal.status)


def create_demo(database_url: str, clock: Clock) -> FastAPI:
    """The service. When it starts it makes its tables in the schema `demo` and, if they are empty, the seed."""
    lifespan = partial(_lifespan, database_url=database_url, clock=clock)
    app = FastAPI(title="Tidewater's systems", lifespan=lifespan, docs_url=None, redoc_url=None)
    for router in SYSTEMS.values():
        app.include_router(router)
    app.include_router(admin.router)
    app.add_exception_handler(CloseloopError, _refuse)
    return app
