"""A line to a business system over HTTP, for adapters: what each answer means is decided here, once.

| what happens | raises | because |
|---|---|---|
| never connected, 429, 503 | SystemUnavailable | nothing was done |
| another 4xx | SystemRefused, in the system's own words where it has a sentence | the system said no; nothing was done |
| no answer in time, line lost, redirect, another 5xx, unreadable answer | SystemTimeout | it may have acted |

A look-up may be asked again, since it changes nothing. A write is sent once: whether it may be repeated is decided by
who knows what it does (`tools/executor.py`).
"""

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

import httpx
from pydantic import TypeAdapter, ValidationError

from tools.answers import SystemRefused, SystemTimeout, SystemUnavailable
from tools.connections import Connection

T = TypeVar("T")
Json = dict[str, Any]

_UNDONE = (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS)
_ABSENT = (httpx.codes.NOT_FOUND, httpx.codes.GONE)

# Below the five seconds after which common servers close an idle connection: a call must not meet one that is closing.
_IDLE_SECONDS = 2.0


class HttpLine:
    """The line to one system, called `system` in what is said of it. `again`: how often a look-up that failed is
    repeated; every fact has a time of its own in which all of it must happen."""

    def __init__(self, http: httpx.AsyncClient, system: str, *, again: int = 0) -> None:
        self._http = http
        self._again = again
        self.system = system

    async def find(self, kind: type[T], path: str, **query: str) -> T | None:
        """One record; None where the system answers that there is none (404, 410)."""
        response = await self.look(path, query, absent=_ABSENT)
        return None if response.status_code in _ABSENT else self.read(kind, response)

    async def every(self, kind: type[T], path: str, *, under: str = "", **query: str) -> list[T]:
        """A list of records, which stands in the answer itself or in its field `under`."""
        found = self._json(await self.look(path, query))
        items = found.get(under) if under and isinstance(found, dict) else found
        if not isinstance(items, list):
            raise self.lost("answered something that cannot be read")
        return self.records(kind, items)

    async def send(self, kind: type[T], path: str, body: Json, *, key: str = "", method: str = "POST") -> T:
        """Has an effect. Sent once; `key` goes along as Idempotency-Key."""
        return self.read(kind, await self.write(path, body, key=key, method=method))

    async def look(self, path: str, query: Mapping[str, str], *, absent: Sequence[int] = ()) -> httpx.Response:
        """A GET whose answer is good, or has one of the statuses `absent`. Repeated `again` times."""
        for _ in range(self._again):
            try:
                return await self._call("GET", path, absent, params=query)
            except (SystemUnavailable, SystemTimeout):
                continue
        return await self._call("GET", path, absent, params=query)

    async def write(self, path: str, body: Json, *, key: str = "", method: str = "POST") -> httpx.Response:
        headers = {"Idempotency-Key": quote(key, safe=" :@,+")} if key else {}
        return await self._call(method, path, (), json=body, headers=headers)

    def read(self, kind: type[T], response: httpx.Response) -> T:
        """The answer as a record."""
        return self.records(kind, [self._json(response)])[0]

    def records(self, kind: type[T], items: Sequence[Any]) -> list[T]:
        try:
            adapter: TypeAdapter[T] = _adapter(cast(Any, kind))  # mypy does not see that a class is hashable
            return [adapter.validate_python(item) for item in items]
        except ValidationError as error:
            raise self.lost("answered something that cannot be read") from error

    def lost(self, what: str) -> SystemTimeout:
        return SystemTimeout(f"{self.system} {what}.", system=self.system)

    async def _call(self, method: str, path: str, absent: Sequence[int], **content: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, path, **content)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SystemUnavailable(f"{self.system} cannot be reached.", system=self.system) from error
        except httpx.RequestError as error:
            raise self.lost(f"did not answer ({type(error).__name__})") from error
        if response.status_code not in absent:
            self._check(response)
        return response

    def _check(self, response: httpx.Response) -> None:
        if response.status_code in _UNDONE:
            raise SystemUnavailable(f"{self.system} is down.", system=self.system)
        if response.is_client_error:
            raise SystemRefused(f"{self.system} refused: {_detail(response)}", system=self.system)
        if not response.is_success:
            raise self.lost(f"failed with {response.status_code}")

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise self.lost("answered something that cannot be read") from error


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _detail(response: httpx.Response) -> str:
    """The system's own words, where it has a sentence; a validation error's list stays out of what people read."""
    try:
        detail = response.json().get("detail")
    except (ValueError, AttributeError):
        detail = None
    return detail if isinstance(detail, str) else f"the call is not acceptable ({response.status_code})."


@asynccontextmanager
async def open_http(connection: Connection, *, again: int = 1) -> AsyncIterator[HttpLine]:
    """A line to the connection's `url`, with its `token`, if there is one, as a bearer token. Raises OptionInvalid."""
    async with client(connection, connection.option("url"), token=connection.options.get("token", "")) as http:
        yield HttpLine(http, connection.port, again=again)


def client(connection: Connection, url: str, *, token: str = "") -> httpx.AsyncClient:
    """Waits as long as the connection says; a proxy of the environment is not asked. Raises OptionInvalid."""
    if not _is_address(url):
        raise connection.wrong("url", "this is not an address, such as https://billing.example.")
    return httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=httpx.Timeout(connection.answer_seconds, connect=connection.connect_seconds),
        limits=httpx.Limits(keepalive_expiry=_IDLE_SECONDS),
        trust_env=False,
        verify=_certificates(),
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Read once for all lines: it takes 60 ms each time."""
    return httpx.create_ssl_context(trust_env=False)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
