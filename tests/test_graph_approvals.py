"""From a card to what comes of it: each decision once, as shown, by someone who may, and told to the customer."""

from typing import Any

import httpx

from records import staff
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]
Json = dict[str, Any]
BEN, ADA, DEE = "cus_ben", "cus_ada", "cus_dee"
REFUND = {"charge": "ch_1002", "cause": "late"}
QUESTION = "how do I get my readings out as a spreadsheet"


async def with_roles(world: World, name: str, *roles: str) -> str:
    async with world.opened.services.database.transaction() as conn:
        _, key = await staff.add(conn, name, roles, now=world.clock.now())
    return key


async def records(world: World, **kinds: tuple[str, Json]) -> None:
    """Changes records of the demo company: kind=(id, fields)."""
    for kind, (identity, fields) in kinds.items():
        (await world.demo.put(f"/records/{kind}/{identity}", json=fields)).raise_for_status()


async def decide_as(world: World, key: str, card: Json, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    return await world.http.post(
        f"/approvals/{card['id']}/decision", json={"digest": card["digest"]} | body, headers=headers
    )


async def test_an_approved_refund_is_done_once_and_told_in_the_words_of_the_card(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)

    await world.decide(card)
    await world.drive(conversation)

    assert [effect["amount"] for effect in await world.effects()] == [24_000]
    assert (await world.told(conversation))[-1] == card["replies"]["approve"]
    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]


async def test_a_rejected_refund_moves_no_money_and_is_told_in_the_words_of_the_card(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)

    await world.decide(card, "reject")
    await world.drive(conversation)

    assert await world.effects() == []
    assert (await world.told(conversation))[-1] == card["replies"]["reject"]


async def test_an_edited_refund_moves_what_the_person_made_of_it(world: World) -> None:
    conversation = await world.said(BEN, LATE)

    await world.decide(await world.card(conversation), "edit", args=REFUND | {"amount": 20_000})
    await world.drive(conversation)

    assert [effect["amount"] for effect in await world.effects()] == [20_000]
    assert "200.00 USD" in (await world.told(conversation))[-1]


async def test_an_edit_that_policy_denies_moves_nothing(world: World) -> None:
    conversation = await world.said(BEN, LATE)

    await world.decide(await world.card(conversation), "edit", args=REFUND | {"amount": 99_900})
    await world.drive(conversation)

    assert await world.effects() == []
    assert await world.ledger() == []


async def test_an_edit_that_is_no_call_of_the_tool_is_refused_and_the_card_still_waits(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)

    status = await world.decide(card, "edit", args=REFUND | {"amount": "all of it"})

    assert status == 422
    assert (await world.card(conversation))["status"] == "pending"


async def test_a_persons_own_words_go_out_instead_of_the_action(world: World) -> None:
    conversation = await world.said(BEN, LATE)

    await world.decide(await world.card(conversation), "respond", message="It arrives tomorrow, I called the carrier.")
    await world.drive(conversation)

    assert await world.effects() == []
    assert (await world.told(conversation))[-1] == "It arrives tomorrow, I called the carrier."


async def test_whoever_lacks_the_role_decides_nothing(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)

    refused = await decide_as(world, await with_roles(world, "Sam", "support"), card, type="approve")

    assert refused.status_code == 403
    assert (await world.card(conversation))["status"] == "pending"


async def test_a_card_that_is_not_the_one_shown_is_not_decided(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)

    stale = await world.decide(card | {"digest": "0" * 64})

    assert stale == 409
    assert (await world.card(conversation))["status"] == "pending"


async def test_above_the_second_tier_two_different_people_must_approve(world: World) -> None:
    await records(world, order=("ord_1002", {"total": 150_000}), charge=("ch_1002", {"amount": 150_000}))
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)
    other = await with_roles(world, "Kim", "lead")

    first, again = await world.decide(card), await world.decide(card)
    second = await decide_as(world, other, card, type="approve")
    await world.drive(conversation)

    assert (first, again, second.status_code) == (200, 409, 200)
    assert [effect["amount"] for effect in await world.effects()] == [150_000]


