"""Connects the port `shop` to the shop's own database, which is made and filled from the benchmark's files when it is new.

Options in company.yaml: `data`, the folder of the files; `database`, the URL of the shop's own database (left out: one on
an embedded server of the shop's). Relative folders begin at the repository.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from evals.retail.shop.load import fill, read_data
from evals.retail.shop.store import Store
from records.embedded import ensure_database, start_postgres
from tools.connections import Connection

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "tau_bench_v1" / "retail"
POSTGRES = ROOT / "var" / "retail-postgres"
NAME = "closeloop_retail"
SIZE = 8


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[Store]:
    """Raises DataMissing when the shop is new and its files are not there."""
    url = await asyncio.to_thread(_database, connection.options.get("database", ""))
    await open_shop(url, data_folder(connection.options.get("data", "")))
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        url, min_size=1, max_size=SIZE, timeout=connection.connect_seconds, kwargs={"autocommit": True}, open=False
    )
    async with pool:
        yield Store(pool.connection)


def data_folder(given: str) -> Path:
    """Where the files are; by default beside this repository."""
    return ROOT / Path(given).expanduser() if given else DATA


async def open_shop(url: str, data: Path) -> None:
    """Fills the shop, if nobody has."""
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        there = await (await conn.execute("SELECT to_regclass('users') IS NOT NULL")).fetchone()
        if there != (True,):
            await fill(conn, await asyncio.to_thread(read_data, data))


def _database(given: str) -> str:
    return given or ensure_database(start_postgres(POSTGRES).get_uri(), NAME)
