"""Runs that cannot be resumed: after a node was renamed, a checkpoint damaged, an interrupt lost. Each is found, and goes on
as a new run from what PostgreSQL knows. Nothing is done twice, and nobody decides the same thing twice."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from langgraph.graph import StateGraph

from graph.build import build
from graph.deps import Services
from runs.driver import Driver, Graph
from runs.stuck import find
from tests.service_world import LATE, Json, World, service, world

__all__ = ["service", "world"]
Damage = Callable[[World, str], Awaitable[None]]


def renamed(services: Services, saver: Any, old: str, new: str) -> Graph:
    """The graph as a version that calls one of its nodes otherwise."""
    flow = build(lambda: services)
    turned: Any = StateGraph(flow.state_schema, context_schema=flow.context_schema)
    for name, node in flow.nodes.items():
        turned.add_node(new if name == old else name, node.runnable)
    for begin, end in flow.edges:
        turned.add_edge(new if begin == old else begin, new if end == old else end)
    for begin, branches in flow.branches.items():
        for branch in branches.values():
            ends = {key: (new if end == old else end) for key, end in (branch.ends or {}).items()}
            turned.add_conditional_edges(new if begin == old else begin, branch.path, ends)
    compiled: Graph = turned.compile(saver)
    return compiled


def newer(world: World, old: str) -> World:
    """The service after an update in which this node has another name."""
    world.clock.advance(timedelta(seconds=1))
    services = world.opened.services
    graph = renamed(services, world.opened.saver, old, f"{old}_v2")
    return replace(world, opened=replace(world.opened, graph=graph, driver=Driver(services, graph)))


async def damaged_blobs(world: World, run: str) -> None:
    world.clock.advance(timedelta(seconds=1))
    await world.rows("UPDATE checkpoint_blobs SET blob = '\\x00ff00ff' WHERE thread_id = %s AND type <> 'empty'", run)


async def of_another_format(world: World, run: str) -> None:
    world.clock.advance(timedelta(seconds=1))
    await world.rows("UPDATE checkpoints SET checkpoint = checkpoint || '{\"v\": 99}' WHERE thread_id = %s", run)


async def without_its_interrupt(world: World, run: str) -> None:
    """As a thread that was written on past its question."""
    world.clock.advance(timedelta(seconds=1))
    config: Any = {"configurable": {"thread_id": run}}
    await world.graph.aupdate_state(config, {"approval": None}, as_node="human_approval")


DAMAGES = (damaged_blobs, of_another_format, without_its_interrupt)


async def waiting(world: World) -> tuple[Json, Json, str]:
    """A conversation that waits for a decision, its card, and its run."""
    conversation = await world.said("cus_ben", LATE)
    return conversation, await world.card(conversation), (await world.runs(conversation))[0]["id"]


async def why(world: World) -> list[str]:
    return [each.why for each in await find(world.graph, world.opened.services.database)]


async def without_its_newest_checkpoint(world: World, run: str) -> None:
    """As a run that was killed when a step's writes were kept, before the step was."""
    newest = "SELECT max(checkpoint_id) AS id FROM checkpoints WHERE thread_id = %s"
    [found] = await world.rows(newest, run)
    for table in ("checkpoints", "checkpoint_writes"):
        await world.rows(f"DELETE FROM {table} WHERE thread_id = %s AND checkpoint_id = %s", run, found["id"])


async def cut_short_while_it_wrote(world: World, run: str) -> None:
    """As a run whose step was cancelled when it had written what it found, and not yet where to go from there."""
    await without_its_newest_checkpoint(world, run)
    await world.rows(
        "UPDATE checkpoint_writes SET channel = '__error__', idx = -1 WHERE channel LIKE 'branch:to:%%' AND thread_id = %s"
        " AND checkpoint_id = (SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = %s)",
        run,
        run,
    )


async def test_a_run_that_can_go_on_is_not_stuck(world: World) -> None:
    await waiting(world)

    assert await why(world) == []


async def test_a_run_whose_step_was_kept_but_for_its_checkpoint_goes_on_with_the_card_it_filed(world: World) -> None:
    conversation, card, run = await waiting(world)
    await without_its_newest_checkpoint(world, run)

    assert await why(world) == []
    await world.decide(card, "approve")
    await world.drive(conversation)

    assert [each["id"] for each in await world.runs(conversation)] == [run]
    assert [each["status"] for each in await world.rows("SELECT status FROM approvals")] == ["approved"]
    assert len(await world.effects()) == 1


