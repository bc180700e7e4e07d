"""An answer is sent while the model writes it: sentence by sentence, each checked, and what was read stands."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.model_world import modelled
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

Json = dict[str, Any]
HOW = "How do refunds work when an order arrives late?"
QUOTE = "{{quote:refunds#late-orders-1}}"
SORRY = "I am sorry that you have to ask."


def failing_at(point: str, time: int) -> Callable[[str], None]:
    """A process that comes to grief when it passes a point for the so-many-th time."""
    passed: Counter[str] = Counter()

    def fault(here: str) -> None:
        passed[here] += 1
        if here == point and passed[here] == time:
            raise RuntimeError("the process is gone")

    return fault


async def streamed(world: World) -> list[tuple[str, Json]]:
    """What a client sees of an answer, in order."""
    events = await world.rows(
        "SELECT type, data FROM events WHERE type IN ('delta', 'reset', 'message', 'model') ORDER BY seq"
    )
    return [(event["type"], event["data"]) for event in events]


def kinds(seen: list[tuple[str, Json]]) -> list[str]:
    return [kind for kind, _ in seen]


async def test_sentences_are_sent_before_the_answer_is_whole(world: World) -> None:
    async with modelled(world, {"text": f"{SORRY} Thank you for asking. {QUOTE}"}) as scripted:
        conversation = await scripted.world.said("cus_ada", HOW)

    seen = await streamed(world)
    before = seen[: kinds(seen).index("model")]
    pieces = [data["text"] for kind, data in seen if kind == "delta"]
    assert [data["text"] for _, data in before] == [f"{SORRY} ", "Thank you for asking. "]
    assert "".join(pieces) == (await world.told(conversation))[0] == seen[-1][1]["text"]


async def test_the_first_sentence_that_may_not_be_sent_ends_the_stream_and_a_person_sees_the_rest(world: World) -> None:
    wrong = "Your refund of 777.77 USD is on its way."
    async with modelled(world, {"text": f"{SORRY} {wrong} {QUOTE} {SORRY}"}) as scripted:
        conversation = await scripted.world.said("cus_ada", HOW)
        card = await scripted.world.card(conversation)

    assert await world.told(conversation) == [SORRY]
    assert [data["text"] for kind, data in await streamed(world) if kind == "delta"] == [f"{SORRY} "]
    assert card["kind"] == "reply"
    assert "777.77" not in card["replies"]["approve"]
    assert not card["replies"]["approve"].startswith(SORRY)


async def test_words_before_an_action_wait_until_it_is_known_whether_there_is_one(world: World) -> None:
    refund = {"name": "issue_refund", "arguments": {"charge": "ch_1001", "amount": 4800, "cause": "late"}}
    turns = (
        {"when": {"system": "was done"}, "text": f"{SORRY} {{{{playbook}}}}"},
        {"text": f"{SORRY} {SORRY}", "calls": [refund]},
    )
    async with modelled(world, *turns) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    seen = await streamed(world)
    assert kinds(seen)[:1] == ["model"]
    assert [text.count(SORRY) for text in await world.told(conversation)] == [1]


async def test_after_words_that_were_read_the_model_can_still_call_a_person(world: World) -> None:
    call = {"name": "hand_over", "arguments": {"reason": "no_article"}}
    async with modelled(world, {"text": f"{SORRY} {SORRY}", "calls": [call]}) as scripted:
        conversation = await scripted.world.said("cus_ada", HOW)

    begun, handed = await world.told(conversation)
    assert begun == SORRY
    assert handed.startswith("I have passed this to a colleague")


async def test_an_answer_that_breaks_off_is_gone_on_with(world: World) -> None:
    turns = (
        {"when": {"system": "Go on after them"}, "text": f"Thank you for asking. {QUOTE}"},
        {"text": f"{SORRY} Thank you for your patience.", "fault": {"cut_after": 12}},
    )
    async with modelled(world, *turns) as scripted:
        conversation = await scripted.world.said("cus_ada", HOW)

    assert await scripted.failures() == ["cut", ""]
    assert [text.startswith(f"{SORRY} Thank you for asking. ") for text in await world.told(conversation)] == [True]
    assert "reset" not in kinds(await streamed(world))


async def test_where_nobody_goes_on_with_it_a_person_does(world: World) -> None:
    turn = {"text": f"{SORRY} Thank you for your patience.", "fault": {"cut_after": 12}, "times": 1}
    async with modelled(world, turn, {"fault": {"status": 500}}) as scripted:
        conversation = await scripted.world.said("cus_ada", HOW)

    handoffs = await world.rows("SELECT reason FROM handoffs")
    assert handoffs == [{"reason": "broken_off"}]
    begun, handed = await world.told(conversation)
    assert begun == SORRY
    assert handed.startswith("I have passed this to a colleague")


async def test_nothing_is_streamed_of_what_is_only_drafted(world: World) -> None:
    dial, headers = {"autonomy": "suggest", "reason": "new"}, {"Authorization": f"Bearer {world.staff_key}"}
    (await world.http.put("/autonomy/export_data", json=dial, headers=headers)).raise_for_status()
    async with modelled(world, {"text": f"{SORRY} {SORRY} {{{{playbook}}}}"}) as scripted:
        conversation = await scripted.world.said("cus_ada", "How do I export my data as CSV?")

    assert await world.told(conversation) == []
    assert "delta" not in kinds(await streamed(world))


async def test_what_a_lost_attempt_had_sent_is_void_and_the_next_begins_anew(world: World) -> None:
    turns = ({"text": f"{SORRY} Thank you. {QUOTE}", "times": 1}, {"text": f"Thank you. {SORRY} {QUOTE}"})
    dying = await world.changed(fault=failing_at("stream:sentence", 2))
    async with modelled(dying, *turns) as scripted:
        conversation = await scripted.world.said("cus_ada", HOW)
        await scripted.world.drive(conversation)

    seen = await streamed(world)
    void = kinds(seen).index("reset")
    assert {data["attempt"] for kind, data in seen[:void] if kind == "delta"} == {1}
    assert seen[void][1] == {"attempt": 1}
    assert {data["attempt"] for kind, data in seen[void:] if kind == "delta"} == {2}
    again = "".join(data["text"] for kind, data in seen[void:] if kind == "delta")
    assert [text.startswith(f"Thank you. {SORRY}") for text in await world.told(conversation)] == [True]
    assert again == (await world.told(conversation))[0]
