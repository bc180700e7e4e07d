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


LIMIT: Json = {"fault": {"status": 429, "headers": {"retry-after": "0.05"}}}
ALWAYS: dict[str, tuple[Json, list[str]]] = {
    "limit": (LIMIT, ["rate_limited"] * 3),
    "long_limit": ({"fault": {"status": 429, "headers": {"retry-after": "60"}}}, ["rate_limited"]),
    "limit_until_a_day": (
        {"fault": {"status": 429, "headers": {"retry-after": "Fri, 31 Dec 2049 23:59:59 GMT"}}},
        ["rate_limited"],
    ),
    "outage": ({"fault": {"status": 500}}, ["unavailable"] * 3),
    "cut_stream": ({"calls": [REFUND], "fault": {"cut_after": 2}}, ["cut"] * 3),
    "garbage": ({"calls": [REFUND], "fault": {"garbage_after": 2}}, ["malformed"] * 3),
    "silence": ({"calls": [REFUND], "fault": {"hang_after": 1}}, ["timeout"] * 3),
    "wrong_key": ({"fault": {"status": 401}}, ["rejected"]),
    "refusal": ({"refusal": "I cannot help with that."}, ["refused"]),
    "filtered": ({"text": "I am", "finish": "content_filter"}, ["refused"]),
    "overflow": ({"fault": {"status": 400, "code": "context_length_exceeded"}}, ["overflow"] * 2),
    "truncated_arguments": ({"calls": [{"name": "issue_refund", "raw": "{"}]}, ["unusable"] * 2),
    "unknown_tool": ({"calls": [{"name": "delete_everything"}]}, ["unusable"] * 2),
    "empty_answer": ({"text": ""}, ["unusable"] * 2),
    "answer_cut_short": ({"text": "I am", "finish": "length"}, ["unusable"] * 2),
}
"""What goes wrong every time, and what the attempts of one decision at one model are."""


@pytest.mark.parametrize(("turn", "attempts"), ALWAYS.values(), ids=ALWAYS.keys())
async def test_what_fails_for_good_takes_so_many_attempts_and_is_done_by_the_playbooks_own_rules(
    world: World, turn: Json, attempts: list[str]
) -> None:
    """Once before the refund and once for its words: nobody waits longer, and nothing of it is lost or told twice."""
    async with modelled(world, turn, seconds=20.0, first_seconds=0.2) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    told = await world.told(conversation)
    assert [each.partition(":")[0] for each in await scripted.failures()] == 2 * attempts
    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]
    assert [effect["amount"] for effect in await world.effects()] == [4800]
    assert ["48.00 USD" in each and each.endswith((".", "!")) for each in told] == [True]


@pytest.mark.parametrize("turn", [turn for turn, _ in ALWAYS.values()], ids=ALWAYS.keys())
async def test_what_fails_while_a_question_is_answered_ends_in_one_whole_reply_from_the_articles(
    world: World, turn: Json
) -> None:
    question = "How do refunds work when an order arrives late?"
    async with modelled(world, turn, seconds=20.0, first_seconds=0.2) as scripted:
        conversation = await scripted.world.said("cus_ada", question)

    told = await world.told(conversation)
    assert ["promised day" in each and each.endswith((".", "!")) for each in told] == [True]
    assert all(await scripted.failures())
    assert scripted.calls <= 3


async def test_words_that_no_rule_understands_go_to_a_person_when_no_model_helps(world: World) -> None:
    async with modelled(world, {"fault": {"status": 500}}) as scripted:
        conversation = await scripted.world.said("cus_ada", "The purple one hums at night, what now?")

    handed = await world.rows("SELECT reason FROM handoffs WHERE conversation_id = %s", conversation["id"])
    told = await world.told(conversation)
    assert (len(handed), len(told)) == (1, 1)


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
