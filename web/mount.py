"""Puts the doors on an app. `server.py` sets `app.state.doors` in its lifespan; until then everything answers 503."""

from typing import Any

from fastapi import FastAPI

from web import (
    actions,
    articles,
    chat,
    corrections,
    customers,
    gaps,
    inbox,
    kill,
    knowledge,
    learning,
    pages,
    screens,
    staff,
    tickets,
    usage,
)
from web.described import describe
from web.limits import BodyLimit
from web.problems import add_handlers
from web.rates import RateLimit

ROUTERS = (
    *screens.ROUTERS,
    chat.router,
    tickets.router,
    inbox.router,
    staff.router,
    customers.router,
    actions.router,
    kill.router,
    knowledge.router,
    articles.router,
    corrections.router,
    learning.router,
    gaps.router,
    usage.router,
    pages.router,
)
ABOUT = "Customer support that resolves tickets. Refusals are problem details (RFC 9457)."


def new_app(**options: Any) -> FastAPI:
    """An app with the doors on it. Its description is /openapi.json; the pages that would show it load from elsewhere
    and are off."""
    app = FastAPI(title="Closeloop", description=ABOUT, version="0.1.0", docs_url=None, redoc_url=None, **options)
    mount(app)
    return app


def mount(app: FastAPI) -> None:
    add_handlers(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(RateLimit)
    for router in ROUTERS:
        app.include_router(router)
    describe(app)
