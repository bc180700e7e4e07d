"""Taking back what was done: asked for by one colleague, judged by policy, decided by another, done once. Effects are
counted at the demo company."""

import asyncio
from typing import Any

import httpx
import pytest

from records import staff
from records.ids import LedgerKey
from tests.service_world import LATE, Json, World, service, world
from web.names import id_of

__all__ = ["service", "world"]
OUTAGE = "We expect a credit for the disturbance today."
UPGRADE = "Could you upgrade us to the team plan?"


@pytest.fixture
async def dana(world: World) -> dict[str, str]:
    """A second administrator, who asks; Robin decides."""
    async with world.opened.services.database.transaction() as conn:
        _, key = await staff.add(conn, "Dana", ["admin"], now=world.clock.now())
    return {"Authorization": f"Bearer {key}"}


async def undo(world: World, who: dict[str, str], key: str) -> httpx.Response:
    return await world.http.post(f"/actions/{id_of(key)}/undo", json={"reason": "Given by mistake."}, headers=who)


async def key_of(world: World, tool: str) -> LedgerKey:
    [row] = await world.rows("SELECT key FROM ledger WHERE tool = %s AND undoes IS NULL", tool)
    return LedgerKey(row["key"])


async def shown(world: World, who: dict[str, str], key: str) -> Json:
    found: Json = (await world.http.get(f"/actions/{id_of(key)}", headers=who)).raise_for_status().json()
    return found


async def kinds(world: World) -> list[str]:
    return [effect["kind"] for effect in await world.effects()]


async def credited(world: World) -> tuple[Json, LedgerKey]:
    conversation = await world.said("cus_dee", OUTAGE)
    return conversation, await key_of(world, "issue_credit")


async def undone(world: World, who: dict[str, str]) -> tuple[Json, LedgerKey]:
    """A credit that was given, and taken back."""
    conversation, key = await credited(world)
    (await undo(world, who, key)).raise_for_status()
    await world.drive(conversation)
    assert await world.decide(await world.card(conversation)) == 200
    await world.drive(conversation)
    return conversation, key


async def test_what_was_done_is_taken_back_once_another_colleague_approves(world: World, dana: dict[str, str]) -> None:
    conversation, key = await credited(world)

    asked = await undo(world, dana, key)
    await world.drive(conversation)
    before = await kinds(world)
    approved = await world.decide(await world.card(conversation))
    await world.drive(conversation)

    assert (asked.status_code, asked.json()["tool"], approved) == (202, "void_credit", 200)
    assert before == ["credit"]
    assert await kinds(world) == ["credit", "credit_void"]
    original = await shown(world, dana, key)
    taken = await shown(world, dana, original["undone_by"]["key"])
    assert (taken["status"], taken["undoes"]["key"]) == ("done", key)
    assert [event["move"] for event in original["history"]] == ["reserved", "done", "undo_asked"]
    assert "taken back" in (await world.told(conversation))[-1]


async def test_whoever_asks_for_it_does_not_approve_it(world: World, dana: dict[str, str]) -> None:
    conversation, key = await credited(world)
    await undo(world, dana, key)
    await world.drive(conversation)
    card = await world.card(conversation)

    answer = await world.http.post(
        f"/approvals/{card['id']}/decision", json={"type": "approve", "digest": card["digest"]}, headers=dana
    )
    await world.drive(conversation)

    assert answer.status_code == 403
    assert await kinds(world) == ["credit"]


async def test_an_undo_that_is_rejected_changes_nothing_and_the_customer_hears_nothing(
    world: World, dana: dict[str, str]
) -> None:
    conversation, key = await credited(world)
    told = await world.told(conversation)
    await undo(world, dana, key)
    await world.drive(conversation)

    await world.decide(await world.card(conversation), "reject")
    await world.drive(conversation)

    assert await kinds(world) == ["credit"]
    assert await world.told(conversation) == told
    assert (await undo(world, dana, key)).status_code == 202


async def test_asking_many_times_at_once_is_asking_once(world: World, dana: dict[str, str]) -> None:
    conversation, key = await credited(world)

    answers = await asyncio.gather(*(undo(world, dana, key) for _ in range(5)))
    await world.drive(conversation)

    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409]
    assert len(await world.rows("SELECT id FROM approvals")) == 1


async def test_what_was_taken_back_is_not_taken_back_again(world: World, dana: dict[str, str]) -> None:
    _, key = await undone(world, dana)

    again = await undo(world, dana, key)

    assert (again.status_code, again.json()["type"]) == (409, "/problems/undone-already")
    assert await kinds(world) == ["credit", "credit_void"]


async def test_an_undo_is_not_undone(world: World, dana: dict[str, str]) -> None:
    _, key = await undone(world, dana)
    taken = (await shown(world, dana, key))["undone_by"]["key"]

    answer = await undo(world, dana, taken)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/cannot-undo")


async def test_what_has_no_undo_says_so(world: World, dana: dict[str, str]) -> None:
    await world.said("cus_ada", LATE)

    answer = await undo(world, dana, await key_of(world, "issue_refund"))

    assert (answer.status_code, answer.json()["detail"]) == (422, "There is no action that takes issue_refund back.")


async def test_policy_denies_an_undo_that_nobody_may_approve(world: World, dana: dict[str, str]) -> None:
    _, key = await credited(world)
    [effect] = await world.effects()
    spent = {"used": effect["amount"]}
    (await world.demo.put(f"/records/credit/{effect['reference']}", json=spent)).raise_for_status()

    answer = await undo(world, dana, key)

    assert (answer.status_code, answer.json()["detail"]) == (422, "There is nothing left of that credit.")
    assert await world.rows("SELECT id FROM runs WHERE kind = 'event'") == []


async def test_what_was_taken_back_is_done_again_only_as_another_action_that_a_person_approves(
    world: World, dana: dict[str, str]
) -> None:
    conversation, key = await undone(world, dana)

    await world.say(conversation, "Please put something on our account for the downtime.")
    waiting = await kinds(world)
    card = await world.card(conversation)
    await world.decide(card)
    await world.drive(conversation)

    assert waiting == ["credit", "credit_void"]
    assert "undone" in [clause["id"] for clause in card["clauses"] if not clause["held"]]
    assert await kinds(world) == ["credit", "credit_void", "credit"]
    ledger = {row["key"]: row["status"] for row in await world.ledger()}
    assert ledger[key] == ledger[f"{key}#2"] == "done"


async def test_a_lost_answer_to_an_undo_has_one_effect(world: World, dana: dict[str, str]) -> None:
    conversation, key = await credited(world)
    await undo(world, dana, key)
    await world.drive(conversation)
    fault: dict[str, Any] = {"system": "billing", "operation": "void_credit", "mode": "fail_after", "times": 1}
    (await world.demo.post("/faults", json=fault)).raise_for_status()

    await world.decide(await world.card(conversation))
    await world.drive(conversation)

    assert await kinds(world) == ["credit", "credit_void"]
    assert (await shown(world, dana, key))["undone_by"] is not None


async def test_a_plan_goes_back_by_the_change_that_the_records_show(world: World, dana: dict[str, str]) -> None:
    conversation = await world.said("cus_marta", UPGRADE)
    await world.say(conversation, "yes please")
    key = await key_of(world, "change_plan")

    answer = await undo(world, dana, key)
    await world.drive(conversation)
    await world.decide(await world.card(conversation))
    await world.drive(conversation)

    assert answer.json()["tool"] == "revert_plan"
    assert [kind for kind in await kinds(world) if kind.startswith("plan")] == ["plan_change", "plan_revert"]
