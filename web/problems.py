"""Every refusal as a problem (RFC 9457): `type`, `title`, `status`, `detail`, `instance`, and the facts beside them."""

from collections.abc import Mapping
from http import HTTPStatus
from traceback import format_exception
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from records.errors import BadRequest, CloseloopError, NotFound, Unprocessable

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"


class Unforeseen(CloseloopError):
    """Something went wrong here, and it has been written down. Please try again."""

    slug = "unforeseen"


def problem(error: CloseloopError, instance: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer for an error of ours."""
    wait = {"Retry-After": str(error.facts["retry_after"])} if "retry_after" in error.facts else {}
    return _answer(error.status, error.slug, error.detail, instance, error.facts, {**(headers or {}), **wait})


def add_handlers(app: FastAPI) -> None:
    """Makes problems of all that can go wrong in a request."""
    app.add_exception_handler(CloseloopError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def _answer(
    status: int,
    slug: str,
    detail: str,
    instance: str,
    facts: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    shown = {
        **facts,
        "type": f"/problems/{slug}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    extra = {"WWW-Authenticate": 'Bearer realm="closeloop"'} if status == HTTPStatus.UNAUTHORIZED else {}
    return JSONResponse(shown, status, {**(headers or {}), **extra}, MEDIA_TYPE)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    return problem(cast(CloseloopError, error), request.url.path)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    found = cast(RequestValidationError, error).errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problem(BadRequest("The body is not valid JSON."), request.url.path)
    problems = [{"where": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in found]
    detail = "; ".join(f"{each['where']}: {each['message']}" for each in problems)
    return problem(Unprocessable(detail, problems=problems), request.url.path)


async def _http(request: Request, error: Exception) -> JSONResponse:
    refusal = cast(HTTPException, error)
    if refusal.status_code == HTTPStatus.NOT_FOUND:
        return problem(NotFound(), request.url.path)
    slug = HTTPStatus(refusal.status_code).phrase.lower().replace(" ", "-")
    return _answer(refusal.status_code, slug, str(refusal.detail), request.url.path, {}, refusal.headers)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    """The traceback is written down without the values in it: they are people's words and keys."""
    log.error("request.failed", path=request.url.path, traceback="".join(format_exception(error)))
    return problem(Unforeseen(), request.url.path)
