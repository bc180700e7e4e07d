"""The page at the root, and health."""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, StrictUndefined

from graph.limits import budget
from web.doors import Doors, TheDoors

router = APIRouter(tags=["service"])
Json = dict[str, Any]


@router.get("/health")
async def health(doors: TheDoors) -> Json:
    """That the service is open and its database answers, which company it serves, and what is wrong with the company's
    folder, if anything; `restart` says what of the folder takes effect at the next start only. `systems`, and
    `models`: those that fail so often that this process leaves them alone for a while. `degraded`: why nothing is sent
    alone."""
    async with doors.services.database.transaction() as conn:
        await conn.execute("SELECT 1")
        degraded = await budget.degraded(conn, doors.services)
    version = doors.services.company.current().version
    restart = getattr(doors.services.company, "restart", "") or None
    broken = getattr(doors.services.systems, "broken", {})
    models = getattr(doors.services.reasoner, "broken", {})
    problem = _problem(doors)
    return {"status": "ok", "company": version, "problem": problem, "restart": restart} | {
        "systems": broken,
        "models": models,
        "degraded": degraded,
    }


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
async def front(request: Request, doors: TheDoors) -> HTMLResponse:
    """What runs here and how to try it."""
    company = doors.services.company.current()
    page = _template().render(
        company=company.name,
        version=company.version[:12],
        problem=_problem(doors),
        intents=sorted(company.playbooks),
        endpoints=_endpoints(request),
        base=str(request.base_url).rstrip("/"),
        style=_style(),
    )
    return HTMLResponse(page, headers=_headers())


def _problem(doors: Doors) -> str | None:
    found = getattr(doors.services.company, "problem", None)
    return str(found) if found else None


def _endpoints(request: Request) -> list[Json]:
    """Every operation of this app's OpenAPI description."""
    described = request.app.openapi()["paths"]
    return [
        {"method": method.upper(), "path": path, "about": operation.get("description", "").split(". ")[0].rstrip(".")}
        for path, operations in described.items()
        for method, operation in operations.items()
    ]


@cache
def _template() -> Any:
    source = resources.files("web").joinpath("templates/front.html").read_text("utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(source)


@cache
def _style() -> str:
    return resources.files("web").joinpath("templates/front.css").read_text("utf-8")


def _headers() -> dict[str, str]:
    """Nothing is loaded, nothing runs, nothing frames it; only our own style, by its hash."""
    style = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
