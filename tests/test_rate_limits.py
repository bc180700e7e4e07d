"""Rates: kept in PostgreSQL for all processes together, per caller and per address; a refused request leaves no trace."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from psycopg import sql

from commands.serve import config_of
from policy.company import Company
from policy.source import Problem, document
from policy.usage import RATES, OpenCaps, Rate, Rates, Usage, usage_of
from records.database import Database, open_database
from records.ids import CustomerId
from runs.rates import Forgetter
from settings import SettingInvalid, read_settings
from tests.company_case import TIDEWATER
from tests.web_world import ADA, BEN, World, bearer, served, web_url, world
from web.callers import address_of
from web.doors import Doors
from web.mount import new_app

__all__ = ["web_url", "world"]
Json = dict[str, Any]


class Limited:
    """A company with other rates."""

    problem = None

    def __init__(self, usage: Usage) -> None:
        self._company = replace(TIDEWATER, usage=usage)

    def current(self) -> Company:
        return self._company


def rates(**acts: dict[str, int]) -> Rates:
    """So many a minute; what is not named is unlimited."""
    made: Any = {act: {} for act in RATES}
    for act, callers in acts.items():
        made[act] = {who: (Rate(amount=amount, seconds=60),) for who, amount in callers.items()}
    found: Rates = made
    return found


def app_of(world: World, usage: Usage, database: Database | None = None) -> FastAPI:
    """The doors of the same installation with these rates kept."""
    doors: Doors = world.app.state.doors
    services = replace(doors.services, company=Limited(usage), database=database or world.database)
    app = new_app()
    app.state.doors = replace(doors, services=services, limited=True)
    return app


@asynccontextmanager
async def processes(world: World, usage: Usage, number: int = 2) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Real servers on loopback, each with an app and a pool of connections of its own, as processes are."""
    await forgotten(world)
    async with AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(open_database(world.database.url, size=4)) for _ in range(number)]
        yield [await stack.enter_async_context(served(app_of(world, usage, pool))) for pool in pools]


async def forgotten(world: World) -> None:
    async with world.database.transaction() as conn:
        await conn.execute("DELETE FROM rates")


async def counted(world: World, table: str) -> int:
    async with world.database.transaction() as conn:
        found = await conn.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        row = await found.fetchone()
    return int(row[0]) if row else 0


async def say(http: httpx.AsyncClient, conversation: str, token: dict[str, str], text: str, **more: str) -> Any:
    return await http.post(f"/conversations/{conversation}/messages", json={"text": text}, headers=token | more)


async def test_two_processes_count_together_and_a_refused_message_leaves_no_trace(world: World) -> None:
    conversation, token = await world.opened(ADA)
    async with processes(world, Usage(rates=rates(messages={"customer": 3}))) as (one, other):
        accepted = [await say(http, conversation, token, f"number {n}") for n, http in enumerate((one, other, one))]
        refused = await say(other, conversation, token, "one too many")

    assert [answer.status_code for answer in accepted] == [202] * 3
    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert len(await world.transcript(conversation)) == 3
    assert len(world.woken.conversations) == 3


async def test_fifty_at_once_on_two_processes_are_accepted_as_often_as_the_rate_says(world: World) -> None:
    conversation, token = await world.opened(ADA)
    async with processes(world, Usage(rates=rates(messages={"customer": 10}))) as (one, other):
        sent = [say(http, conversation, token, f"{n}") for n in range(25) for http in (one, other)]
        answers = await asyncio.gather(*sent)

    codes = [answer.status_code for answer in answers]
    stored = await world.transcript(conversation)
    assert (codes.count(202), codes.count(429)) == (10, 40)
    assert {message.id for message in stored} == {a.json()["message_id"] for a in answers if a.status_code == 202}


async def test_a_refusal_says_when_to_come_again_and_then_it_is_so(world: World) -> None:
    conversation, token = await world.opened(ADA)
    async with processes(world, Usage(rates=rates(messages={"customer": 3}))) as (http, _):
        first = await say(http, conversation, token, "1")
        for text in ("2", "3"):
            await say(http, conversation, token, text)
        refused = await say(http, conversation, token, "4")
        world.clock.advance(timedelta(seconds=int(refused.headers["retry-after"])))
        then = await say(http, conversation, token, "4")

    assert first.headers["ratelimit-policy"] == '"messages-customer";q=3;w=60'
    assert first.headers["ratelimit"] == '"messages-customer";r=2;t=20'
    assert refused.headers["ratelimit"] == '"messages-customer";r=0;t=20'
    assert refused.headers["retry-after"] == "20"
    assert refused.json()["retry_after"] == 20
    assert then.status_code == 202


