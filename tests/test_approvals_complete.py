"""What an approval stands on: the records it was decided by, the person who took it, and the time there was for it."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from graph.approvals import desk
from records import staff
from records.ids import ApprovalId, CustomerId
from tests.service_world import LATE, World, service, world
from tests.test_graph_approvals import decide_as, records

__all__ = ["service", "world"]
Json = dict[str, Any]
BEN = "cus_ben"
REFUND = {"charge": "ch_1002", "cause": "late"}
DEAR: dict[str, tuple[str, Json]] = {
    "order": ("ord_1002", {"total": 150_000}),
    "charge": ("ch_1002", {"amount": 150_000}),
}


async def colleague(world: World, name: str, *roles: str, customer: str | None = None) -> tuple[str, str]:
    """Their id and key."""
    async with world.opened.services.database.transaction() as conn:
        return await staff.add(
            conn, name, roles, now=world.clock.now(), customer=CustomerId(customer) if customer else None
        )


async def posted(world: World, key: str, card: Json, door: str, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return await world.http.post(f"/approvals/{card['id']}/{door}", json=body, headers=headers)


async def changed(world: World, conversation: Json, **kinds: tuple[str, Json]) -> None:
    """Records change a minute after the decision, and before the run goes on."""
    await records(world, **kinds)
    world.clock.advance(timedelta(minutes=1))
    await world.drive(conversation)


async def cards(world: World) -> list[Json]:
    return await world.rows("SELECT * FROM approvals ORDER BY filed_at, generation")


async def ends_with(world: World, conversation: Json, then: str) -> None:
    """The card's ending at expiry, as another policy would have filed it."""
    await world.rows("UPDATE approvals SET then_do = %s WHERE conversation_id = %s", then, conversation["id"])


async def rings(world: World) -> None:
    """A day passes, and every timer rings in several processes at once."""
    world.clock.advance(timedelta(hours=24, seconds=1))
    await asyncio.gather(*(desk.expire_due(world.opened.services) for _ in range(4)))


async def moves(world: World) -> list[str]:
    return [row["move"] for row in await world.rows("SELECT move FROM approval_events ORDER BY position")]


