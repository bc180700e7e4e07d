"""The line to one of the demo company's systems. Its doors answer `{"items": [...]}`, to a look-up and to an effect alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from tools.answers import Effected
from tools.connections import Connection
from tools.http import HttpLine, client

T = TypeVar("T")


class _Items(BaseModel):
    model_config = ConfigDict(extra="forbid")
    items: list[dict[str, Any]]


class Line:
    """The line to one system. Nothing is asked twice: the demo's switches count the calls."""

    def __init__(self, http: httpx.AsyncClient, system: str) -> None:
        self._line = HttpLine(http, system)

    async def get(self, kind: type[T], operation: str, **query: str) -> list[T]:
        return self._read(kind, await self._line.look(self._path(operation), query))

    async def post(self, operation: str, body: dict[str, Any], key: str = "") -> Effected:
        done = self._read(Effected, await self._line.write(self._path(operation), body, key=key))
        if not done:
            raise self._line.lost("answered without saying what it did")
        return done[0]

    def _path(self, operation: str) -> str:
        return f"/{self._line.system}/{operation}"

    def _read(self, kind: type[T], response: httpx.Response) -> list[T]:
        """The records, each once: a delivery may hold one twice."""
        try:
            items = _Items.model_validate_json(response.content).items
        except ValidationError as error:
            raise self._line.lost("answered something that cannot be read") from error
        return self._line.records(kind, _once(items))


def _once(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for index, item in enumerate(items) if item not in items[:index]]


def first(found: list[T]) -> T | None:
    return found[0] if found else None


@asynccontextmanager
async def line_of(connection: Connection) -> AsyncIterator[Line]:
    """The line to the system that serves the connection's port, at the demo company that runs at its `url`."""
    async with client(connection, connection.option("url")) as http:
        yield Line(http, connection.port)