async def test_a_message_that_is_sent_again_after_a_refusal_is_stored_once(world: World) -> None:
    conversation, token = await world.opened(ADA)
    async with processes(world, Usage(rates=rates(messages={"customer": 1}))) as (http, _):
        await say(http, conversation, token, "first")
        refused = await say(http, conversation, token, "second", **{"Idempotency-Key": "k"})
        world.clock.advance(timedelta(seconds=60))
        accepted = await say(http, conversation, token, "second", **{"Idempotency-Key": "k"})
        world.clock.advance(timedelta(seconds=60))
        again = await say(http, conversation, token, "second", **{"Idempotency-Key": "k"})

    assert (refused.status_code, accepted.status_code) == (429, 202)
    assert again.json()["message_id"] == accepted.json()["message_id"]
    assert [message.body for message in await world.transcript(conversation)] == ["first", "second"]


async def test_a_customer_is_one_caller_in_all_their_conversations_and_others_are_not_concerned(world: World) -> None:
    (here, token), (there, another), (theirs, other) = [await world.opened(each) for each in (ADA, ADA, BEN)]
    async with processes(world, Usage(rates=rates(messages={"customer": 1}))) as (http, _):
        answers = [
            await say(http, here, token, "hello"),
            await say(http, there, another, "hello"),
            await say(http, here, bearer(world.tokens.for_customer(ADA)), "hello again"),
            await say(http, theirs, other, "hello"),
        ]

    assert [answer.status_code for answer in answers] == [202, 429, 429, 202]


async def test_a_visitor_is_counted_by_conversation_and_by_address(world: World) -> None:
    opened = [await world.opened(None) for _ in range(3)]
    usage = Usage(rates=rates(messages={"visitor": 2, "address": 4}))
    async with processes(world, usage) as (http, _):
        order = [opened[which] for which in (0, 0, 0, 1, 1, 2)]
        answers = [await say(http, conversation, token, f"{n}") for n, (conversation, token) in enumerate(order)]

    assert [answer.status_code for answer in answers] == [202, 202, 429, 202, 202, 429]


