"""The whole service behind a real server, with two customers' records in it, for calls made up from its description."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvicorn
from psycopg.rows import dict_row

from components import make_tokens
from evals.proofs.site import MODELS
from records import staff
from records.clock import SystemClock
from records.database import open_database
from records.ids import ConversationId, CustomerId
from server import create_app
from settings import Settings
from tests.company_case import TIDEWATER
from tests.demo_fixtures import ThreadedServer
from web.names import id_of
from web.tokens import Tokens

Json = dict[str, Any]
ROLES = tuple(TIDEWATER.roles)
OUTSIDERS = ("customer", "holder", "visitor", "nobody")
MINE, THEIRS = CustomerId("cus_ada"), CustomerId("cus_ben")
WORDS = {
    MINE: ("I was charged twice for my subscription",),
    THEIRS: ("Order ord_1002 is late, I want a refund", "Another email please: I forgot my password"),
}
"""What each says, each in a conversation: the last one's run is done alone, the others may wait for a person."""
PATIENCE = 240.0
_RUN = "SELECT id FROM runs WHERE conversation_id = %s AND status <> 'running'"


@dataclass(frozen=True, kw_only=True)
class Records:
    """The ids of what belongs to one customer, by the name that paths give them, and words that only they may read."""

    ids: Mapping[str, str]
    words: tuple[str, ...]


@dataclass(kw_only=True)
class Outside:
    """`mine` is the caller's who has one, `theirs` another customer's, whom no outsider may hear of."""

    url: str
    description: Json
    tokens: Tokens
    keys: Mapping[str, str]
    mine: Records
    theirs: Records
    visitors: str
    database_url: str

    def headers(self, caller: str) -> dict[str, str]:
        """Signed anew, since calls that are made up may also revoke."""
        if caller in self.keys:
            return bearer(self.keys[caller])
        if caller == "customer":
            return bearer(self.tokens.for_customer(MINE))
        if caller == "nobody":
            return {}
        path, owner = (self.mine.ids["conversation_id"], MINE) if caller == "holder" else (self.visitors, None)
        generation = self.rows("SELECT token_generation FROM conversations WHERE id = %s", path)[0]["token_generation"]
        return bearer(self.tokens.for_conversation(ConversationId(path), owner, generation=generation))

    def rows(self, statement: Any, *values: Any) -> list[Json]:
        with psycopg.connect(self.database_url, row_factory=dict_row, autocommit=True) as conn:
            return conn.execute(statement, values).fetchall()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def outside(database_url: str, demo_url: str, folder: Path) -> Iterator[Outside]:
    """Up when it yields, with a card, an action and a transcript of each customer's."""
    httpx.post(f"{demo_url}/reset", json={}).raise_for_status()
    (folder / "models").symlink_to(MODELS)
    settings = Settings(database_url=database_url, demo_url=demo_url, var=folder, concurrency=2, rate_limits="off")
    with _serving(settings) as url:
        tokens = make_tokens(settings, SystemClock())
        yield Outside(
            url=url,
            description=httpx.get(f"{url}/openapi.json", trust_env=False).raise_for_status().json(),
            tokens=tokens,
            keys=asyncio.run(_keys(database_url)),
            mine=_records(url, database_url, tokens, MINE),
            theirs=_records(url, database_url, tokens, THEIRS),
            visitors=_opened(url, {})["id"],
            database_url=database_url,
        )


@contextmanager
def _serving(settings: Settings) -> Iterator[str]:
    app = create_app(settings)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1)
    server = ThreadedServer(config)
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port.result(PATIENCE)}"
    finally:
        server.should_exit = True
        thread.join()


async def _keys(database_url: str) -> dict[str, str]:
    async with open_database(database_url, size=2) as database, database.transaction() as conn:
        return {role: (await staff.add(conn, role, [role], now=SystemClock().now()))[1] for role in ROLES}


def _opened(url: str, headers: dict[str, str]) -> Json:
    opened: Json = httpx.post(f"{url}/conversations", headers=headers, trust_env=False).raise_for_status().json()
    return opened


def _records(url: str, database_url: str, tokens: Tokens, customer: CustomerId) -> Records:
    """What is there once this customer has written: the last conversation with its run, and a card and an action, of
    whichever conversation they are."""
    opened = [_said(url, database_url, tokens, customer, words) for words in WORDS[customer]]
    with psycopg.connect(database_url, row_factory=dict_row, autocommit=True) as conn:
        run = conn.execute(_RUN, (opened[-1],)).fetchone() or {}
        card = conn.execute("SELECT id FROM approvals WHERE customer_id = %s", (customer,)).fetchone()
        action = conn.execute("SELECT key FROM ledger WHERE customer_id = %s", (customer,)).fetchone()
    ids = {"conversation_id": opened[-1], "run_id": run["id"]}
    ids |= {"approval_id": card["id"]} if card else {}
    ids |= {"action_id": id_of(action["key"])} if action else {}
    return Records(ids=ids, words=WORDS[customer][-1:])


def _said(url: str, database_url: str, tokens: Tokens, customer: CustomerId, words: str) -> str:
    """The conversation in which this was said, once its run has ended or waits."""
    opened = _opened(url, bearer(tokens.for_customer(customer)))
    path = f"{url}{opened['messages']}"
    httpx.post(path, json={"text": words}, headers=bearer(opened["token"]), trust_env=False).raise_for_status()
    with psycopg.connect(database_url, autocommit=True) as conn:
        _waited(lambda: conn.execute(_RUN, (opened["id"],)).fetchone())
    return str(opened["id"])


def _waited(look: Callable[[], Any]) -> Any:
    """Raises TimeoutError."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise TimeoutError
