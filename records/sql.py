"""Named SQL: every statement stands in `records/sql/*.sql` under `-- name: what_it_does`, and is called by that name."""

import re
from functools import cache
from importlib import resources
from typing import Any, LiteralString, TypeVar, cast

from psycopg import AsyncConnection
from psycopg.rows import DictRow, class_row, dict_row

Connection = AsyncConnection[Any]
T = TypeVar("T")
_HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def _statements() -> dict[str, LiteralString]:
    found: dict[str, LiteralString] = {}
    for file in sorted(resources.files("records").joinpath("sql").iterdir(), key=lambda f: f.name):
        _, *parts = _HEADING.split(file.read_text("utf-8"))
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            if name in found:
                raise ValueError(f"Two statements are called {name}.")
            found[name] = cast(LiteralString, text.strip())
    return found


async def execute(conn: Connection, name: str, /, **values: Any) -> int:
    """Runs a statement; returns how many rows it touched."""
    return (await conn.execute(_statements()[name], values)).rowcount


async def fetch_rows(conn: Connection, name: str, /, **values: Any) -> list[DictRow]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_statements()[name], values)
        return await cursor.fetchall()


async def fetch_row(conn: Connection, name: str, /, **values: Any) -> DictRow | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_statements()[name], values)
        return await cursor.fetchone()


async def fetch_all(conn: Connection, kind: type[T], name: str, /, **values: Any) -> list[T]:
    """All rows, each as a `kind`, whose fields are the columns."""
    async with conn.cursor(row_factory=class_row(kind)) as cursor:
        await cursor.execute(_statements()[name], values)
        return await cursor.fetchall()


async def fetch_one(conn: Connection, kind: type[T], name: str, /, **values: Any) -> T | None:
    """The first row as a `kind`, or None."""
    async with conn.cursor(row_factory=class_row(kind)) as cursor:
        await cursor.execute(_statements()[name], values)
        return await cursor.fetchone()
