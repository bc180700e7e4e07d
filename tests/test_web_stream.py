"""Streams: every event once and in order, from where the client left off, woken by whichever process writes."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from records import sql
from records.ids import ConversationId
from tests.web_world import World, open_world, served, web_url, world
from web.hub import rung

__all__ = ["web_url", "world"]
Json = dict[str, Any]
Seen = tuple[int, str, Json]


@pytest.fixture
async def online(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with served(world.app) as http:
        yield http


async def sent(response: httpx.Response) -> AsyncIterator[Seen]:
    """The server-sent events of an answer: number, type, data."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield int(fields["id"]), fields["event"], json.loads(fields["data"])
            fields = {}


async def all_sent(world: World, conversation: str, headers: dict[str, str], query: str = "") -> list[Seen]:
    path = f"/conversations/{conversation}/events?follow=false{query}"
    return [each async for each in sent(await world.http.get(path, headers=headers))]


async def test_the_log_is_replayed_in_order(world: World) -> None:
    conversation, holder = await world.opened()
    await world.tell(conversation, None, *(("delta", {"text": str(number)}) for number in range(1200)))

    seen = await all_sent(world, conversation, holder)

    assert [seq for seq, _, _ in seen] == list(range(1, 1201))
    assert [data["text"] for _, _, data in seen] == [str(number) for number in range(1200)]


async def test_a_client_goes_on_where_it_left_off(world: World) -> None:
    conversation, holder = await world.opened()
    await world.tell(conversation, None, *(("delta", {"text": word}) for word in "abcd"))

    by_header = await all_sent(world, conversation, holder | {"Last-Event-ID": "2"})
    by_query = await all_sent(world, conversation, holder, "&after=3")

    assert [seq for seq, _, _ in by_header] == [3, 4]
    assert [seq for seq, _, _ in by_query] == [4]


@pytest.mark.parametrize("position", ["x", "-1", "1.5", "9" * 19, "٣"])
async def test_a_position_that_is_none_is_refused(world: World, position: str) -> None:
    conversation, holder = await world.opened()
    path = f"/conversations/{conversation}/events"

    assert (await world.http.get(path, params={"after": position}, headers=holder)).status_code == 400


async def test_the_customer_sees_no_internals_and_staff_see_all(world: World) -> None:
    conversation, holder = await world.opened()
    run = await world.run(conversation)
    approval = ("approval", {"id": "apr_1", "status": "pending", "title": "Refund of $900", "queue": "billing"})
    handoff = ("handoff", {"reason": "angry", "queue": "vip"})
    await world.tell(conversation, run, ("verdict", {"kind": "deny"}), approval, handoff, ("gap", {"fact": "order"}))

    customers = await all_sent(world, conversation, holder)
    staffs = await all_sent(world, conversation, world.staff("support"))

    told = [(kind, {k: v for k, v in data.items() if k not in ("run", "at")}) for _, kind, data in customers]
    assert told == [("approval", {"status": "pending"}), ("handoff", {"to": "person"})]
    assert [kind for _, kind, _ in staffs] == ["verdict", "approval", "handoff", "gap"]
    assert staffs[1][2]["queue"] == "billing"


async def test_a_follower_is_woken_at_once(world: World, online: httpx.AsyncClient) -> None:
    conversation, holder = await world.opened()
    async with (
        asyncio.timeout(10),
        online.stream("GET", f"/conversations/{conversation}/events", headers=holder) as answer,
    ):
        following = sent(answer)
        for number in range(1, 6):
            assert await world.tell(conversation, None, ("delta", {"text": "x"})) == number
            assert (await anext(following))[0] == number


async def test_a_message_is_streamed_until_the_run_that_takes_it_up_has_finished(
    world: World, online: httpx.AsyncClient
) -> None:
    conversation, holder = await world.opened()
    earlier = await world.run(conversation)
    answering = asyncio.create_task(streamed(online, conversation, holder))
    await posted(world, conversation)

    await world.tell(conversation, earlier, ("finished", {"outcome": "answered", "status": "finished"}))
    run = await world.run(conversation)
    await world.tell(conversation, run, ("run", {"run": run}), ("delta", {"text": "Hello"}))
    await world.tell(conversation, run, ("finished", {"outcome": "answered", "status": "finished"}))
    await world.tell(conversation, None, ("delta", {"text": "later"}))

    seen = await asyncio.wait_for(answering, 10)
    assert [kind for _, kind, _ in seen] == ["posted", "finished", "delta", "finished"]
    assert seen[-1][2]["run"] == run


