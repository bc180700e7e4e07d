"""The customer's door: who may see what, and messages that are taken in once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from records import conversations, sql
from records.ids import ConversationId
from tests.web_world import ADA, BEN, NOW, World, bearer, posted_of, web_url, world

__all__ = ["web_url", "world"]


async def test_a_signed_in_customer_opens_a_verified_conversation(world: World) -> None:
    response = await world.http.post("/conversations", headers=bearer(world.tokens.for_customer(ADA)))

    body = response.json()
    assert response.status_code == 201
    assert body["verified"]
    assert world.tokens.conversation(body["token"]).conversation == body["id"]


async def test_a_visitor_opens_a_conversation_that_nobody_vouches_for(world: World) -> None:
    body = (await world.http.post("/conversations", json={"channel": "chat"})).json()
    seen = await world.http.get(f"/conversations/{body['id']}", headers=world.staff("support"))

    assert not body["verified"]
    assert seen.json()["customer_id"] is None


async def test_a_forged_token_opens_no_conversation_not_even_a_visitors(world: World) -> None:
    assert (await world.http.post("/conversations", headers=bearer("forged"))).status_code == 401
    assert (await world.http.post("/conversations", headers={"Authorization": "Basic YTpi"})).status_code == 401


Headers = Callable[[World, dict[str, str], dict[str, str]], dict[str, str]]
CALLERS: list[tuple[str, Headers, int]] = [
    ("holder", lambda world, holder, other: holder, 200),
    ("owner", lambda world, holder, other: bearer(world.tokens.for_customer(ADA)), 200),
    ("staff", lambda world, holder, other: world.staff("support"), 200),
    ("holder of another", lambda world, holder, other: other, 404),
    ("another customer", lambda world, holder, other: bearer(world.tokens.for_customer(BEN)), 404),
    ("nobody", lambda world, holder, other: {}, 401),
    ("forger", lambda world, holder, other: bearer("a.b.c"), 401),
    ("forger of staff", lambda world, holder, other: bearer("clk_guess"), 401),
]


@pytest.mark.parametrize(("headers", "status"), [case[1:] for case in CALLERS], ids=[case[0] for case in CALLERS])
@pytest.mark.parametrize("path", ["/conversations/{}", "/conversations/{}/events?follow=false"])
async def test_a_conversation_is_there_for_its_customer_and_staff_alone(
    world: World, path: str, headers: Headers, status: int
) -> None:
    conversation, holder = await world.opened(ADA)
    _, other = await world.opened(BEN)

    response = await world.http.get(path.format(conversation), headers=headers(world, holder, other))

    assert response.status_code == status


async def test_a_message_is_stored_and_its_driver_woken(world: World) -> None:
    conversation, holder = await world.opened()

    response = await world.say(conversation, holder, "Where is my order?")

    assert response.status_code == 202
    assert response.json()["events"] == f"/conversations/{conversation}/events?after=0"
    assert [message.body for message in await world.transcript(conversation)] == ["Where is my order?"]
    assert world.woken.conversations == [conversation]


async def test_staff_do_not_speak_as_the_customer(world: World) -> None:
    conversation, _ = await world.opened()

    assert (await world.say(conversation, world.staff("admin"))).status_code == 403


async def test_a_repeated_key_finds_the_first_message(world: World) -> None:
    conversation, holder = await world.opened()
    key = {"Idempotency-Key": "once"}

    answers = await asyncio.gather(*(world.say(conversation, holder, "Refund me", **key) for _ in range(5)))

    assert len({posted_of(answer) for answer in answers}) == 1
    assert len(await world.transcript(conversation)) == 1
    assert len(world.woken.conversations) == 1


async def test_a_repeated_key_with_another_message_is_refused(world: World) -> None:
    conversation, holder = await world.opened()
    key = {"Idempotency-Key": "once"}
    await world.say(conversation, holder, "Refund me", **key)

    response = await world.say(conversation, holder, "Refund me twice", **key)

    assert response.status_code == 422
    assert response.json()["type"] == "/problems/idempotency-key-reused"
    assert len(await world.transcript(conversation)) == 1


async def test_a_key_belongs_to_its_conversation(world: World) -> None:
    first, second = await world.opened(), await world.opened()
    key: dict[str, Any] = {"Idempotency-Key": "once"}

    answers = [await world.say(*opened, "A", **key) for opened in (first, second)]

    assert posted_of(answers[0]) != posted_of(answers[1])


@pytest.mark.parametrize("key", ["", "with space", "x" * 201])
async def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    conversation, holder = await world.opened()

    assert (await world.say(conversation, holder, **{"Idempotency-Key": key})).status_code == 400


async def test_the_customer_sees_what_is_open_and_not_who_has_it(world: World) -> None:
    conversation, holder = await world.opened()
    at = ConversationId(conversation)
    request = {"id": "r1", "text": "refund", "status": "open", "probability": 0.93}
    async with world.database.transaction() as conn:
        await conversations.set_agenda(conn, at, [request], "waiting_customer", now=NOW)

    seen = (await world.http.get(f"/conversations/{conversation}", headers=holder)).json()

    assert seen["agenda"] == [{"id": "r1", "text": "refund", "status": "open"}]
    assert seen["assignee"] == "agent"
    assert "assigned_to" not in seen


async def test_a_run_is_stopped_by_its_customer(world: World) -> None:
    conversation, holder = await world.opened()
    run = await world.run(conversation)

    response = await world.http.post(f"/runs/{run}/cancel", headers=holder)

    assert response.status_code == 202
    assert world.woken.conversations == [conversation]


async def test_a_run_of_somebody_else_is_not_there(world: World) -> None:
    conversation, _ = await world.opened(ADA)
    run = await world.run(conversation)

    response = await world.http.post(f"/runs/{run}/cancel", headers=bearer(world.tokens.for_customer(BEN)))

    assert response.status_code == 404
    assert world.woken.conversations == []


async def test_a_finished_run_cannot_be_stopped(world: World) -> None:
    conversation, holder = await world.opened()
    run = await world.run(conversation)
    async with world.database.transaction() as conn:
        await sql.execute(conn, "finish_run", id=run, outcome="answered", error=None, now=NOW)

    assert (await world.http.post(f"/runs/{run}/cancel", headers=holder)).status_code == 409


async def test_a_good_rating_confirms_an_answered_conversation(world: World) -> None:
    conversation, holder = await world.opened()
    async with world.database.transaction() as conn:
        await conversations.set_status(conn, ConversationId(conversation), "waiting_customer", now=NOW)

    response = await world.http.post(f"/conversations/{conversation}/rating", json={"rating": 5}, headers=holder)

    assert response.json() == {"rating": 5, "status": "resolved_confirmed"}


@pytest.mark.parametrize(
    "body",
    [{"rating": 0}, {"rating": 6}, {"rating": "5"}, {"rating": 4, "note": "x" * 2001}, {"rating": 4, "note": "\x00"}],
)
async def test_a_rating_that_is_none_is_refused(world: World, body: dict[str, Any]) -> None:
    conversation, holder = await world.opened()

    response = await world.http.post(f"/conversations/{conversation}/rating", json=body, headers=holder)

    assert response.status_code == 422
