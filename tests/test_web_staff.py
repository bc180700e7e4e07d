"""The staff's door: one person has a conversation at a time, and the switches obey those who may."""

import asyncio
from typing import Any

import httpx
import pytest

from records import audit, handoffs, switches
from records.ids import ConversationId, HandoffId, new_id
from tests.web_world import NOW, World, web_url, world

__all__ = ["web_url", "world"]


async def do(world: World, who: str, conversation: str, what: str, body: Any = None) -> httpx.Response:
    return await world.http.post(f"/conversations/{conversation}/{what}", json=body, headers=world.staff(who))


async def test_taking_over_takes_the_handoffs_and_is_written_down(world: World) -> None:
    conversation, _ = await world.opened()
    at, run = ConversationId(conversation), await world.run(conversation)
    filed = {"run": run, "reason": "angry", "queue": "vip", "skill": "", "priority": "high", "due": NOW, "package": {}}
    async with world.database.transaction() as conn:
        await handoffs.file(conn, id=HandoffId(new_id("hnd")), conversation=at, now=NOW, **filed)

    taken = await do(world, "support", conversation, "take-over")

    async with world.database.transaction() as conn:
        held = await handoffs.of_conversation(conn, at)
        written = await audit.of_conversation(conn, at)
    assert held[0].taken_by == taken.json()["assigned_to"]
    assert [entry.action for entry in written] == ["conversation.taken_over"]


async def test_of_two_who_take_over_one_has_it(world: World) -> None:
    conversation, _ = await world.opened()

    answers = await asyncio.gather(*(do(world, who, conversation, "take-over") for who in ("support", "billing")))

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_colleagues_conversation_is_taken_by_naming_them(world: World) -> None:
    conversation, _ = await world.opened()
    holder = (await do(world, "support", conversation, "take-over")).json()["assigned_to"]

    blind = await do(world, "lead", conversation, "take-over")
    named = await do(world, "lead", conversation, "take-over", {"held_by": holder})

    assert blind.status_code == 409
    assert blind.json()["assigned_to"] == holder
    assert named.status_code == 200


async def test_the_person_who_has_it_replies(world: World) -> None:
    conversation, holder = await world.opened()
    await do(world, "support", conversation, "take-over")

    answer = await do(world, "support", conversation, "replies", {"text": "I have sent a new one."})

    seen = (await world.http.get(f"/conversations/{conversation}", headers=holder)).json()
    assert answer.status_code == 201
    assert [(message["author"], message["text"]) for message in seen["messages"]] == [
        ("staff", "I have sent a new one.")
    ]
    assert (seen["assignee"], seen["status"]) == ("person", "waiting_customer")


async def test_nobody_else_replies_or_hands_back(world: World) -> None:
    conversation, holder = await world.opened()
    await do(world, "support", conversation, "take-over")

    assert (await do(world, "billing", conversation, "replies", {"text": "Hi"})).status_code == 403
    assert (await do(world, "billing", conversation, "hand-back")).status_code == 403
    customer = await world.http.post(f"/conversations/{conversation}/take-over", headers=holder)
    assert customer.status_code == 403


async def test_after_handing_back_the_agent_answers_what_is_left(world: World) -> None:
    conversation, holder = await world.opened()
    await do(world, "support", conversation, "take-over")
    await world.say(conversation, holder, "And my invoice?")

    before = (await world.http.get(f"/conversations/{conversation}", headers=holder)).json()
    await do(world, "support", conversation, "hand-back")
    after = (await world.http.get(f"/conversations/{conversation}", headers=holder)).json()

    assert (before["assignee"], before["status"]) == ("person", "waiting_staff")
    assert (after["assignee"], after["status"]) == ("agent", "open")
    assert world.woken.conversations == [conversation, conversation]


async def test_the_kill_switch_is_the_administrators(world: World) -> None:
    body = {"engaged": True, "reason": "The billing system is moving."}

    refused = await world.http.post("/kill-switch", json=body, headers=world.staff("lead"))
    engaged = await world.http.post("/kill-switch", json=body, headers=world.staff("admin"))

    assert (refused.status_code, engaged.status_code) == (403, 200)
    async with world.database.transaction() as conn:
        assert await switches.killed(conn)


@pytest.mark.parametrize(("who", "status"), [("support", 403), ("billing", 403), ("lead", 200), ("admin", 200)])
async def test_the_dial_is_the_leads(world: World, who: str, status: int) -> None:
    body = {"autonomy": "suggest", "reason": "Trying it out."}

    response = await world.http.put("/autonomy/report_bug", json=body, headers=world.staff(who))

    assert response.status_code == status


async def test_the_dial_knows_its_intents_and_settings(world: World) -> None:
    lead, body = world.staff("lead"), {"autonomy": "auto", "reason": "Good results."}

    assert (await world.http.put("/autonomy/nothing", json=body, headers=lead)).status_code == 404
    assert (
        await world.http.put("/autonomy/report_bug", json={**body, "autonomy": "on"}, headers=lead)
    ).status_code == 422
    assert (
        await world.http.put("/autonomy/report_bug", json={**body, "reason": "\x00"}, headers=lead)
    ).status_code == 422
