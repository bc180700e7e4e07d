"""The description of the doors, /openapi.json: every refusal is in it, as the problem that it is."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict

from web.problems import MEDIA_TYPE

Json = dict[str, Any]
EVENT: Json = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "The event's number in its conversation."},
        "event": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
STREAM: Json = {"content": {"text/event-stream": {"schema": EVENT}}, "description": "Server-sent events."}
"""What a door answers that streams, each event by itself."""


class Stream(Response):
    """For the description alone: a door that answers with nothing but a stream."""

    media_type = "text/event-stream"


ANY_CALL = {
    400: "The request cannot be read.",
    422: "The content is not acceptable.",
    429: "Too much within a short time; `Retry-After` says when to try again.",
    500: "Something went wrong here.",
    503: "A part of the service is not there.",
}
SIGNED_IN = {
    401: "The token is missing, expired, revoked or not valid here.",
    403: "The caller is known and may not.",
    404: "There is no such thing, or it is somebody else's.",
}
WITH_BODY = {409: "The thing has moved on.", 413: "The body is too large."}
_REF = {"$ref": "#/components/schemas/Problem"}


class Problem(BaseModel):
    """A refusal (RFC 9457), with whatever else there is to know beside these."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str


def describe(app: FastAPI) -> None:
    """From now on `app.openapi()` tells of the refusals as well."""
    app.openapi = _Description(app)  # type: ignore[method-assign]


class _Description:
    """Made on the first call, when all doors are there."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def __call__(self) -> Json:
        if self._app.openapi_schema is None:
            self._app.openapi_schema = _described(self._app)
        return self._app.openapi_schema


def _described(app: FastAPI) -> Json:
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = found["components"]["schemas"]
    for own in ("HTTPValidationError", "ValidationError"):
        schemas.pop(own, None)
    schemas["Problem"] = Problem.model_json_schema()
    for method, operation in _operations(found):
        codes = ANY_CALL | (SIGNED_IN if operation.get("security") else {})
        codes |= WITH_BODY if method != "get" else {}
        operation["responses"] |= {str(code): _refusal(text) for code, text in sorted(codes.items())}
    return found


def _operations(description: Json) -> Iterator[tuple[str, Json]]:
    for operations in description["paths"].values():
        yield from operations.items()


def _refusal(text: str) -> Json:
    return {"description": text, "content": {MEDIA_TYPE: {"schema": _REF}}}
