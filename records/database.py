"""The database: one pool, one transaction per request or job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.types.json import JsonbDumper
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from records.errors import NotFound, NotReady
from records.sql import Connection

ERASED = "CL404"
"""What the database says when somebody writes to a conversation that was erased (records/migrations/0007_personal_data.sql)."""
PATIENCE = 5.0
"""Seconds to wait for a connection of the pool."""


class DatabaseUnreachable(NotReady):
    """PostgreSQL cannot be reached. Check DATABASE_URL, or unset it to use the embedded server."""


async def _configure(conn: Connection) -> None:
    conn.adapters.register_dumper(dict, JsonbDumper)


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(self, url: str, pool: AsyncConnectionPool[Connection]) -> None:
        self.url = url
        self.pool = pool

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection whose work is committed at the end, or undone if the body raises. Raises DatabaseUnreachable
        when there is no connection to be had, or the one there was is gone; NotFound when the body writes to a conversation
        that was erased."""
        try:
            async with self.pool.connection(timeout=PATIENCE) as conn, conn.transaction():
                yield conn
        except PoolTimeout as error:
            raise DatabaseUnreachable from error
        except psycopg.OperationalError as error:
            if error.sqlstate is None or error.sqlstate.startswith(("08", "57P")):
                raise DatabaseUnreachable from error
            raise
        except psycopg.DatabaseError as error:
            if error.sqlstate == ERASED:
                raise NotFound from error
            raise

    async def standalone(self) -> Connection:
        """A connection of one's own outside the pool, in autocommit: for session locks and LISTEN. The caller closes it."""
        return await AsyncConnection.connect(self.url, autocommit=True)


@asynccontextmanager
async def open_database(url: str, *, size: int) -> AsyncIterator[Database]:
    """A pool of up to `size` connections. Raises DatabaseUnreachable at once when there is no server."""
    await check_reachable(url)
    kwargs: dict[str, Any] = {"autocommit": True, "prepare_threshold": 5}
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        url,
        min_size=2,
        max_size=size,
        kwargs=kwargs,
        configure=_configure,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    async with pool:
        yield Database(url, pool)


async def check_reachable(url: str) -> None:
    """Raises DatabaseUnreachable, with the server's own words, when no connection can be made in five seconds."""
    try:
        await (await AsyncConnection.connect(url, connect_timeout=5)).close()
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(f"{(DatabaseUnreachable.__doc__ or '').strip()} ({error})") from error
