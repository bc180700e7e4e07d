"""Templates to answers, with the headers that keep a page to itself: its own scripts and styles, no frames, no others."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FunctionLoader, StrictUndefined

from policy.words import date, money, plain
from web.screens import assets
from web.screens.spans import span_of

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def show(request: Request, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A template of web/templates/screens with these values; it fails on a value that it lacks."""
    page = _environment().get_template(name).render(path=request.url.path, **values)
    return HTMLResponse(page, status, headers=dict(HEADERS))


@cache
def _environment() -> Environment:
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                       loader=FunctionLoader(_source))  # fmt: skip
    made.filters |= {"money": _money, "date": date, "plain": plain, "span": span_of, "moment": _moment}
    made.globals["asset"] = assets.address
    return made


def _source(name: str) -> str:
    return resources.files("web").joinpath(f"templates/screens/{name}").read_text("utf-8")


def _money(amount: int | None, currency: str) -> str:
    return "" if amount is None else money(amount, currency)


def _moment(at: datetime | str) -> str:
    """For a time element: `21 Nov 2026, 15:04 UTC`."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment:%d %b %Y, %H:%M} UTC"
