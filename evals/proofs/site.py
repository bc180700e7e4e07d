"""Where a proof takes place: a database, the demo company, an index server and a folder, all its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import AsyncConnection, OperationalError, sql
from psycopg.errors import DeadlockDetected
from psycopg.rows import dict_row

from components import make_tokens
from evals.ports import free_port
from evals.proofs.processes import PATIENCE, Running, demo, plain_http
from records import staff
from records.clock import SystemClock
from records.database import open_database
from records.embedded import ensure_database
from records.ids import new_id
from runs.startup import prepare
from settings import Settings
from web.tokens import Tokens

MODELS = Path(__file__).parents[2] / "var" / "models"
KEPT = ("alembic_version", "checkpoint_migrations", "staff", "procrastinate_workers")
OPEN_WORK = """
    SELECT id::text FROM messages WHERE author = 'customer' AND run_id IS NULL
    UNION ALL SELECT id FROM runs WHERE status <> 'finished'
    UNION ALL SELECT id::text FROM procrastinate_jobs WHERE task_name = 'drive' AND status IN ('todo', 'doing')"""
WAITING = """
    SELECT r.id FROM runs r JOIN approvals a ON a.run_id = r.id WHERE r.status = 'paused' AND a.status = 'pending'"""
LOOK = 0.05
"""Seconds between two looks at what is left to do."""
Json = dict[str, Any]


@dataclass(kw_only=True)
class Site:
    """`settings` are those of a server that works as well. `company` runs the demo company's systems, which `demo` calls.
    `staff_key`: of somebody who may decide everything."""

    settings: Settings
    company: Running
    demo: httpx.AsyncClient
    tokens: Tokens
    staff_key: str
    reader: AsyncConnection[Json] | None = None

    def another(self, **changes: Any) -> Settings:
        """The settings of another process here."""
        return replace(self.settings, **{"port": free_port(), **changes})

    async def rows(self, statement: Any, *values: Any) -> list[Json]:
        """Reads the database as an auditor would: not through the product. Raises OperationalError while it is away."""
        if self.reader is None or self.reader.closed:
            self.reader = await AsyncConnection.connect(
                self.settings.database_url, autocommit=True, row_factory=dict_row
            )
        return await (await self.reader.execute(statement, values)).fetchall()

    async def close(self) -> None:
        """Kills the demo company's systems."""
        self.company.kill()
        if self.reader is not None:
            await self.reader.close()

    async def effects(self, **which: str) -> list[Json]:
        """What really happened at the demo company."""
        items: list[Json] = (await self.demo.get("/effects", params=which)).raise_for_status().json()["items"]
        return items

    async def clear(self) -> None:
        """Everything as at the beginning, but for the staff."""
        (await self.demo.post("/reset", json={})).raise_for_status()
        found = await self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [row["tablename"] for row in found if row["tablename"] not in KEPT]
        emptied = sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, names)))
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(DeadlockDetected):  # a worker that looks for work takes its locks in another order
                    async with await AsyncConnection.connect(self.settings.database_url, autocommit=True) as conn:
                        await conn.execute(emptied)
                        return

    async def settled(self, *, but_for_people: bool = False) -> None:
        """Waits until nobody owes anything any more: no message, no run, no job; a run that waits for a person is let off
        if `but_for_people`. A database that is away is waited for. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while await self._busy(but_for_people):  # noqa: ASYNC110 - other processes are seen by looking only
                await asyncio.sleep(LOOK)

    async def _busy(self, but_for_people: bool) -> bool:
        try:
            owed = {row["id"] for row in await self.rows(OPEN_WORK)}
            return bool(owed - {row["id"] for row in await self.rows(WAITING)} if but_for_people and owed else owed)
        except OperationalError:
            return True


@asynccontextmanager
async def open_site(
    server_url: str, folder: Path, *, chroma: bool = False, index: str = "", theirs: str = ""
) -> AsyncIterator[Site]:
    """`server_url`: a PostgreSQL server on which databases may be made, `theirs`: another one for the demo company's;
    they are dropped at the end. `index`: an index server that is there; `chroma`: one of its own."""
    async with AsyncExitStack() as stack:
        own = stack.enter_context(_database(server_url))
        company = await _company(stack.enter_context(_database(theirs or server_url)), folder)
        prepare(own)  # not in a thread: alembic's context is one for the whole process
        settings = Settings(
            database_url=own,
            var=folder,
            port=free_port(),
            demo_url=company.url,
            chroma_url=await stack.enter_async_context(running_chroma(folder)) if chroma else index,
            customer_token_key=new_id("key") * 3,
            conversation_token_key=new_id("key") * 3,
            fact_seconds=15.0,  # what is slow here is the machine
            answer_seconds=15.0,
            settle_seconds=2.0,
            rate_limits="off",  # a proof asks for more in a second than any caller
        )
        fresh = httpx.Limits(max_keepalive_connections=0)  # the one who held the other end may have been killed
        client = plain_http(settings.demo_url, limits=fresh, timeout=PATIENCE)
        demo = await stack.enter_async_context(client)
        tokens = make_tokens(settings, SystemClock())
        key = await _staff_key(own)
        site = Site(settings=settings, company=company, demo=demo, tokens=tokens, staff_key=key)
        stack.push_async_callback(site.close)
        yield site


async def _company(database_url: str, folder: Path) -> Running:
    await asyncio.to_thread(_furnish, folder)
    running = Running(demo, Settings(database_url=database_url, var=folder, port=free_port()))
    return await running.ready()


def _furnish(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "models").exists():
        (folder / "models").symlink_to(MODELS)


@contextmanager
def _database(server_url: str) -> Iterator[str]:
    name = new_id("proof")
    yield ensure_database(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@asynccontextmanager
async def running_chroma(folder: Path) -> AsyncIterator[str]:
    """An index server, which several processes may use at once."""
    port, nowhere = free_port(), asyncio.subprocess.DEVNULL
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(
        *command, "--path", str(folder / "index"), stdout=nowhere, stderr=nowhere
    )
    try:
        await _answering(f"http://127.0.0.1:{port}/api/v2/heartbeat")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


async def _answering(url: str) -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as http:
        while True:
            with suppress(httpx.TransportError):
                (await http.get(url)).raise_for_status()
                return
            await asyncio.sleep(0.1)


async def _staff_key(url: str) -> str:
    """A member of staff who may decide everything; returns the key."""
    async with open_database(url, size=2) as database, database.transaction() as conn:
        return (await staff.add(conn, "Robin", ["admin"], now=SystemClock().now()))[1]
