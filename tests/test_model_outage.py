"""A model's endpoint that stays away: it is left alone, nobody waits for it, and what was done is told all the same."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from components import open_model
from evals.fake_model.script import Player, Script
from evals.fake_model.server import FakeModel, running_fake_model
from graph.replies.streaming import Stream
from settings import Settings
from tests.model_world import Modelled, modelled, staff_doors
from tests.service_world import LATE, World, service, world
from tools.breaker import Endurance

__all__ = ["service", "world"]

Json = dict[str, Any]
REFUND: Json = {"name": "issue_refund", "arguments": {"charge": "ch_1001", "amount": 4800, "cause": "late"}}
PROPOSE: Json = {"calls": [REFUND], "times": 1}
DONE: Json = {"when": {"system": "was done"}, "text": "I am sorry about the wait. {{playbook}}"}
DOWN: Json = {"fault": {"status": 503}}
THREE = Endurance(failures=3, window=timedelta(seconds=60), pause=timedelta(seconds=15))


async def one_reply_of_the_playbook(scripted: Modelled, conversation: Json) -> None:
    """What the customer has whenever no model helped: the refund, once, and one message that tells of it."""
    world = scripted.world
    assert [effect["amount"] for effect in await world.effects()] == [4800]
    (told,) = await world.told(conversation)
    assert "48.00 USD" in told
    assert told.endswith((".", "!"))
    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]


async def test_an_endpoint_that_fails_three_times_is_left_alone_and_the_rules_answer_at_once(world: World) -> None:
    async with modelled(world, DOWN, endurance=THREE) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)
        broken = scripted.world.opened.services.reasoner.broken  # type: ignore[attr-defined]

    assert await scripted.failures() == ["unavailable", "unavailable", "unavailable", "left_alone"]
    assert scripted.calls == 3
    assert broken == {"scripted": "open"}
    await one_reply_of_the_playbook(scripted, conversation)


async def test_a_service_as_it_is_set_up_leaves_both_its_models_alone_and_says_so(world: World) -> None:
    script = Script.model_validate({"turns": [DOWN], "models": ["first", "second"]})
    fake = FakeModel(Player(script))
    async with running_fake_model(fake) as url:
        settings = Settings(model="first", model_fallback="second", openai_base_url=url)
        async with open_model(settings, world.clock) as reasoner:
            mine = await world.changed(reasoner=reasoner)
            await mine.said("cus_ada", LATE)
            conversation = await mine.said("cus_ben", "How do refunds work when an order arrives late?")
            async with staff_doors(mine) as http:
                health = (await http.get("/health")).json()

    assert health["models"] == {"first": "open", "second": "open"}
    assert [request["model"] for request in fake.requests] == ["first"] * 3 + ["second"] * 3
    assert len(await world.told(conversation)) == 1


async def test_while_one_model_is_left_alone_the_fallback_is_asked_at_once(world: World) -> None:
    turns = ({"when": {"model": "first"}, **DOWN}, DONE, PROPOSE)
    async with modelled(world, *turns, models=("first", "second"), endurance=THREE) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    asked = [request["model"] for request in scripted.fake.requests]
    assert asked == ["first", "first", "first", "second", "second"]
    assert (await world.told(conversation))[0].startswith("I am sorry about the wait.")


async def test_after_a_pause_one_attempt_tries_the_endpoint_and_its_answer_closes_the_breaker(world: World) -> None:
    turns = ({**DOWN, "times": 3}, DONE, PROPOSE)
    async with modelled(world, *turns, endurance=THREE) as scripted:
        await scripted.world.said("cus_ben", "How do refunds work when an order arrives late?")
        world.clock.advance(timedelta(seconds=16))
        conversation = await scripted.world.said("cus_ada", LATE)
        broken = scripted.world.opened.services.reasoner.broken  # type: ignore[attr-defined]

    assert broken == {}
    assert scripted.calls == 5
    assert (await world.told(conversation))[0].startswith("I am sorry about the wait.")


async def test_an_attempt_that_tries_the_endpoint_in_vain_is_not_repeated(world: World) -> None:
    async with modelled(world, DOWN, endurance=THREE) as scripted:
        await scripted.world.said("cus_ben", "How do refunds work when an order arrives late?")
        world.clock.advance(timedelta(seconds=16))
        conversation = await scripted.world.said("cus_ada", LATE)

    assert scripted.calls == 4
    await one_reply_of_the_playbook(scripted, conversation)


async def test_a_refusal_and_an_overflow_do_not_speak_against_the_endpoint(world: World) -> None:
    strict = Endurance(failures=1, window=timedelta(seconds=60), pause=timedelta(seconds=15))
    async with modelled(world, {"refusal": "I cannot help with that."}, endurance=strict) as scripted:
        await scripted.world.said("cus_ada", LATE)
        scripted.fake.play(Script.model_validate({"turns": [{"text": "Never said."}], "context": 10}))
        await scripted.world.said("cus_ben", "How do refunds work when an order arrives late?")
        broken = scripted.world.opened.services.reasoner.broken  # type: ignore[attr-defined]

    assert [*dict.fromkeys(await scripted.failures())] == ["refused", "overflow"]
    assert broken == {}


async def test_who_asks_for_a_longer_wait_than_a_customer_has_is_not_asked_again(world: World) -> None:
    limit = {"fault": {"status": 429, "headers": {"retry-after": "30"}}}
    turns = ({"when": {"model": "first"}, **limit}, DONE, PROPOSE)
    async with modelled(world, *turns, models=("first", "second")) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    assert await scripted.failures() == ["rate_limited", "", "rate_limited", ""]
    assert (await world.told(conversation))[0].startswith("I am sorry about the wait.")


async def test_an_account_without_credit_is_not_asked_again(world: World) -> None:
    empty = {"fault": {"status": 429, "code": "insufficient_quota", "headers": {"retry-after": "0.1"}}}
    async with modelled(world, empty) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    assert await scripted.failures() == ["rejected", "rejected"]
    await one_reply_of_the_playbook(scripted, conversation)


async def test_silence_costs_no_more_than_the_time_of_one_decision_and_says_so(world: World) -> None:
    """Three attempts of a second each would be longer than a decision may take: the second is given up."""
    silent = {"fault": {"hang_after": 1}}
    async with modelled(world, silent, seconds=0.6, first_seconds=0.4, turn_seconds=0.6) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    assert {*await scripted.failures()} == {"timeout"}
    assert scripted.calls <= 2
    await one_reply_of_the_playbook(scripted, conversation)


async def test_a_run_that_has_waited_long_enough_asks_no_model_in_its_later_steps(world: World) -> None:
    """The first answer would come too late for the whole run; the refund and its receipt are left to the playbook."""
    slow = {**PROPOSE, "delays": {"first": 0.8}}
    async with modelled(world, DONE, slow, turn_seconds=0.3) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    waited = await world.rows("SELECT model_seconds FROM runs")
    assert scripted.calls == 1
    assert await scripted.failures() == ["timeout"]
    assert waited[0]["model_seconds"] > 0.2
    await one_reply_of_the_playbook(scripted, conversation)


AFTER: dict[str, Json] = {
    "outage": {"fault": {"status": 500}},
    "limit": {"fault": {"status": 429, "headers": {"retry-after": "0.05"}}},
    "wrong_key": {"fault": {"status": 401}},
    "cut_stream": {"text": "I have refunded you.", "fault": {"cut_after": 3}},
    "garbage": {"text": "I have refunded you.", "fault": {"garbage_after": 2}},
    "silence": {"fault": {"hang_after": 1}},
    "truncated_arguments": {"calls": [{"name": "issue_refund", "raw": '{"charge": "ch_10'}]},
    "unknown_tool": {"calls": [{"name": "delete_everything"}]},
    "refusal": {"refusal": "I cannot help with that."},
    "empty_answer": {"text": ""},
    "answer_cut_short": {"text": "I am sorry that", "finish": "length"},
    "overflow": {"fault": {"status": 400, "code": "context_length_exceeded", "message": "too long"}},
    "stopped_by_the_guard": {"text": "I have refunded you 4,800.00 USD and added a voucher."},
}


@pytest.mark.parametrize("turn", AFTER.values(), ids=AFTER.keys())
async def test_whatever_fails_after_an_action_the_customer_is_told_of_it_once_by_the_playbook(
    world: World, turn: Json
) -> None:
    after = {**turn, "when": {"system": "was done"}}
    async with modelled(world, after, PROPOSE, seconds=1.0, first_seconds=0.2, turn_seconds=1.5) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    await one_reply_of_the_playbook(scripted, conversation)
    assert await world.rows("SELECT id FROM approvals") == []
    assert scripted.calls <= 1 + 2 * 3


async def test_a_run_that_ends_with_a_person_after_an_action_tells_of_it_first(world: World) -> None:
    """The model proposes what it has just done, again and again, and never tells of it."""
    async with modelled(world, {"calls": [REFUND]}) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    (told,) = await world.told(conversation)
    handoffs = await world.rows("SELECT reason FROM handoffs")
    assert [effect["amount"] for effect in await world.effects()] == [4800]
    assert "48.00 USD" in told
    assert "colleague" in told
    assert handoffs == [{"reason": "repeated_proposal"}]


async def test_a_model_whose_time_is_up_takes_nothing_from_the_stream_that_the_next_one_needs() -> None:
    async def slowly() -> None:
        await asyncio.sleep(0.05)

    ready: Any = asyncio.create_task(slowly())
    untouched: Any = None
    stream = Stream(deps=untouched, state=untouched, view=untouched, records=untouched, ready=ready)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await stream.hear("The first sentence. The second.")

    assert ready.done()
    assert not ready.cancelled()


async def test_words_that_were_stopped_after_an_action_are_on_record_for_the_team(world: World) -> None:
    boast = {"when": {"system": "was done"}, "text": "I have refunded you 4,800.00 USD and added a voucher."}
    async with modelled(world, boast, PROPOSE) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    rows = await world.rows(
        "SELECT action FROM audit WHERE conversation_id = %s AND action LIKE 'reply%%'", conversation["id"]
    )
    assert [row["action"] for row in rows] == ["reply.stopped"]
