"""The driver's table: what it does with a run, by what the run's thread looks like."""

from typing import Any

from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]


class Stumble:
    """A fault that strikes once, at one point, and leaves the process alive. Notes where the flow came by."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.seen: list[str] = []

    def __call__(self, point: str) -> None:
        self.seen.append(point)
        if point == self.point and self.seen.count(point) == 1:
            raise ConnectionResetError(point)


async def test_a_thread_without_a_checkpoint_is_started_with_input(world: World) -> None:
    conversation = await world.open("cus_ada")
    await world.post(conversation, LATE)

    await world.drive(conversation)

    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]
    assert len(await world.told(conversation)) == 1


async def test_a_thread_that_waits_for_a_pending_card_is_left_alone(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)

    await world.drive(conversation)

    [run] = await world.runs(conversation)
    assert (run["status"], run["attempts"]) == ("paused", 0)
    assert len(await world.told(conversation)) == 1


async def test_a_paused_run_taken_up_too_early_pauses_again(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    await world.rows("UPDATE runs SET status = 'running'")

    await world.drive(conversation)

    [run] = await world.runs(conversation)
    assert run["status"] == "paused"
    assert len(await world.told(conversation)) == 1


async def test_a_thread_whose_card_was_decided_is_resumed(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    await world.decide(await world.card(conversation))

    await world.drive(conversation)

    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]
    assert [effect["object"] for effect in await world.effects()] == ["ch_1002"]


async def test_a_thread_with_a_next_node_continues_there(world: World) -> None:
    stumble = Stumble("act:before_reserve")
    shaken = await world.changed(fault=stumble)
    conversation = await shaken.said("cus_ada", LATE)
    before = list(stumble.seen)

    await shaken.drive(conversation)

    assert before[-1] == "act:before_reserve"
    assert stumble.seen[len(before) :][:3] == ["driver:attempt", "act:start", "act:before_reserve"]
    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]


async def test_a_thread_that_is_through_only_needs_its_run_finished(world: World) -> None:
    conversation = await world.said("cus_ada", LATE)
    await world.rows("UPDATE runs SET status = 'running', outcome = NULL, finished_at = NULL")

    await world.drive(conversation)

    assert [(run["status"], run["outcome"]) for run in await world.runs(conversation)] == [("finished", "acted")]
    assert len(await world.told(conversation)) == 1
    assert len(await world.effects()) == 1


async def test_a_drive_that_finds_nothing_due_does_nothing(world: World) -> None:
    conversation = await world.said("cus_ada", LATE)
    before = await world.rows("SELECT max(seq) AS seq FROM events")

    await world.drive(conversation, conversation, conversation)

    assert await world.rows("SELECT max(seq) AS seq FROM events") == before
    assert len(await world.runs(conversation)) == 1


async def test_many_drives_of_one_message_at_once_make_one_run(world: World) -> None:
    conversation = await world.open("cus_ada")
    await world.post(conversation, LATE)

    await world.drive(*[conversation] * 5)

    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]
    assert len(await world.told(conversation)) == 1
    assert len(await world.effects()) == 1


async def test_messages_that_came_while_nobody_drove_are_answered_by_one_run(world: World) -> None:
    conversation = await world.open("cus_ada")
    await world.post(conversation, "hello")
    await world.post(conversation, LATE)

    await world.drive(conversation)

    taken: list[dict[str, Any]] = await world.rows("SELECT run_id FROM messages WHERE author = 'customer'")
    assert [message["run_id"] for message in taken] == [(await world.runs(conversation))[0]["id"]] * 2