async def test_an_approval_is_worth_nothing_once_its_giver_has_left(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    await world.decide(await world.card(conversation))
    await world.rows("UPDATE staff SET active = false")

    await world.drive(conversation)
    await world.rows("UPDATE staff SET active = true")

    assert await world.effects() == []


async def test_the_kill_switch_holds_an_approved_action_back(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    await world.decide(await world.card(conversation))
    headers = {"Authorization": f"Bearer {world.staff_key}"}
    engaged = {"engaged": True, "reason": "a drill"}
    (await world.http.post("/kill-switch", json=engaged, headers=headers)).raise_for_status()

    await world.drive(conversation)

    assert await world.effects() == []
    assert [run["outcome"] for run in await world.runs(conversation)] == ["handed_over"]


async def test_two_gated_requests_wait_on_a_card_each(world: World) -> None:
    await records(world, subscription=("sub_2002", {"plan": "enterprise"}))
    conversation = await world.said(BEN, f"{LATE}. Also, please cancel my subscription.")

    waiting = await world.rows("SELECT tool FROM approvals WHERE status = 'pending' ORDER BY tool")

    assert [row["tool"] for row in waiting] == ["cancel_subscription", "issue_refund"]
    assert len({run["id"] for run in await world.runs(conversation)}) == 2


async def test_while_a_person_has_the_conversation_the_agent_only_drafts(world: World) -> None:
    conversation = await world.open(DEE)
    headers = {"Authorization": f"Bearer {world.staff_key}"}
    taken = await world.http.post(f"/conversations/{conversation['id']}/take-over", headers=headers)
    taken.raise_for_status()

    await world.say(conversation, QUESTION)
    drafted, told = await world.card(conversation), await world.told(conversation)
    await world.decide(drafted, "edit", args={"text": "Use the export button, top right."})
    await world.drive(conversation)

    assert (drafted["kind"], told) == ("reply", [])
    assert await world.told(conversation) == ["Use the export button, top right."]


async def test_while_a_person_has_the_conversation_no_action_happens_by_itself(world: World) -> None:
    conversation = await world.open(ADA)
    headers = {"Authorization": f"Bearer {world.staff_key}"}
    await world.http.post(f"/conversations/{conversation['id']}/take-over", headers=headers)

    await world.say(conversation, LATE)

    assert await world.effects() == []
    assert (await world.card(conversation))["kind"] == "action"
    assert await world.told(conversation) == []


async def test_a_rejected_draft_goes_to_a_person(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.staff_key}"}
    dial = {"autonomy": "suggest", "reason": "new articles"}
    (await world.http.put("/autonomy/export_data", json=dial, headers=headers)).raise_for_status()
    conversation = await world.said(ADA, QUESTION)

    await world.decide(await world.card(conversation), "reject")
    await world.drive(conversation)

    assert [run["outcome"] for run in await world.runs(conversation)] == ["handed_over"]
    assert [row["reason"] for row in await world.rows("SELECT reason FROM handoffs")] == ["approval_rejected"]


async def test_a_record_that_cannot_be_read_when_it_counts_brings_a_person_and_no_refusal(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    await world.decide(await world.card(conversation))
    fault = {"system": "billing", "operation": "charges", "mode": "fail_before", "times": 9}
    (await world.demo.post("/faults", json=fault)).raise_for_status()

    await world.drive(conversation)

    assert await world.effects() == []
    assert [row["reason"] for row in await world.rows("SELECT reason FROM handoffs")] == ["records_unavailable"]


async def test_no_card_is_filed_while_a_record_that_it_stands_on_cannot_be_read(world: World) -> None:
    def breaking(point: str) -> None:
        if point == "request_approval:start":
            fault = {"system": "billing", "operation": "charges", "mode": "fail_before", "times": 1}
            httpx.post(f"{world.opened.demo_url}/faults", json=fault).raise_for_status()

    broken = await world.changed(fault=breaking)
    conversation = await broken.said(BEN, LATE)
    assert await world.rows("SELECT id FROM approvals") == []

    await world.drive(conversation)
    await world.decide(await world.card(conversation))
    await world.drive(conversation)

    assert [effect["amount"] for effect in await world.effects()] == [24_000]
    assert [row["status"] for row in await world.rows("SELECT status FROM approvals")] == ["approved"]


async def test_a_card_of_a_playbook_with_two_actions_promises_the_one_that_it_is_about(world: World) -> None:
    conversation = await world.said("cus_lea", "You sent the wrong device with ord_5003.")
    await world.say(conversation, "I want my money back")

    card = await world.card(conversation)

    assert card["tool"] == "issue_refund"
    assert "refunded 180.00 USD" in card["replies"]["approve"]
    assert "replacement" not in card["replies"]["approve"]
