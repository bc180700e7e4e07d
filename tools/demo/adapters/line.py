"""The line to one of the demo company's systems, over HTTP.

What a failure means: never connected, or 503 → SystemUnavailable; 4xx → SystemRefused; a lost connection, no answer in
time, another 5xx or an answer that cannot be read → SystemTimeout, since the system may have acted.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tools.answers import Effected, SystemRefused, SystemTimeout, SystemUnavailable
from tools.connections import Connection

T = TypeVar("T")

# Below the five seconds after which the server closes an idle connection: a call must not meet one that is closing.
_IDLE_SECONDS = 2.0


class _Items(BaseModel):
    model_config = ConfigDict(extra="forbid")
    items: list[dict[str, Any]]


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class Line:
    """The line to one system."""

    def __init__(self, http: httpx.AsyncClient, system: str) -> None:
        self._http = http
        self.system = system

    async def get(self, kind: type[T], operation: str, **query: str) -> list[T]:
        return await self._call(kind, "GET", operation, params=query)

    async def post(self, operation: str, body: dict[str, Any], key: str = "") -> Effected:
        headers = {"Idempotency-Key": quote(key, safe=" :@,+")} if key else {}
        done = await self._call(Effected, "POST", operation, json=body, headers=headers)
        if not done:
            raise self._lost("answered without saying what it did")
        return done[0]

    async def _call(self, kind: type[T], method: str, operation: str, **content: Any) -> list[T]:
        try:
            response = await self._http.request(method, f"/{self.system}/{operation}", **content)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SystemUnavailable(f"{self.system} cannot be reached.", system=self.system) from error
        except httpx.RequestError as error:
            raise self._lost(f"did not answer ({type(error).__name__})") from error
        self._check(response)
        return self._read(kind, response)

    def _check(self, response: httpx.Response) -> None:
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise SystemUnavailable(f"{self.system} is down.", system=self.system)
        if response.is_server_error:
            raise self._lost(f"failed with {response.status_code}")
        if response.is_client_error:
            raise SystemRefused(f"{self.system} refused: {_detail(response)}", system=self.system)

    def _read(self, kind: type[T], response: httpx.Response) -> list[T]:
        """The records, each once: a delivery may hold one twice."""
        try:
            items = _Items.model_validate_json(response.content).items
            adapter: TypeAdapter[T] = _adapter(cast(Any, kind))  # mypy does not see that a class is hashable
            return [adapter.validate_python(item) for item in _once(items)]
        except ValidationError as error:
            raise self._lost("answered something that cannot be read") from error

    def _lost(self, what: str) -> SystemTimeout:
        return SystemTimeout(f"{self.system} {what}.", system=self.system)


def _once(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for index, item in enumerate(items) if item not in items[:index]]


def _detail(response: httpx.Response) -> str:
    """The system's own words, where it has a sentence; a validation error's list stays out of what people read."""
    try:
        detail = response.json().get("detail")
    except (ValueError, AttributeError):
        detail = None
    return detail if isinstance(detail, str) else f"the call is not acceptable ({response.status_code})."


def first(found: list[T]) -> T | None:
    return found[0] if found else None


@asynccontextmanager
async def line_of(connection: Connection) -> AsyncIterator[Line]:
    """The line to the system that serves the connection's port, at the demo company that runs at its `url`."""
    patience = httpx.Timeout(connection.answer_seconds, connect=connection.connect_seconds)
    limits = httpx.Limits(keepalive_expiry=_IDLE_SECONDS)
    url = connection.options["url"]
    async with httpx.AsyncClient(base_url=url, timeout=patience, limits=limits, trust_env=False) as http:
        yield Line(http, connection.port)