async def test_a_step_that_was_cut_short_while_it_wrote_begins_anew_and_the_customer_is_answered(world: World) -> None:
    conversation, card, run = await waiting(world)
    await cut_short_while_it_wrote(world, run)
    before = len(await world.told(conversation))

    await world.decide(card, "approve")
    await world.drive(conversation)

    assert [(each["id"], each["outcome"]) for each in await world.runs(conversation)] == [(run, "acted")]
    assert len(await world.effects()) == 1
    assert (await world.told(conversation))[before:] == [card["replies"]["approve"]]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_run_that_waits_is_found_at_the_start_and_its_card_replaced(
    world: World, damage: Damage
) -> None:
    conversation, card, run = await waiting(world)
    told = await world.told(conversation)
    await damage(world, run)

    found = await why(world)
    await world.opened.driver.reopen_stuck()
    await world.drive(conversation)

    old, new = await world.runs(conversation)
    fresh = await world.card(conversation)
    assert len(found) == 1
    assert (old["status"], new["status"], new["reopened_from"]) == ("finished", "paused", run)
    assert (fresh["status"], fresh["arguments"], fresh["run_id"]) == ("pending", card["arguments"], new["id"])
    assert fresh["generation"] == card["generation"] + 1
    assert await world.decide(card) == 409
    assert await world.told(conversation) == told
    assert await world.decide(fresh) == 200
    await world.drive(conversation)
    assert len(await world.effects()) == 1
    assert await why(world) == []


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_decision_that_was_taken_is_carried_out_and_not_asked_for_again(world: World, damage: Damage) -> None:
    conversation, card, run = await waiting(world)
    assert await world.decide(card) == 200
    await damage(world, run)

    await world.drive(conversation)

    [entry], [effect] = await world.ledger(), await world.effects()
    assert (entry["approval_id"], entry["receipt"]["reference"]) == (card["id"], effect["reference"])
    assert len(await world.rows("SELECT id FROM approvals")) == 1
    assert (await world.runs(conversation))[-1]["outcome"] == "acted"
    assert (await world.told(conversation))[-1] == card["replies"]["approve"]


async def test_a_rejection_that_was_not_told_yet_is_told_and_nothing_is_done(world: World) -> None:
    conversation, card, run = await waiting(world)
    await world.decide(card, "reject")
    await damaged_blobs(world, run)

    await world.drive(conversation)

    assert await world.effects() == []
    assert (await world.told(conversation))[-1] == card["replies"]["reject"]
    assert (await world.runs(conversation))[-1]["outcome"] == "declined"


@pytest.mark.parametrize("node", ["human_approval", "check_entitlement", "act", "decide", "reply"])
async def test_after_a_node_was_renamed_an_approved_action_is_done_once(world: World, node: str) -> None:
    conversation, card, _ = await waiting(world)
    await world.decide(card)
    stopping = await world.changed(fault=dying_at(f"{node}:start"))
    await stopping.drive(conversation)

    await newer(world, node).drive(conversation)

    assert [entry["status"] for entry in await world.ledger()] == ["done"]
    assert len(await world.effects()) == 1
    assert (await world.runs(conversation))[-1]["outcome"] == "acted"
    assert len(await world.rows("SELECT id FROM approvals")) == 1
    assert len(await world.told(conversation)) == 2


@pytest.mark.parametrize("node", ["classify", "decide", "check_entitlement", "act", "reply"])
async def test_after_a_node_was_renamed_an_allowed_action_is_done_once(world: World, node: str) -> None:
    conversation = await world.open("cus_ada")
    stopping = await world.changed(fault=dying_at(f"{node}:start"))
    await stopping.post(conversation, LATE)
    await stopping.drive(conversation)

    await newer(world, node).drive(conversation)

    assert [entry["status"] for entry in await world.ledger()] == ["done"]
    assert len(await world.effects()) == 1
    assert (await world.runs(conversation))[-1]["outcome"] == "acted"
    assert len(await world.told(conversation)) == 1


@pytest.mark.parametrize("point", ["act:after_reserve", "act:after_call", "act:after_record"])
async def test_a_run_that_is_damaged_in_the_middle_of_its_action_finds_out_what_became_of_it(
    world: World, point: str
) -> None:
    conversation = await world.open("cus_ada")
    dying = await world.changed(fault=dying_at(point))
    await dying.post(conversation, LATE)
    await dying.drive(conversation)
    await damaged_blobs(world, (await world.runs(conversation))[0]["id"])

    await world.drive(conversation)

    [entry], [effect] = await world.ledger(), await world.effects()
    assert (entry["status"], entry["receipt"]["reference"]) == ("done", effect["reference"])
    assert (await world.runs(conversation))[-1]["outcome"] == "acted"
    assert len(await world.told(conversation)) == 1


async def test_a_conversation_that_cannot_go_on_again_and_again_ends_with_a_person(world: World) -> None:
    conversation, _, run = await waiting(world)
    for _ in range(3):
        await damaged_blobs(world, run)
        await world.opened.driver.reopen_stuck()
        await world.drive(conversation)
        run = (await world.runs(conversation))[-1]["id"]

    assert [each["outcome"] for each in await world.runs(conversation)] == [None, None, "handed_over"]
    assert [row["reason"] for row in await world.rows("SELECT reason FROM handoffs")] == ["run_failed"]
    assert await world.effects() == []


async def test_reopening_twice_at_once_reopens_once(world: World) -> None:
    conversation, _, run = await waiting(world)
    await damaged_blobs(world, run)

    await world.opened.driver.reopen_stuck()
    await world.opened.driver.reopen_stuck()

    assert len(await world.runs(conversation)) == 2


def dying_at(point: str) -> Callable[[str], None]:
    def die(where: str) -> None:
        if where == point:
            raise Died

    return die


class Died(Exception):
    """What a test lets a process die of."""
