"""The whole service for tests, in this process: real database, demo company, graph and doors; the clock can be moved.

No worker runs: a test drives a conversation when it wants to, and sees what happens in between.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import sql
from psycopg.rows import dict_row

from evals.backdoor import back_door
from evals.proofs.site import KEPT, MODELS
from evals.stage import demo_company
from graph.build import build
from graph.deps import Services
from records import staff
from records.clock import ManualClock, SystemClock
from records.ids import CustomerId, new_id
from runs.driver import Graph
from server import Opened, open_doors, open_services
from settings import Settings
from web.mount import new_app

Json = dict[str, Any]
LATE = "My parcel never came, give me my money back"


@dataclass(frozen=True, kw_only=True)
class World:
    """`demo`: its back doors. `staff_key`: of Robin, who may decide everything."""

    opened: Opened
    clock: ManualClock
    http: httpx.AsyncClient
    demo: httpx.AsyncClient
    staff_key: str

    @property
    def graph(self) -> Graph:
        return self.opened.graph

    async def open(self, customer: str) -> Json:
        token = self.opened.tokens.for_customer(CustomerId(customer))
        return await self._post("/conversations", token, None)

    async def post(self, conversation: Json, text: str) -> None:
        """The message is accepted; nobody works on it yet. A second has passed since whatever was before."""
        self.clock.advance(timedelta(seconds=1))
        await self._post(f"/conversations/{conversation['id']}/messages", conversation["token"], {"text": text})

    async def drive(self, *conversations: Json) -> None:
        """Side by side, each until nothing is due."""
        await asyncio.gather(*(self.opened.driver.drive(conversation["id"]) for conversation in conversations))

    async def said(self, customer: str, text: str) -> Json:
        """A conversation in which this was said, and answered or paused."""
        conversation = await self.open(customer)
        await self.say(conversation, text)
        return conversation

    async def say(self, conversation: Json, text: str) -> None:
        await self.post(conversation, text)
        await self.drive(conversation)

    async def card(self, conversation: Json) -> Json:
        """The newest card of the conversation, as the inbox shows it."""
        found = await self.rows(
            "SELECT id FROM approvals WHERE conversation_id = %s ORDER BY filed_at DESC", conversation["id"]
        )
        headers = {"Authorization": f"Bearer {self.staff_key}"}
        card: Json = (await self.http.get(f"/approvals/{found[0]['id']}", headers=headers)).raise_for_status().json()
        return card

    async def decide(self, card: Json, kind: str = "approve", **more: Any) -> int:
        """The status of the answer."""
        body = {"type": kind, "digest": card["digest"], **more}
        headers = {"Authorization": f"Bearer {self.staff_key}"}
        return (await self.http.post(f"/approvals/{card['id']}/decision", json=body, headers=headers)).status_code

    async def rows(self, statement: Any, *values: Any) -> list[Json]:
        async with self.opened.services.database.transaction() as conn, conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []

    async def runs(self, conversation: Json) -> list[Json]:
        """Oldest first."""
        return await self.rows(
            "SELECT * FROM runs WHERE conversation_id = %s ORDER BY started_at, id", conversation["id"]
        )

    async def told(self, conversation: Json) -> list[str]:
        """What the agent said."""
        statement = "SELECT body FROM messages WHERE conversation_id = %s AND author = 'agent' ORDER BY position"
        return [row["body"] for row in await self.rows(statement, conversation["id"])]

    async def ledger(self) -> list[Json]:
        return await self.rows("SELECT * FROM ledger ORDER BY reserved_at, key")

    async def effects(self) -> list[Json]:
        """What really happened at the demo company."""
        items: list[Json] = (await self.demo.get("/effects")).raise_for_status().json()["items"]
        return items

    async def changed(self, **services: Any) -> "World":
        """The same with other services behind the graph, as a process that was started another way."""
        return replace(self, opened=self.opened.with_services(replace(self.opened.services, **services)))

    async def _post(self, path: str, token: str, body: Json | None) -> Json:
        answer = await self.http.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        found: Json = answer.raise_for_status().json()
        return found


def graph_of(services: Services, saver: AsyncPostgresSaver) -> Graph:
    return build(lambda: services).compile(saver)


@asynccontextmanager
async def open_world(database_url: str, demo_url: str, folder: Path, **more: Any) -> AsyncIterator[World]:
    """`more`: settings of another company's service."""
    clock = ManualClock(SystemClock().now())
    (folder / "models").symlink_to(MODELS)
    settings = Settings(
        database_url=database_url,
        demo_url=demo_url,
        var=folder,
        customer_token_key=new_id("key") * 3,
        conversation_token_key=new_id("key") * 3,
        fact_seconds=20.0,
        answer_seconds=20.0,
        settle_seconds=0.1,
        **{"breaker_failures": 0, **more},
    )
    app: FastAPI = new_app()
    async with (
        open_services(settings, clock, None if "company" in more else demo_company()) as opened,
        open_doors(opened) as doors,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http,
        back_door(demo_url) as demo,
    ):
        app.state.doors = doors
        async with opened.services.database.transaction() as conn:
            _, key = await staff.add(conn, "Robin", ["admin"], now=clock.now())
        yield World(opened=opened, clock=clock, http=http, demo=demo, staff_key=key)


@pytest.fixture(scope="module")
async def service(
    database_url: Callable[[], str], demo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """Opened once for all tests of a module."""
    async with open_world(database_url(), demo_url, tmp_path_factory.mktemp("var")) as found:
        yield found


@pytest.fixture
async def world(service: World) -> World:
    """As at the beginning: nothing written, nothing done, the demo company seeded anew."""
    (await service.demo.post("/reset", json={})).raise_for_status()
    names = await service.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    emptied = [sql.Identifier(row["tablename"]) for row in names if row["tablename"] not in KEPT]
    await service.rows(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(emptied)))
    return service
