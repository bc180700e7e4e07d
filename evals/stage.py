"""Where cases are played: the whole service in this process, on a throwaway database and folder, with a demo company."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import httpx
from fastapi import FastAPI
from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row

from evals.backdoor import back_door
from evals.case import VISITOR, Role
from evals.databases import throwaway_database
from records import staff
from records.clock import ManualClock, SystemClock
from records.ids import CustomerId, new_id
from server import Opened, create_app
from settings import Settings
from tools.demo.serve import running_demo
from wiring import Loaded, fitted, open_company

COMPANY = Path("company")
MODELS = Path(__file__).parents[1] / "var" / "models"
PATIENCE = 60.0
"""Seconds until whatever a turn set going must have come to rest."""
TABLES = (
    "learned_examples",
    "lessons",
    "suggestions",
    "questions",
    "corrections",
    "joins",
    "submissions",
    "audit",
    "audit_seals",
    "audit_service",
    "handoffs",
    "ledger_events",
    "ledger",
    "approval_events",
    "approvals",
    "proposals",
    "events",
    "messages",
    "model_prompts",
    "model_calls",
    "model_days",
    "runs",
    "conversations",
    "switches",
    "dials",
    "rates",
    "checkpoints",
    "checkpoint_blobs",
    "checkpoint_writes",
    "procrastinate_jobs",
)
"""What a play leaves behind, in an order in which nothing refers to what is already gone."""
_BUSY = """
SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = 'drive' OR status = 'doing')
    OR EXISTS (SELECT FROM runs WHERE status = 'running') AS busy
"""
Json = dict[str, Any]


class NotAtRest(Exception):
    """The service was still busy after PATIENCE seconds."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`keys`: a staff key for each role. `database` reads the records as an auditor would: not through the product.
    `resets`: doors of the company's own systems that put these back to the beginning. `refused`: the clauses that refused
    edits, which leave no record."""

    opened: Opened
    http: httpx.AsyncClient
    demo: httpx.AsyncClient
    clock: ManualClock
    database: AsyncConnection[Json]
    keys: dict[str, str]
    resets: Sequence[str] = ()
    refused: set[str] = field(default_factory=set)

    async def clear(self) -> None:
        """Everything as at the beginning, but for the staff; the demo company's day begins at the clock's time."""
        gone = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in TABLES)
        await self.database.execute(gone)
        self.refused.clear()
        for door in ("/reset", *self.resets):
            (await self.demo.post(door, json={"now": self.clock.now().isoformat()})).raise_for_status()

    async def rows(self, statement: Any, *values: Any) -> list[Json]:
        return await (await self.database.execute(statement, values)).fetchall()

    async def at_rest(self) -> None:
        """Until every message is taken up and every run has finished or waits for a person. Raises NotAtRest."""
        try:
            async with asyncio.timeout(PATIENCE):
                while (await self.rows(_BUSY))[0]["busy"]:  # noqa: ASYNC110 - the queue tells nobody that it is empty
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise NotAtRest from error

    async def advance(self, step: timedelta) -> None:
        """Moves the clock and lets what is due expire."""
        self.clock.advance(step)
        await self.opened.sweep.expire()

    def customer(self, name: str, signed_in_ago: timedelta = timedelta(0)) -> dict[str, str]:
        """The headers of a customer who signed in so long ago; none for a visitor."""
        if name == VISITOR:
            return {}
        at = self.clock.now() - signed_in_ago
        return bearer(self.opened.tokens.for_customer(CustomerId(name), signed_in_at=at))

    def staff(self, role: str) -> dict[str, str]:
        return bearer(self.keys[role])


@cache
def demo_company() -> Loaded:
    """The demo company and what was learned from it: read and fitted once for all that a process plays."""
    settings = Settings(company=COMPANY, var=MODELS.parent)
    kit, company = open_company(settings)
    embedder, classifier = fitted(settings, company)
    return Loaded(kit=kit, company=company, embedder=embedder, classifier=classifier)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def served(settings: Settings, clock: ManualClock, loaded: Loaded | None) -> AsyncIterator[FastAPI]:
    """The service, with a worker beside its doors."""
    app = create_app(settings, clock=clock, loaded=loaded)
    async with app.router.lifespan_context(app):
        yield app


Serve = Callable[[Settings, ManualClock, Loaded | None], AbstractAsyncContextManager[FastAPI]]


@asynccontextmanager
async def open_stage(
    server_url: str, company: Path = COMPANY, resets: Sequence[str] = (), serve: Serve = served
) -> AsyncIterator[Stage]:
    """`server_url`: a PostgreSQL server on which databases may be made; they are dropped at the end. `serve` opens the
    service; what it yields has `state.opened`."""
    async with AsyncExitStack() as stack:
        own, theirs = (stack.enter_context(throwaway_database(server_url)) for _ in range(2))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="closeloop-")))
        demo_url = await stack.enter_async_context(running_demo(theirs))
        clock = ManualClock(SystemClock().now().replace(microsecond=0))
        loaded = demo_company() if company == COMPANY else None
        app = await stack.enter_async_context(serve(_settings(own, demo_url, folder, company), clock, loaded))
        transport = httpx.ASGITransport(app)
        database = await AsyncConnection.connect(own, autocommit=True, row_factory=dict_row)
        yield Stage(
            opened=app.state.opened,
            http=await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://evals")),
            demo=await stack.enter_async_context(back_door(demo_url)),
            clock=clock,
            database=await stack.enter_async_context(database),
            keys=await _keys(app.state.opened),
            resets=resets,
        )


def _settings(database_url: str, demo_url: str, folder: Path, company: Path) -> Settings:
    MODELS.mkdir(parents=True, exist_ok=True)
    (folder / "models").symlink_to(MODELS)
    return Settings(
        database_url=database_url,
        demo_url=demo_url,
        company=company,
        var=folder,
        customer_token_key=new_id("key") * 3,
        conversation_token_key=new_id("key") * 3,
        fact_seconds=4.0,
        answer_seconds=4.0,
        settle_seconds=0.5,
        rate_limits="off",  # the clock stands still, and so would the rates; the breakers likewise
        breaker_failures=0,
    )


async def _keys(opened: Opened) -> dict[str, str]:
    """One member of staff for each role, and a second one in billing."""
    now = opened.services.clock.now()
    async with opened.services.database.transaction() as conn:
        return {name: (await staff.add(conn, name, [name.removesuffix("2")], now=now))[1] for name in get_args(Role)}