async def test_a_value_that_changed_after_the_decision_asks_anew_and_tells_what_changed(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    first = await world.card(conversation)
    await world.decide(first)

    await changed(world, conversation, order=("ord_1002", {"total": 26_000}))

    again = await world.card(conversation)
    assert await world.effects() == []
    assert (again["status"], again["generation"]) == ("pending", 2)
    assert (again["earlier"]["id"], again["earlier"]["status"]) == (first["id"], "approved")
    assert again["earlier"]["changed"] == ["order.total"]


async def test_once_it_was_asked_anew_the_second_decision_counts_and_the_first_card_names_it(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    first = await world.card(conversation)
    await world.decide(first)
    await changed(world, conversation, order=("ord_1002", {"total": 26_000}))
    again = await world.card(conversation)

    stale = await decide_as(world, world.staff_key, first, type="approve")
    await world.decide(again)
    await world.drive(conversation)

    assert (stale.status_code, stale.json()["reopened_as"]) == (409, again["id"])
    assert stale.json()["changed"] == ["order.total"]
    assert [effect["amount"] for effect in await world.effects()] == [24_000]


async def test_a_rejection_of_the_new_card_does_not_fall_back_on_the_approval_before(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    await world.decide(await world.card(conversation))
    await changed(world, conversation, order=("ord_1002", {"total": 26_000}))

    await world.decide(await world.card(conversation), "reject")
    await changed(world, conversation, order=("ord_1002", {"total": 24_000}))

    assert await world.effects() == []
    assert [card["status"] for card in await cards(world)] == ["approved", "rejected"]


async def test_what_no_clause_reads_and_days_that_go_by_do_not_ask_anew(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    await world.decide(await world.card(conversation))
    await records(world, order=("ord_1002", {"address": "1 Quay Street, 2200 Saltby"}))
    world.clock.advance(timedelta(days=2))

    await world.drive(conversation)

    assert [card["generation"] for card in await cards(world)] == [1]
    assert [effect["amount"] for effect in await world.effects()] == [24_000]


async def test_an_edit_that_policy_denies_is_refused_with_the_clauses_and_the_card_still_waits(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)

    refused = await decide_as(world, world.staff_key, card, type="edit", args=REFUND | {"amount": 99_900})

    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/edit-denied")
    assert "not_twice" in [clause["id"] for clause in refused.json()["clauses"]]
    assert (await world.card(conversation))["status"] == "pending"
    assert await moves(world) == ["filed"]


async def test_an_edit_beyond_the_editors_own_limit_is_refused(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    await records(world, order=("ord_1002", {"total": 90_000}), charge=("ch_1002", {"amount": 90_000}))
    card = await world.card(conversation)
    _, billing = await colleague(world, "Kim", "billing")

    refused = await decide_as(world, billing, card, type="edit", args=REFUND | {"amount": 60_000})

    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/beyond-your-limit")
    assert (await world.card(conversation))["arguments"]["amount"] == 24_000


async def test_an_edit_while_a_record_cannot_be_read_is_put_off(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)
    fault = {"system": "billing", "operation": "charges", "mode": "fail_before", "times": 9}
    (await world.demo.post("/faults", json=fault)).raise_for_status()

    status = await world.decide(card, "edit", args=REFUND | {"amount": 20_000})

    assert status == 503
    assert (await world.card(conversation))["status"] == "pending"


async def test_an_edit_where_two_must_approve_makes_the_editor_the_first_of_the_two(world: World) -> None:
    await records(world, **DEAR)
    conversation = await world.said(BEN, LATE)
    shown = await world.card(conversation)
    (a, a_key), (b, b_key) = await colleague(world, "A", "admin"), await colleague(world, "B", "admin")
    await decide_as(world, a_key, shown, type="approve")

    edited = await decide_as(world, b_key, shown, type="edit", args=REFUND | {"amount": 120_000})

    card = edited.json()
    assert (card["status"], card["first_by"], card["edited_by"]) == ("pending", b, b)
    assert (card["arguments"]["amount"], card["title"]) == (120_000, "Issue refund of 1200.00 USD")
    assert card["edited"]["changes"] == {"amount": [150_000, 120_000]}
    assert a in [move["actor"] for move in card["history"]]


async def test_an_approval_before_an_edit_does_not_count_for_what_was_edited(world: World) -> None:
    await records(world, **DEAR)
    conversation = await world.said(BEN, LATE)
    shown = await world.card(conversation)
    (_, a_key), (b, b_key) = await colleague(world, "A", "admin"), await colleague(world, "B", "admin")
    await decide_as(world, a_key, shown, type="approve")
    await decide_as(world, b_key, shown, type="edit", args=REFUND | {"amount": 120_000})
    edited = await world.card(conversation)

    stale = await decide_as(world, a_key, shown, type="approve")
    alone = await decide_as(world, b_key, edited, type="approve")
    both = await decide_as(world, a_key, edited, type="approve")
    await world.drive(conversation)

    assert (stale.status_code, stale.json()["type"], stale.json()["changed_by"]) == (409, "/problems/stale-card", b)
    assert (alone.status_code, both.status_code, both.json()["status"]) == (409, 200, "edited")
    assert [effect["amount"] for effect in await world.effects()] == [120_000]


async def test_an_edit_to_an_amount_that_one_may_approve_needs_no_second_person(world: World) -> None:
    await records(world, **DEAR)
    conversation = await world.said(BEN, LATE)

    await world.decide(await world.card(conversation), "edit", args=REFUND | {"amount": 90_000})
    await world.drive(conversation)

    assert [effect["amount"] for effect in await world.effects()] == [90_000]


async def test_the_first_of_two_counts_only_while_they_may_still_approve(world: World) -> None:
    await records(world, **DEAR)
    conversation = await world.said(BEN, LATE)
    shown = await world.card(conversation)
    a, a_key = await colleague(world, "A", "admin")
    await decide_as(world, a_key, shown, type="approve")
    await world.decide(shown)
    await world.rows("UPDATE staff SET roles = '{support}' WHERE id = %s", a)

    await changed(world, conversation)

    assert await world.effects() == []
    assert (await world.card(conversation))["status"] == "pending"


async def test_whoever_asked_cannot_decide_but_can_take_it_back(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    asking, key = await colleague(world, "Kim", "admin")
    await world.rows("UPDATE approvals SET asked_by = %s", asking)
    card = await world.card(conversation)

    decided = await decide_as(world, key, card, type="approve")
    others = await posted(world, world.staff_key, card, "withdraw")
    taken = await posted(world, key, card, "withdraw")
    late = await posted(world, key, card, "withdraw")

    assert (decided.status_code, others.status_code) == (403, 403)
    assert (taken.status_code, taken.json()["status"], taken.json()["decided_by"]) == (200, "withdrawn", asking)
    assert (late.status_code, late.json()["decided_by_name"]) == (409, "Kim")


async def test_staff_who_are_the_customer_decide_nothing_about_themselves(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    _, key = await colleague(world, "Ben", "admin", customer=BEN)
    card = await world.card(conversation)

    refused = await decide_as(world, key, card, type="approve")

    assert refused.status_code == 403
    assert "for you as a customer" in refused.json()["detail"]


async def test_an_approval_by_somebody_who_turns_out_to_be_the_customer_covers_nothing(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    await world.decide(await world.card(conversation))
    await world.rows("UPDATE staff SET customer_id = %s WHERE name = 'Robin'", BEN)

    await world.drive(conversation)
    await world.rows("UPDATE staff SET customer_id = NULL")

    assert await world.effects() == []


async def test_at_expiry_a_denial_is_told_in_the_words_of_a_rejection(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)
    await ends_with(world, conversation, "deny")

    await rings(world)
    await world.drive(conversation)

    assert (await world.told(conversation))[-1] == card["replies"]["reject"]
    assert [run["outcome"] for run in await world.runs(conversation)] == ["declined"]
    assert await moves(world) == ["filed", "expired"]


async def test_at_expiry_a_held_card_gets_a_new_deadline_and_one_reminder(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    await ends_with(world, conversation, "hold")

    await rings(world)

    card = await world.card(conversation)
    reminders = await world.rows("SELECT seq FROM events WHERE type = 'reminder'")
    assert (card["status"], await moves(world), len(reminders)) == ("pending", ["filed", "held"], 1)
    assert card["expires_at"] == (world.clock.now() + timedelta(hours=24)).isoformat()


async def test_at_expiry_a_card_goes_up_role_by_role_once_each_and_then_to_a_person(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    await ends_with(world, conversation, "next_role")

    roles = []
    for _ in range(3):
        await rings(world)
        roles.append((await world.card(conversation))["role"])
    await world.drive(conversation)

    assert roles == ["lead", "admin", "admin"]
    assert await moves(world) == ["filed", "passed_on", "passed_on", "expired"]
    assert [run["outcome"] for run in await world.runs(conversation)] == ["handed_over"]


async def test_a_card_goes_to_a_role_queue_or_person_who_may_decide_it(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)
    kim, key = await colleague(world, "Kim", "lead")
    sam, sams = await colleague(world, "Sam", "support")

    given = await posted(world, key, card, "reassign", role="lead", queue="general", person=kim)
    below = await posted(world, key, card, "reassign", role="support")
    unable = await posted(world, key, card, "reassign", person=sam)
    unasked = await posted(world, sams, card, "reassign", person=kim)

    moved = given.json()
    assert (moved["role"], moved["queue"], moved["assigned_to"], moved["names"][kim]) == ("lead", "general", kim, "Kim")
    assert (below.status_code, unable.status_code, unasked.status_code) == (422, 422, 403)
    assert [row["action"] for row in await world.rows("SELECT action FROM audit WHERE actor = %s", kim)] == [
        "approval.reassigned"
    ]
    assert await desk_of(world, kim) == [card["id"]]


async def desk_of(world: World, person: str) -> list[str]:
    headers = {"Authorization": f"Bearer {world.staff_key}"}
    found = await world.http.get("/approvals", params={"assigned_to": person}, headers=headers)
    return [item["id"] for item in found.raise_for_status().json()["items"]]


async def test_a_card_that_was_replaced_or_done_otherwise_names_what_stands_in_its_place(world: World) -> None:
    conversation = await world.said(BEN, LATE)
    card = await world.card(conversation)
    services = world.opened.services
    async with services.database.transaction() as conn:
        [row] = await cards(world)
        await desk.supersede(services, conn, row["key"], run=card["run_id"] + "x", by=ApprovalId("apr_newer"))

    late = await decide_as(world, world.staff_key, card, type="approve")
    await world.drive(conversation)

    assert (late.status_code, late.json()["decision"], late.json()["superseded_by"]) == (409, "superseded", "apr_newer")
    assert [run["status"] for run in await world.runs(conversation)] == ["finished"]
    assert await world.effects() == []
