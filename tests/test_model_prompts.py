"""What a run sent to a language model: kept as it was sent, encrypted, for its time, and gone with the customer."""

from datetime import timedelta
from typing import Any

import pytest

from graph.reasoners.model.prompt import render, version
from records import checkpoints, prompts
from records.cipher import Cipher
from records.ids import CustomerId, RunId
from records.prompts import Kept, Prompt
from tests.model_world import Modelled, modelled
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

REFUND: dict[str, Any] = {"name": "issue_refund", "arguments": {"charge": "ch_1001", "amount": 4800, "cause": "late"}}
DONE = {"when": {"system": "was done"}, "text": "I am sorry about the wait. {{playbook}}"}
OLD, NEW = "an old secret that is long enough for it", "a new secret that is long enough as well"
DAY = timedelta(days=1)


async def kept(world: World) -> list[Kept]:
    run = (await world.rows("SELECT id FROM runs"))[0]["id"]
    cipher = world.opened.services.cipher
    assert cipher is not None
    async with world.opened.services.database.transaction() as conn:
        return await prompts.of_run(conn, cipher, RunId(run))


async def refunded(scripted: Modelled) -> None:
    await scripted.world.said("cus_ada", LATE)


async def test_what_is_kept_is_what_the_endpoint_got_message_by_message(world: World) -> None:
    async with modelled(world, DONE, {"calls": [REFUND]}) as scripted:
        await refunded(scripted)
        got = scripted.fake.requests

    found = await kept(world)
    assert [each.call for each in found] == [1, 2]
    assert [list(each.messages) for each in found] == [request["messages"] for request in got]
    assert [list(each.tools) for each in found] == [request["tools"] for request in got]


async def test_each_call_tells_its_model_tokens_and_failure_and_names_the_version_of_the_prompts(world: World) -> None:
    overloaded = {"times": 1, "fault": {"status": 503}}
    async with modelled(world, overloaded, DONE, {"calls": [REFUND]}) as scripted:
        await refunded(scripted)

    found = await kept(world)
    traced = await world.rows("SELECT data FROM events WHERE type = 'model' ORDER BY seq")
    assert [each.about["failure"] for each in found] == ["unavailable", "", ""]
    assert [each.about["prompt"] > 0 for each in found] == [False, True, True]
    assert {each.version for each in found} == {event["data"]["version"] for event in traced} == {version()}
    assert {each.about["model"] for each in found} == {"scripted"}


async def test_postgresql_gets_to_see_none_of_the_words(world: World) -> None:
    async with modelled(world, DONE, {"calls": [REFUND]}) as scripted:
        await refunded(scripted)

    [first, _] = await world.rows("SELECT type, sent, about::text FROM model_prompts ORDER BY call")
    assert first["type"].startswith("zlib+gcm-")
    assert b"parcel" not in bytes(first["sent"])
    assert "parcel" not in first["about"]


async def test_prompts_are_brought_under_a_new_key_with_the_checkpoints(world: World) -> None:
    conversation = await world.said("cus_ada", "Thanks, that helped!")
    run = (await world.runs(conversation))[0]["id"]
    old, new = Cipher([OLD]), Cipher([NEW, OLD])
    sent = Prompt(version="1", messages=[{"role": "user", "content": LATE}], tools=[], about={"model": "any"})

    async with world.opened.services.database.transaction() as conn:
        await prompts.keep(conn, old, conversation["id"], run, sent, now=world.clock.now())
        while await checkpoints.rotate_some(conn, new):
            pass
        [after] = await prompts.of_run(conn, Cipher([NEW]), run)

    assert list(after.messages) == sent.messages


async def test_they_go_after_their_time_and_not_before(world: World) -> None:
    async with modelled(world, DONE, {"calls": [REFUND]}) as scripted:
        await refunded(scripted)

    world.clock.advance(6 * DAY)
    early = (await world.opened.keeper.keep(by="clock"))["prompts"]
    world.clock.advance(2 * DAY)
    late = (await world.opened.keeper.keep(by="clock"))["prompts"]

    assert (early, late) == (0, 2)
    assert await kept(world) == []


async def test_they_go_with_the_customer(world: World) -> None:
    async with modelled(world, DONE, {"calls": [REFUND]}) as scripted:
        await refunded(scripted)

    proof = await world.opened.eraser.customer(CustomerId("cus_ada"), by="a test")

    assert {store.store: (store.before, store.left) for store in proof.stores}["prompts"] == (2, 0)
    assert await world.rows("SELECT FROM model_prompts") == []


async def test_a_run_without_a_model_keeps_none(world: World) -> None:
    await world.said("cus_ada", LATE)

    assert await kept(world) == []


def test_a_prompt_that_lacks_a_value_is_never_sent_but_fails_by_its_name() -> None:
    with pytest.raises(Exception, match="'company' is undefined"):
        render("model.md", playbooks=[])
