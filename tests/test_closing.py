"""Silence closes a conversation, and resolves nothing. The customer's next message opens it again, and that is counted."""

import asyncio
from datetime import timedelta

from records.ids import CustomerId
from tests.service_world import LATE, Json, World, service, world

__all__ = ["service", "world"]


async def state(world: World, conversation: Json) -> tuple[str, int]:
    [row] = await world.rows("SELECT status, reopened FROM conversations WHERE id = %s", conversation["id"])
    return row["status"], row["reopened"]


async def events(world: World, conversation: Json, kind: str) -> list[Json]:
    statement = "SELECT data FROM events WHERE conversation_id = %s AND type = %s"
    return [row["data"] for row in await world.rows(statement, conversation["id"], kind)]


async def test_a_customer_who_does_not_write_any_more_is_waited_for_and_then_it_is_closed_once(world: World) -> None:
    conversation = await world.said("cus_ada", LATE)
    world.clock.advance(timedelta(hours=71))
    await world.opened.sweep.close_silent()
    before = await state(world, conversation)
    world.clock.advance(timedelta(hours=2))

    await asyncio.gather(*(world.opened.sweep.close_silent() for _ in range(4)))

    closings = await world.rows("SELECT actor FROM audit WHERE action = 'conversation.closed'")
    assert before == ("waiting_customer", 0)
    assert await state(world, conversation) == ("closed_unconfirmed", 0)
    assert await events(world, conversation, "closed") == [{"status": "closed_unconfirmed"}]
    assert [row["actor"] for row in closings] == ["clock"]


async def test_the_next_message_opens_it_again_and_is_answered(world: World) -> None:
    conversation = await world.said("cus_ada", LATE)
    world.clock.advance(timedelta(hours=73))
    await world.opened.sweep.close_silent()

    again = {**conversation, "token": world.opened.tokens.for_customer(CustomerId("cus_ada"))}
    await world.say(again, "thanks")

    assert await state(world, conversation) == ("waiting_customer", 1)
    assert await events(world, conversation, "reopened") == [{"times": 1}]
    assert len(await world.runs(conversation)) == 2


async def test_what_waits_for_a_colleague_is_never_closed_over_silence(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    await world.rows("UPDATE conversations SET status = 'waiting_customer' WHERE id = %s", conversation["id"])
    world.clock.advance(timedelta(days=30))

    await world.opened.sweep.close_silent()

    assert await state(world, conversation) == ("waiting_customer", 0)


async def test_a_resolved_conversation_stays_resolved(world: World) -> None:
    conversation = await world.said("cus_ada", LATE)
    headers = {"Authorization": f"Bearer {conversation['token']}"}
    await world.http.post(f"/conversations/{conversation['id']}/rating", json={"rating": 5}, headers=headers)
    world.clock.advance(timedelta(days=30))

    await world.opened.sweep.close_silent()

    assert await state(world, conversation) == ("resolved_confirmed", 0)
