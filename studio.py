"""The graph for LangGraph's own server (`make studio`), with our doors beside it and our staff at its gate.

langgraph.json names `graph`, `app` and `auth`. The server brings its own checkpointer; everything that decides is in our
PostgreSQL, opened by the app's lifespan, so nothing is opened by importing this module.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from langgraph_sdk import Auth

from graph.build import RESUMED_WITH, build
from graph.deps import Services
from records import staff
from records.errors import NotReady
from server import create_app
from settings import read_settings
from web.mount import new_app


@asynccontextmanager
async def _lifespan(studio: FastAPI) -> AsyncIterator[None]:
    """The service as `closeloop serve` opens it, worker included, with its state on this app."""
    async with create_app(read_settings()).router.lifespan_context(studio):
        yield


def _services() -> Services:
    """Raises NotReady before the app is open."""
    if not hasattr(app.state, "opened"):
        raise NotReady
    services: Services = app.state.opened.services
    return services


app = new_app(lifespan=_lifespan)
graph = build(_services)
auth = Auth()


@auth.authenticate
async def signed_in(authorization: str | None) -> Auth.types.MinimalUserDict:
    """Staff only, by their key. Customers come in through our own doors, which this server does not check."""
    scheme, _, key = (authorization or "").partition(" ")
    async with _services().database.transaction() as conn:
        now = _services().clock.now()
        found = await staff.by_key(conn, key.strip(), now=now) if scheme.lower() == "bearer" else None
    if found is None:
        raise Auth.exceptions.HTTPException(status_code=401, detail="Sign in with a staff key: Bearer clk_…")
    return {"identity": found.id, "display_name": found.name, "is_authenticated": True}


@auth.on
async def all_staff(ctx: Auth.types.AuthContext, value: Any) -> bool:
    """Any member of staff may look at every thread; who may decide is asked when they do."""
    return True


@auth.on.threads.create_run
async def stamp(ctx: Auth.types.AuthContext, value: Any) -> None:
    """Writes down which answer this call brings, so that nobody's earlier answer counts as the caller's."""
    called = value["kwargs"]
    called["config"]["configurable"][RESUMED_WITH] = (called.get("command") or {}).get("resume")


@auth.on.crons
async def no_crons(ctx: Auth.types.AuthContext, value: Any) -> bool:
    """A scheduled run would act in the name of whoever its stored config names."""
    return False
