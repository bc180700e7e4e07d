"""The HTTP doors on a real database, with nothing behind them: runs are written by the tests."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from graph.deps import Services
from policy.company import Company
from records import approvals, conversations, events, runs, staff
from records.approvals import Approval, Card
from records.clock import ManualClock
from records.database import Database, open_database
from records.ids import ApprovalId, ConversationId, CustomerId, LedgerKey, MessageId, RunId, new_id
from records.migrate import migrate
from records.sql import Connection
from tests.company_case import TIDEWATER
from tools.standard import KIT
from web.doors import Doors
from web.hub import Hub, open_hub
from web.keys import given
from web.mount import new_app
from web.tokens import Tokens

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
ADA, BEN = CustomerId("cus_ada"), CustomerId("cus_ben")
HOST_KEY, OWN_KEY = "the-host-application-signs-with-this", "and-closeloop-signs-with-this-one-here"
Json = dict[str, Any]
NOTHING = cast(Any, None)  # what the doors never touch


class Fixed:
    """A company that stays as it is."""

    problem = None

    def current(self) -> Company:
        return TIDEWATER


@dataclass
class Woken:
    """Writes down who was woken."""

    conversations: list[ConversationId] = field(default_factory=list)

    async def wake(self, conn: Connection, conversation: ConversationId) -> None:
        self.conversations.append(conversation)

    async def wake_at(self, conn: Connection, conversation: ConversationId, at: datetime) -> None:
        self.conversations.append(conversation)


@dataclass(kw_only=True)
class World:
    """`http` speaks to the app in this process; `server` gives the address of a real one."""

    app: FastAPI
    http: httpx.AsyncClient
    database: Database
    clock: ManualClock
    woken: Woken
    tokens: Tokens
    hub: Hub
    keys: dict[str, str]

    async def opened(self, customer: CustomerId | None = ADA) -> tuple[str, dict[str, str]]:
        """A conversation's id, and the headers of who holds its token."""
        headers = bearer(self.tokens.for_customer(customer)) if customer else {}
        body = (await self.http.post("/conversations", headers=headers)).raise_for_status().json()
        return body["id"], bearer(body["token"])

    def staff(self, role: str) -> dict[str, str]:
        return bearer(self.keys[role])

    async def say(self, conversation: str, headers: dict[str, str], text: str = "Hello", **more: str) -> httpx.Response:
        path = f"/conversations/{conversation}/messages"
        return await self.http.post(path, json={"text": text}, headers=headers | more)

    async def tell(self, conversation: str, run: str | None, *new: events.New) -> int:
        """Appends events as the driver does."""
        at, whose = ConversationId(conversation), RunId(run) if run else None
        async with self.database.transaction() as conn:
            return await events.append(conn, at, whose, new, now=self.clock.now())

    async def run(self, conversation: str) -> RunId:
        """A run that takes up what is unanswered."""
        run = RunId(new_id("run"))
        async with self.database.transaction() as conn:
            await runs.start(conn, run, ConversationId(conversation), now=self.clock.now())
        return run

    async def transcript(self, conversation: str) -> list[conversations.Message]:
        async with self.database.transaction() as conn:
            return await conversations.transcript(conn, ConversationId(conversation))

    async def card(self, conversation: str, **fields: Any) -> Approval:
        """A pending card for a refund of $48.00."""
        run = await self.run(conversation)
        async with self.database.transaction() as conn:
            filed = await approvals.file(
                conn, card_of(conversation, run, self.clock.now(), fields), now=self.clock.now()
            )
        assert filed is not None
        return filed


def card_of(conversation: str, run: RunId, now: datetime, fields: Json) -> Card:
    fact = {"fact": "order", "source": "commerce", "read_at": NOW.isoformat(), "visible": True, "value": {}}
    shown = {"title": "Issue refund of $48.00", "amount": 4800, "currency": "USD", "digest": "shown", "facts": [fact]}
    made = {
        "id": ApprovalId(new_id("apr")),
        "run": run,
        "conversation": ConversationId(conversation),
        "customer": ADA,
        "kind": "action",
        "digest": "d1",
        "key": LedgerKey(new_id("key")),
        "intent": "late_order_refund",
        "tool": "issue_refund",
        "arguments": {"charge": "ch_1001", "amount": 4800, "cause": "late"},
        "card": shown,
        "queue": "billing",
        "role": "billing",
        "people": 1,
        "then_do": "escalate",
        "policy_version": "v1",
        "expires": now + timedelta(hours=24),
    }
    return Card(**{**made, **fields})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def tokens_by(clock: ManualClock) -> Tokens:
    return Tokens(customers=given(k1=HOST_KEY), conversations=given(c1=OWN_KEY), clock=clock)


def services_of(database: Database, clock: ManualClock, woken: Woken, tokens: Tokens) -> Services:
    return Services(
        database=database,
        clock=clock,
        company=Fixed(),
        kit=KIT,
        systems=NOTHING,
        search=NOTHING,
        classifier=NOTHING,
        reasoner=NOTHING,
        waker=woken,
        customer_of=tokens.customer_of,
        fault=NOTHING,
    )


async def keys_of(database: Database) -> dict[str, str]:
    """A member of staff for each role, named after it, and a second one in billing."""
    async with database.transaction() as conn:
        names = {name: [name.removesuffix("2")] for name in ("support", "billing", "billing2", "lead", "admin")}
        return {name: (await staff.add(conn, name, roles, now=NOW))[1] for name, roles in names.items()}


@asynccontextmanager
async def open_world(url: str) -> AsyncIterator[World]:
    clock, woken, app = ManualClock(NOW), Woken(), new_app()
    tokens = tokens_by(clock)
    async with open_database(url, size=8) as database, open_hub(database) as hub:
        services = services_of(database, clock, woken, tokens)
        app.state.doors = Doors(services=services, tokens=tokens, hub=hub)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield World(
                app=app,
                http=http,
                database=database,
                clock=clock,
                woken=woken,
                tokens=tokens,
                hub=hub,
                keys=await keys_of(database),
            )


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The app behind a real server on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, lifespan="off")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server._serve([listener]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False) as http:
            yield http
        server.should_exit = True
        await running


@pytest.fixture(scope="session")
def web_url(database_url: Callable[[], str]) -> str:
    url = database_url()
    migrate(url)
    return url


@pytest.fixture
async def world(web_url: str) -> AsyncIterator[World]:
    async with open_world(web_url) as found:
        yield found


def posted_of(response: httpx.Response) -> MessageId:
    return MessageId(response.raise_for_status().json()["message_id"])
