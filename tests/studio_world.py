"""`make studio` in a process of its own, on a fresh database and the demo company, and clients of its API."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from evals.backdoor import back_door
from evals.ports import free_port
from records import staff
from records.clock import SystemClock
from records.database import Database, open_database
from records.ids import CustomerId
from tests.demo_fixtures import Demo
from tests.web_world import HOST_KEY, OWN_KEY, bearer
from web.keys import of_settings
from web.tokens import Tokens

ROOT = Path(__file__).parents[1]
ROLES = ("support", "billing", "lead")
STARTED_WITHIN = 60.0
LATE = "My order is far too late, I want my money back"
APPROVE, REJECT = ({"decisions": [{"type": answer}]} for answer in ("approve", "reject"))
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Studio:
    """`keys` and `ids` of staff by role; `http` is the server without any sign-in."""

    url: str
    http: httpx.AsyncClient
    database: Database
    tokens: Tokens
    keys: dict[str, str]
    ids: dict[str, str]
    demo: Demo

    def api(self, role: str) -> LangGraphClient:
        return get_client(url=self.url, api_key=None, headers=bearer(self.keys[role]))

    async def asked(self, thread: str) -> list[Json]:
        """The parts of the stream after somebody asks for a refund that a person must approve."""
        customer = await self._newcomer(thread[-12:])
        said = {"messages": [{"role": "user", "content": LATE}]}
        return await self.ran("support", thread, input=said, context={"customer_token": customer})

    async def _newcomer(self, number: str) -> str:
        """A customer in Ben's place, for this thread alone; their token."""
        for kind, ben in (
            ("customer", "cus_ben"),
            ("order", "ord_1002"),
            ("charge", "ch_1002"),
            ("tracking", "ord_1002"),
        ):
            body = (
                json.dumps(await self.demo.record(kind, ben))
                .replace("_1002", f"_{number}")
                .replace("_ben", f"_{number}")
            )
            await self.demo.put(kind, f"{ben.split('_')[0]}_{number}", **json.loads(body))
        return self.tokens.for_customer(CustomerId(f"cus_{number}"))

    async def ran(self, role: str, thread: str, **call: Any) -> list[Json]:
        """Runs the graph on the thread until it ends or waits, as this member of staff."""
        async with self.api(role) as api:
            parts = api.runs.stream(thread, "support", stream_mode=["updates", "custom"], **call)
            return [{"event": part.event, "data": part.data} async for part in parts]

    async def waiting(self) -> tuple[str, str]:
        """A thread that waits for a person, and its interrupt's id."""
        async with self.api("support") as api:
            thread = (await api.threads.create())["thread_id"]
            await self.asked(thread)
        interrupt = await self.interrupt_of(thread)
        assert interrupt is not None
        return thread, interrupt

    async def interrupt_of(self, thread: str) -> str | None:
        """The id of what the thread waits for, if it waits."""
        async with self.api("support") as api:
            state = cast(Json, await api.threads.get_state(thread))
        return next((each["id"] for each in state["interrupts"]), None)

    async def refunds(self, thread: str) -> list[Json]:
        """What reached the charge of this thread's customer."""
        return await self.demo.effects(object=f"ch_{thread[-12:]}")


@asynccontextmanager
async def running_studio(database_url: str, demo_url: str, folder: Path) -> AsyncIterator[Studio]:
    """Up when it yields; every process it started is gone when it ends."""
    port = free_port()
    command = ("make", "--no-print-directory", "studio", f"PORT={port}")
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env=_environment(database_url, demo_url, folder),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            await asyncio.wait_for(_up(http, process, folder / "log"), STARTED_WITHIN)
            async with _opened(http, database_url, demo_url) as studio:
                yield studio
    finally:
        await _stop(process)


@asynccontextmanager
async def _opened(http: httpx.AsyncClient, database_url: str, demo_url: str) -> AsyncIterator[Studio]:
    clock = SystemClock()
    async with (
        open_database(database_url, size=4) as database,
        back_door(demo_url) as shop,
    ):
        async with database.transaction() as conn:
            added = {role: await staff.add(conn, role, [role], now=clock.now()) for role in ROLES}
        yield Studio(
            url=str(http.base_url),
            http=http,
            database=database,
            tokens=Tokens(customers=of_settings(HOST_KEY, ""), conversations=of_settings(OWN_KEY, ""), clock=clock),
            keys={role: key for role, (_, key) in added.items()},
            ids={role: member for role, (member, _) in added.items()},
            demo=Demo(demo_url, shop),
        )


def _environment(database_url: str, demo_url: str, folder: Path) -> dict[str, str]:
    """This process's, without what an outer make hands down, and without any key."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "LANG"))}
    (folder / "models").symlink_to(ROOT / "var" / "models")
    return kept | {
        "DATABASE_URL": database_url,
        "DEMO_URL": demo_url,
        "VAR": str(folder),
        "CUSTOMER_TOKEN_KEY": HOST_KEY,
        "CONVERSATION_TOKEN_KEY": OWN_KEY,
        "LANGGRAPH_DISABLE_FILE_PERSISTENCE": "true",
    }


async def _up(http: httpx.AsyncClient, process: asyncio.subprocess.Process, log: Path) -> None:
    while process.returncode is None:
        with suppress(httpx.TransportError):
            if (await http.get("/ok")).is_success:
                return
        await asyncio.sleep(0.1)
    raise AssertionError(_end_of(log))


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-3000:]


async def _stop(process: asyncio.subprocess.Process) -> None:
    """The whole group: make, the server, and whatever it started."""
    for how in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 10)
            return
