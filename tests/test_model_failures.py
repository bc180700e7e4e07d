"""When the provider fails: time is bounded, the reply is coherent, nothing is lost, and the run says what happened."""

from typing import Any

import pytest

from tests.model_world import modelled
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

Json = dict[str, Any]
REFUND: Json = {"name": "issue_refund", "arguments": {"charge": "ch_1001", "amount": 4800, "cause": "late"}}
DONE: Json = {"when": {"system": "was done"}, "text": "I am sorry about the wait. {{playbook}}"}
ONCE: Json = {"times": 1}


@pytest.mark.parametrize(
    ("turn", "failure"),
    [
        ({"fault": {"status": 429, "headers": {"retry-after": "0.1"}}}, "rate_limited"),
        ({"fault": {"status": 503}}, "unavailable"),
        ({"calls": [REFUND], "fault": {"cut_after": 2}}, "cut"),
        ({"calls": [REFUND], "fault": {"garbage_after": 2}}, "malformed"),
        ({"calls": [REFUND], "fault": {"hang_after": 1}}, "timeout"),
        ({"calls": [{"name": "issue_refund", "raw": '{"charge": "ch_10'}]}, "unusable"),
        ({"calls": [{"name": "delete_everything"}]}, "unusable"),
        ({"text": ""}, "unusable"),
        ({"text": "I am", "finish": "length"}, "unusable"),
    ],
    ids=[
        "limit",
        "outage",
        "cut_stream",
        "garbage",
        "silence",
        "truncated_arguments",
        "unknown_tool",
        "empty_answer",
        "answer_cut_short",
    ],
)
async def test_what_fails_once_is_tried_again_and_the_customer_sees_one_reply(
    world: World, turn: Json, failure: str
) -> None:
    async with modelled(world, {**turn, **ONCE}, DONE, {"calls": [REFUND]}) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    failures = await scripted.failures()
    assert [each.partition(":")[0] for each in failures] == [failure, "", ""]
    assert [effect["amount"] for effect in await world.effects()] == [4800]
    assert len(await world.told(conversation)) == 1


@pytest.mark.parametrize(
    "turn",
    [
        {"fault": {"status": 500}},
        {"fault": {"status": 401}},
        {"fault": {"hang_after": 1}},
        {"refusal": "I cannot help with that."},
        {"calls": [{"name": "issue_refund", "raw": "{"}]},
    ],
    ids=["outage", "wrong_key", "silence", "refusal", "never_usable"],
)
async def test_what_fails_for_good_is_done_by_the_playbooks_own_rules(world: World, turn: Json) -> None:
    async with modelled(world, turn, seconds=2.0, first_seconds=0.3) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    runs = await world.runs(conversation)
    assert [run["outcome"] for run in runs] == ["acted"]
    assert [effect["amount"] for effect in await world.effects()] == [4800]
    assert all(await scripted.failures())
    assert "48.00 USD" in (await world.told(conversation))[0]


async def test_the_fallback_model_is_asked_before_the_rules(world: World) -> None:
    turns = (
        {"when": {"model": "first"}, "fault": {"status": 401}},
        {**DONE, "when": {"model": "second", "system": "was done"}},
        {"when": {"model": "second"}, "calls": [REFUND]},
    )
    async with modelled(world, *turns, models=("first", "second")) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    assert await scripted.failures() == ["rejected", "", "rejected", ""]
    assert (await world.told(conversation))[0].startswith("I am sorry about the wait.")


async def test_a_prompt_that_is_too_long_is_shortened(world: World) -> None:
    async with modelled(world, DONE, {"calls": [REFUND]}) as scripted:
        await scripted.world.said("cus_ada", LATE)
        whole = max(
            int(row["data"]["prompt"]) for row in await world.rows("SELECT data FROM events WHERE type = 'model'")
        )
    async with modelled(world, DONE, {"calls": [REFUND]}, context=whole - 100) as scripted:
        await scripted.world.said("cus_ben", LATE.replace("money back", "money back please"))

    assert "overflow" in await scripted.failures()
    assert len(scripted.fake.requests) >= 1
