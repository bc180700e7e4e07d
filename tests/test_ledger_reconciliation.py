"""Actions whose outcome nobody wrote down, because whoever carried them out is gone: they are found, the system is asked,
and where it cannot tell, a colleague says what they found. Effects are counted at the demo company."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.actions.reconcile import PATIENCE
from records import staff
from records.ids import LedgerKey
from runs.driver import ATTEMPTS
from tests.service_world import LATE, Json, World, service, world
from web.names import id_of, key_of

__all__ = ["service", "world"]
BUG = "I found a bug: the dashboards page shows error 500 whenever I save a new chart; I expected it to be saved."


class Died(Exception):
    """What a test lets a process die of."""


def dying_at(point: str) -> Callable[[str], None]:
    def die(where: str) -> None:
        if where == point:
            raise Died

    return die


async def given_up(world: World, customer: str, text: str, point: str) -> Json:
    """A conversation whose run died at this point however often it was tried, and was handed over."""
    dying = await world.changed(fault=dying_at(point))
    conversation = await dying.said(customer, text)
    for _ in range(ATTEMPTS):
        await dying.drive(conversation)
    assert [run["outcome"] for run in await world.runs(conversation)] == ["handed_over"]
    world.clock.advance(timedelta(seconds=60))
    return conversation


async def key_for(world: World, *roles: str) -> dict[str, str]:
    async with world.opened.services.database.transaction() as conn:
        _, key = await staff.add(conn, "-".join(roles), list(roles), now=world.clock.now())
    return {"Authorization": f"Bearer {key}"}


def robin(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.staff_key}"}


async def listed(world: World, **query: str) -> list[Json]:
    answer = await world.http.get("/actions", params=query, headers=robin(world))
    items: list[Json] = answer.raise_for_status().json()["items"]
    return items


async def settled(world: World, action: str, who: dict[str, str], **body: Any) -> httpx.Response:
    return await world.http.post(f"/actions/{action}/settle", json=body, headers=who)


async def fault(world: World, system: str, operation: str, mode: str, times: int = 1) -> None:
    body = {"system": system, "operation": operation, "mode": mode, "times": times, "seconds": 0}
    (await world.demo.post("/faults", json=body)).raise_for_status()


async def test_what_was_done_before_everybody_died_is_found_and_the_customer_is_told(world: World) -> None:
    conversation = await given_up(world, "cus_ada", LATE, "act:after_call")

    await world.opened.sweep.reconcile()
    await world.drive(conversation)

    [entry], [effect] = await world.ledger(), await world.effects()
    assert (entry["status"], entry["receipt"]["reference"]) == ("done", effect["reference"])
    assert [run["outcome"] for run in await world.runs(conversation)] == ["handed_over", "acted"]
    assert effect["reference"] in (await world.told(conversation))[-1]


async def test_what_was_never_begun_is_free_again_and_done_once_when_it_is_asked_for_again(world: World) -> None:
    conversation = await given_up(world, "cus_ada", LATE, "act:after_reserve")

    await world.opened.sweep.reconcile()
    await world.drive(conversation)

    assert [entry["status"] for entry in await world.ledger()] == ["refused"]
    assert "was not done" in (await world.told(conversation))[-1]
    await world.say(conversation, LATE)
    assert (await world.runs(conversation))[-1]["outcome"] == "acted"
    assert [entry["status"] for entry in await world.ledger()] == ["done"]
    assert len(await world.effects()) == 1


async def test_finding_out_twice_at_once_tells_the_customer_once(world: World) -> None:
    conversation = await given_up(world, "cus_ada", LATE, "act:after_call")

    await asyncio.gather(*(world.opened.sweep.reconcile() for _ in range(5)))
    await world.drive(conversation)

    assert len(await world.runs(conversation)) == 2
    assert len(await world.told(conversation)) == 2
    assert len(await world.effects()) == 1


async def test_an_action_that_is_being_carried_out_is_left_alone(world: World) -> None:
    conversation = await given_up(world, "cus_ada", LATE, "act:after_call")
    lock = await world.opened.services.database.standalone()
    await lock.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [conversation["id"]])
    [action] = await listed(world)

    await world.opened.sweep.reconcile()
    looked = await world.http.post(f"/actions/{action['id']}/look", headers=robin(world))
    await lock.close()

    assert (looked.status_code, looked.json()["type"]) == (409, "/problems/under-way")
    assert [entry["status"] for entry in await world.ledger()] == ["reserved"]


async def test_a_system_that_does_not_answer_is_asked_again_later(world: World) -> None:
    conversation = await given_up(world, "cus_ada", LATE, "act:after_call")
    await fault(world, "billing", "effect", "fail_before")

    await world.opened.sweep.reconcile()
    waiting = [entry["status"] for entry in await world.ledger()]
    world.clock.advance(timedelta(seconds=31))
    await world.opened.sweep.reconcile()
    await world.drive(conversation)

    assert waiting == ["reserved"]
    assert [entry["status"] for entry in await world.ledger()] == ["done"]


async def test_a_system_that_never_answers_is_a_case_for_a_person(world: World) -> None:
    conversation = await given_up(world, "cus_ada", LATE, "act:after_call")
    await fault(world, "billing", "effect", "fail_before", times=50)
    world.clock.advance(PATIENCE)

    await world.opened.sweep.reconcile()
    await world.drive(conversation)

    reasons = await world.rows("SELECT reason FROM handoffs ORDER BY created_at")
    assert [entry["status"] for entry in await world.ledger()] == ["unknown"]
    assert [row["reason"] for row in reasons] == ["run_failed", "outcome_unknown"]


async def test_what_a_blind_system_did_is_for_a_colleague_to_say_and_the_customer_is_told_from_it(world: World) -> None:
    conversation = await given_up(world, "cus_gus", BUG, "act:after_call")
    await world.opened.sweep.reconcile()
    await world.drive(conversation)
    [action] = await listed(world, status="unknown")
    said = {"status": "done", "reference": "TRK-77", "note": "It is on the board."}

    answer = await settled(world, action["id"], robin(world), **said)
    await world.drive(conversation)

    [entry] = await world.ledger()
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert (entry["status"], entry["receipt"]["reference"]) == ("done", "TRK-77")
    assert "TRK-77" in (await world.told(conversation))[-1]
    assert len(await world.effects()) == 1
    moves = [(event["move"], event["note"]) for event in answer.json()["history"]]
    assert moves == [("reserved", ""), ("unknown", ""), ("done", "It is on the board.")]


async def test_of_many_colleagues_who_record_what_they_found_one_is_first_and_the_others_are_told_who(
    world: World,
) -> None:
    conversation = await given_up(world, "cus_gus", BUG, "act:after_call")
    await world.opened.sweep.reconcile()
    [action] = await listed(world, status="unknown")
    bodies = [
        {"status": "done", "reference": "TRK-1", "note": "There."},
        {"status": "refused", "note": "Not there."},
    ] * 4

    answers = await asyncio.gather(*(settled(world, action["id"], robin(world), **body) for body in bodies))
    await world.drive(conversation)

    codes = sorted(answer.status_code for answer in answers)
    first = next(answer.json() for answer in answers if answer.status_code == 200)
    assert codes == [200] + [409] * 7
    for answer in answers:
        if answer.status_code == 409:
            told = answer.json()
            assert (told["type"], told["outcome"]) == ("/problems/already-settled", first["status"])
            assert told["settled_by"] == first["history"][-1]["by"]
    assert [entry["status"] for entry in await world.ledger()] == [first["status"]]


async def test_who_may_not_approve_the_tool_may_not_say_what_became_of_it(world: World) -> None:
    await given_up(world, "cus_gus", BUG, "act:after_call")
    await world.opened.sweep.reconcile()
    [action] = await listed(world, status="unknown")
    said = {"status": "done", "reference": "TRK-1", "note": "There."}

    billing = await settled(world, action["id"], await key_for(world, "billing"), **said)
    support = await settled(world, action["id"], await key_for(world, "support"), **said)

    assert (billing.status_code, support.status_code) == (403, 200)


async def test_a_reservation_is_nobodys_to_settle_before_the_system_was_asked(world: World) -> None:
    await given_up(world, "cus_ada", LATE, "act:after_call")
    [action] = await listed(world, status="reserved")

    early = await settled(world, action["id"], robin(world), status="refused", note="I think not.")
    looked = await world.http.post(f"/actions/{action['id']}/look", headers=robin(world))
    late = await settled(world, action["id"], robin(world), status="refused", note="I think not.")

    assert (early.status_code, looked.json()["status"], late.status_code) == (409, "done", 409)


async def test_open_actions_come_first_and_a_page_leads_to_the_next(world: World) -> None:
    await given_up(world, "cus_gus", BUG, "act:after_call")
    await world.opened.sweep.reconcile()
    world.clock.advance(timedelta(minutes=5))
    await world.said("cus_ada", LATE)

    whole = await listed(world)
    first = (await world.http.get("/actions", params={"limit": 1}, headers=robin(world))).json()
    second = await world.http.get("/actions", params={"limit": 1, "cursor": first["next"]}, headers=robin(world))

    assert [item["tool"] for item in whole] == ["file_bug", "issue_refund"]
    assert [first["items"][0]["key"], second.json()["items"][0]["key"]] == [item["key"] for item in whole]
    assert second.json()["next"] is None
    assert [item["tool"] for item in await listed(world, customer="cus_ada")] == ["issue_refund"]
    assert [item["tool"] for item in await listed(world, tool="file_bug")] == ["file_bug"]


async def test_a_customer_does_not_reach_the_ledger(world: World) -> None:
    conversation = await world.said("cus_ada", LATE)
    [action] = await listed(world)
    headers = {"Authorization": f"Bearer {conversation['token']}"}

    codes = [
        (await world.http.get(path, headers=headers)).status_code for path in ("/actions", f"/actions/{action['id']}")
    ]
    nobody = await world.http.get("/actions")

    assert codes == [403, 403]
    assert nobody.status_code == 401


@given(st.text(min_size=1, max_size=200).filter(lambda text: "\0" not in text))
def test_an_actions_id_is_safe_in_a_path_whatever_its_key_holds(key: str) -> None:
    try:
        key.encode()
    except UnicodeEncodeError:
        pytest.skip("half a character is no key")

    assert key_of(id_of(key)) == LedgerKey(key)
    assert set(id_of(key)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