async def test_a_repeated_key_rejoins_the_same_stream(world: World, online: httpx.AsyncClient) -> None:
    conversation, holder = await world.opened()
    key = holder | {"Idempotency-Key": "once"}
    first = asyncio.create_task(streamed(online, conversation, key))
    await posted(world, conversation)
    run = await world.run(conversation)
    await world.tell(conversation, run, ("finished", {"outcome": "awaiting_approval", "status": "paused"}))

    again = await asyncio.wait_for(streamed(online, conversation, key), 10)

    assert again == await asyncio.wait_for(first, 10)
    assert len(await world.transcript(conversation)) == 1


async def test_a_message_to_a_person_is_not_waited_for(world: World, online: httpx.AsyncClient) -> None:
    conversation, holder = await world.opened()
    await world.http.post(f"/conversations/{conversation}/take-over", headers=world.staff("support"))

    seen = await asyncio.wait_for(streamed(online, conversation, holder), 10)

    assert [kind for _, kind, _ in seen] == ["posted"]


async def test_a_stream_shows_that_it_lives(world: World, online: httpx.AsyncClient) -> None:
    conversation, holder = await world.opened()
    world.app.state.doors = replace(world.app.state.doors, ping=1)
    path = f"/conversations/{conversation}/events"

    async with asyncio.timeout(10), online.stream("GET", path, headers=holder) as answer:
        assert (await anext(answer.aiter_lines())).startswith(": ping")


async def test_events_of_another_process_wake_this_one(world: World, web_url: str) -> None:
    conversation, _ = await world.opened()
    async with open_world(web_url) as elsewhere:
        with world.hub.watching(ConversationId(conversation)) as bell:
            await heard(world, conversation, bell)
            await elsewhere.tell(conversation, None, ("delta", {"text": "x"}))
            await asyncio.wait_for(bell.wait(), 5)


async def test_the_hub_listens_again_after_its_connection_is_lost(world: World) -> None:
    conversation, _ = await world.opened()
    with world.hub.watching(ConversationId(conversation)) as bell:
        await heard(world, conversation, bell)
        async with world.database.transaction() as conn:
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        await asyncio.wait_for(bell.wait(), 10)
        bell.clear()
        await world.tell(conversation, None, ("delta", {"text": "x"}))
        await asyncio.wait_for(bell.wait(), 5)


async def test_a_hub_forgets_who_left(world: World) -> None:
    with world.hub.watching(ConversationId("cnv_1")) as bell:
        world.hub.ring("cnv_1")
        assert bell.is_set()

    world.hub.ring("cnv_1")
    assert world.hub.watched == 0


async def streamed(http: httpx.AsyncClient, conversation: str, headers: dict[str, str]) -> list[Seen]:
    accept = headers | {"Accept": "text/event-stream"}
    path = f"/conversations/{conversation}/messages"
    async with http.stream("POST", path, json={"text": "Hi"}, headers=accept) as answer:
        return [each async for each in sent(answer)]


async def posted(world: World, conversation: str) -> None:
    """Returns when the customer's message is in the transcript."""
    with world.hub.watching(ConversationId(conversation)) as bell:
        async with asyncio.timeout(10):
            while not await world.transcript(conversation):
                await rung(bell, 0.05)


async def heard(world: World, conversation: str, bell: asyncio.Event) -> None:
    """Returns when the hub listens."""
    async with asyncio.timeout(10):
        while not bell.is_set():
            async with world.database.transaction() as conn:
                await sql.execute(conn, "announce_events", conversation=conversation)
            await rung(bell, 0.1)
    bell.clear()


async def test_closing_a_stream_leaves_nothing_behind_and_stops_nothing(
    world: World, online: httpx.AsyncClient
) -> None:
    conversation, holder = await world.opened()
    accept = holder | {"Accept": "text/event-stream"}
    path = f"/conversations/{conversation}/messages"

    async with online.stream("POST", path, json={"text": "Hi"}, headers=accept) as answer:
        await anext(sent(answer))

    async with asyncio.timeout(5):
        await all_gone(world)
    assert len(await world.transcript(conversation)) == 1
    assert world.woken.conversations == [conversation]


async def all_gone(world: World) -> None:
    """Returns when nobody waits for events any more."""
    while world.hub.watched:
        await rung(asyncio.Event(), 0.05)