async def test_opening_conversations_has_a_rate_and_opens_nothing_beyond_it(world: World) -> None:
    async with processes(world, Usage(rates=rates(conversations={"address": 2}))) as (one, other):
        before = await counted(world, "conversations")
        answers = [await http.post("/conversations") for http in (one, other, one)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert await counted(world, "conversations") == before + 2


async def test_deciding_has_a_rate_per_key_and_a_refused_decision_decides_nothing(world: World) -> None:
    conversation, _ = await world.opened(ADA)
    card = await world.card(conversation)
    path, stale = f"/approvals/{card.id}/decision", {"type": "approve", "digest": "other"}
    async with processes(world, Usage(rates=rates(decisions={"staff": 1}))) as (http, _):
        tried = await http.post(path, json=stale, headers=world.staff("billing"))
        refused = await http.post(path, json=stale | {"digest": "shown"}, headers=world.staff("billing"))
        colleague = await http.post(path, json=stale, headers=world.staff("billing2"))
        shown = await http.get(f"/approvals/{card.id}", headers=world.staff("billing"))

    assert (tried.status_code, refused.status_code, colleague.status_code) == (409, 429, 409)
    assert shown.json()["status"] == "pending"


async def test_guessing_keys_is_counted_against_the_address(world: World) -> None:
    async with processes(world, Usage(rates=rates(requests={"address": 3, "staff": 100}))) as (http, _):
        answers = [await http.get("/approvals", headers=bearer(f"clk_guess{n}")) for n in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


async def test_whoever_watches_the_service_is_never_told_to_wait(world: World) -> None:
    async with processes(world, Usage(rates=rates(requests={"address": 1}))) as (http, _):
        answers = [await http.get("/health") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_so_many_streams_may_be_open_and_one_that_is_closed_makes_room(world: World) -> None:
    conversation, token = await world.opened(ADA)
    path = f"/conversations/{conversation}/events"
    usage = Usage(rates=rates(), streams={"customer": 1, "visitor": 1, "staff": 1, "address": 5})
    async with processes(world, usage, 1) as (http,):
        async with http.stream("GET", path, headers=token) as open_stream:
            refused = await http.get(path, headers=token)
            posted = await say(http, conversation, token, "hello", Accept="text/event-stream")
            staff = await http.get(path, params={"follow": "false"}, headers=world.staff("support"))
        then = await until_accepted(http, path, token)

    assert (open_stream.status_code, refused.status_code, posted.status_code) == (200, 429, 429)
    assert (staff.status_code, then) == (200, 200)
    assert refused.headers["retry-after"] == "5"
    assert await world.transcript(conversation) == []


async def until_accepted(http: httpx.AsyncClient, path: str, token: dict[str, str]) -> int:
    """A server notices a moment later that a client has left."""
    for _ in range(50):
        answer = await http.get(path, params={"follow": "false"}, headers=token)
        if answer.status_code != 429:
            return answer.status_code
        await asyncio.sleep(0.05)
    return 429


async def test_a_customer_may_have_so_many_conversations_waiting_for_an_answer(world: World) -> None:
    whose = CustomerId("cus_busy")
    usage = Usage(rates=rates(), open=OpenCaps(conversations=2))
    async with processes(world, usage, 1) as (http,):
        opened = [await world.opened(whose) for _ in range(3)]
        for conversation, token in opened[:2]:
            await say(http, conversation, token, "hello")
        full = await http.post("/conversations", headers=bearer(world.tokens.for_customer(whose)))
        other = await http.post("/conversations", headers=bearer(world.tokens.for_customer(BEN)))

    assert (full.status_code, full.json()["type"]) == (429, "/problems/too-many-open")
    assert full.json()["limit"] == 2
    assert other.status_code == 201


@pytest.mark.parametrize(
    ("trusted", "forwarded", "codes"),
    [
        ("", ["203.0.113.1", "203.0.113.2"], [200, 429]),
        ("127.0.0.1", ["203.0.113.1", "203.0.113.2"], [200, 200]),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.1", "2.2.2.2, 203.0.113.1"], [200, 429]),
        ("127.0.0.1, 198.51.100.0/24", ["203.0.113.1, 198.51.100.7", "203.0.113.2, 198.51.100.7"], [200, 200]),
    ],
)
async def test_only_a_trusted_proxy_says_where_a_request_comes_from(
    world: World, trusted: str, forwarded: list[str], codes: list[int]
) -> None:
    await forgotten(world)
    app = app_of(world, Usage(rates=rates(requests={"address": 1})))
    config = config_of(app, read_settings({"TRUSTED_PROXIES": trusted}))
    config.load()
    served_app: Any = config.loaded_app
    transport = httpx.ASGITransport(served_app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answers = [await http.get("/openapi.json", headers={"X-Forwarded-For": each}) for each in forwarded]

    assert [answer.status_code for answer in answers] == codes


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_an_address_is_what_one_caller_has(client: str, address: str) -> None:
    assert address_of({"client": (client, 1)}) == address


def test_a_company_writes_its_own_rates_over_the_usual_ones() -> None:
    written = "rates: {messages: {customer: '5/minute, 40/hour', visitor: unlimited}}\nrun: {steps: 6}\n"
    problems: list[Problem] = []

    usage = usage_of(document(written, file="company.yaml", problems=problems))

    assert usage.rates["messages"]["customer"] == (Rate(amount=5, seconds=60), Rate(amount=40, seconds=3600))
    assert usage.rates["messages"]["visitor"] == ()
    assert usage.rates["messages"]["address"] == RATES["messages"]["address"]
    assert (usage.run.steps, usage.run.tokens) == (6, Usage().run.tokens)
    assert problems == []


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("rates: {messages: {customer: often}}", "c:1: rates.messages.customer: not a rate"),
        ("rates: {messages: {customer: 0/minute}}", "c:1: rates.messages.customer: not a rate"),
        ("rates: {reading: {}}", "c:1: rates.reading: unknown act 'reading'"),
        ("rates: {decisions: {customer: 3/minute}}", "c:1: rates.decisions.customer: unknown caller 'customer'"),
        ("streams: {staff: 0}", "c:1: streams.staff: must be a whole number of at least 1"),
        ("run: {step: 3}", "c:1: run.step: unknown key"),
        ("open: {runs: many}", "c:1: open.runs: must be a whole number"),
    ],
)
def test_a_mistake_in_the_rates_names_its_place(written: str, problem: str) -> None:
    problems: list[Problem] = []

    usage_of(document(written, file="c", problems=problems))

    assert [str(each).startswith(problem) for each in problems] == [True]


async def test_a_rate_that_nobody_uses_any_more_is_forgotten(world: World) -> None:
    async with processes(world, Usage(rates=rates(requests={"address": 5})), 1) as (http,):
        await http.get("/openapi.json")
        used = await counted(world, "rates")
        world.clock.advance(timedelta(minutes=2))
        await Forgetter(database=world.database, clock=world.clock).forget()

    assert (used, await counted(world, "rates")) == (1, 0)


@pytest.mark.parametrize(("name", "value"), [("RATE_LIMITS", "maybe"), ("TRUSTED_PROXIES", "10.0.0.0/8, proxy")])
def test_a_setting_of_the_rates_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=name):
        read_settings({name: value})
