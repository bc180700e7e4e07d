"""What happens to work whose worker died, whose time ran out, or which cannot be done at all."""

import asyncio
from datetime import timedelta

import pytest

from graph.testing import BrokenReasoner, HeldReasoner
from runs.driver import ATTEMPTS, LockLost
from tests.service_world import LATE, Json, World, service, world

__all__ = ["service", "world"]
MINE = "FROM procrastinate_jobs WHERE lock = %s"
HELD = """SELECT pg_terminate_backend(pid) FROM pg_locks
          WHERE locktype = 'advisory' AND objsubid = 1
            AND (classid::bigint << 32) | objid::bigint = hashtextextended(%s, 0)"""


async def fetched(world: World, conversation: Json) -> None:
    """A worker took the conversation's job a while ago, and was never heard of again."""
    job = await world.opened.jobs.app.job_manager.fetch_job(None, (await _worker(world)))
    assert job is not None
    await world.rows("UPDATE procrastinate_events SET at = at - interval '5 seconds'")
    assert await status(world, conversation) == ["doing"]


async def _worker(world: World) -> int:
    return await world.opened.jobs.app.job_manager.register_worker()


async def status(world: World, conversation: Json) -> list[str]:
    return [row["status"] for row in await world.rows(f"SELECT status::text {MINE} ORDER BY id", conversation["id"])]


async def under_way(world: World, held: HeldReasoner, conversation: Json) -> asyncio.Task[None]:
    """A drive that is in the middle of a run."""
    task = asyncio.create_task(world.drive(conversation))
    async with asyncio.timeout(20):
        await held.asked.wait()
    return task


@pytest.fixture
def held(world: World) -> HeldReasoner:
    return HeldReasoner(world.opened.services.reasoner)


@pytest.fixture
async def slow(world: World, held: HeldReasoner) -> World:
    return await world.changed(reasoner=held)


async def test_a_dead_workers_job_goes_back_to_the_queue(world: World) -> None:
    conversation = await world.open("cus_ada")
    await world.post(conversation, LATE)
    await fetched(world, conversation)

    await world.opened.sweep.requeue()

    assert await status(world, conversation) == ["todo"]


async def test_a_job_that_is_being_driven_stays_where_it_is(slow: World, held: HeldReasoner) -> None:
    conversation = await slow.open("cus_ada")
    await slow.post(conversation, LATE)
    await fetched(slow, conversation)
    task = await under_way(slow, held, conversation)

    await slow.opened.sweep.requeue()

    assert await status(slow, conversation) == ["doing"]
    held.go.set()
    await task


async def test_a_message_that_no_job_knows_of_is_found(world: World) -> None:
    conversation = await world.open("cus_ada")
    await world.post(conversation, LATE)
    await world.rows(f"DELETE {MINE}", conversation["id"])

    await world.opened.sweep.wake_neglected()
    await world.opened.sweep.wake_neglected()

    assert await status(world, conversation) == ["todo"]


async def test_a_decision_that_no_job_knows_of_is_found(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    await world.decide(await world.card(conversation))
    await world.rows(f"DELETE {MINE}", conversation["id"])

    await world.opened.sweep.wake_neglected()

    assert await status(world, conversation) == ["todo"]


async def test_a_card_that_nobody_decided_in_time_goes_to_a_person(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    card = await world.card(conversation)
    world.clock.advance(timedelta(hours=25))

    await world.opened.sweep.expire()
    await world.drive(conversation)

    assert [run["outcome"] for run in await world.runs(conversation)] == ["handed_over"]
    assert await world.decide(card) == 409
    assert await world.effects() == []


async def test_a_card_that_still_has_time_does_not_expire(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    world.clock.advance(timedelta(hours=23))

    await world.opened.sweep.expire()

    assert (await world.card(conversation))["status"] == "pending"


async def test_a_run_that_always_fails_ends_with_a_person(world: World) -> None:
    broken = await world.changed(reasoner=BrokenReasoner(world.opened.services.reasoner, times=99))
    conversation = await broken.said("cus_ada", LATE)
    for _ in range(ATTEMPTS):
        await broken.drive(conversation)

    [run] = await world.runs(conversation)
    [handoff] = await world.rows("SELECT reason, package FROM handoffs")
    assert (run["outcome"], run["attempts"], handoff["reason"]) == ("handed_over", ATTEMPTS + 1, "run_failed")
    assert handoff["package"]["requests"][0]["intent"] == "late_order_refund"
    assert len(await world.told(conversation)) == 1


async def test_a_run_that_fails_less_often_is_finished(world: World) -> None:
    broken = await world.changed(reasoner=BrokenReasoner(world.opened.services.reasoner, times=ATTEMPTS - 1))
    conversation = await broken.said("cus_ada", LATE)
    for _ in range(ATTEMPTS - 1):
        await broken.drive(conversation)

    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]
    assert await world.rows("SELECT reason FROM handoffs") == []


async def test_a_cancelled_run_stops_and_does_nothing(slow: World, held: HeldReasoner) -> None:
    conversation = await slow.open("cus_ada")
    await slow.post(conversation, LATE)
    task = await under_way(slow, held, conversation)
    [run] = await slow.runs(conversation)
    headers = {"Authorization": f"Bearer {conversation['token']}"}

    answer = await slow.http.post(f"/runs/{run['id']}/cancel", headers=headers)
    await asyncio.sleep(1)  # longer than a heartbeat of the driver
    held.go.set()
    await task

    [run] = await slow.runs(conversation)
    assert (answer.status_code, run["status"], run["error"]) == (202, "finished", "cancelled")
    assert await slow.effects() == []


async def test_a_paused_run_can_be_cancelled(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    card, [run] = await world.card(conversation), await world.runs(conversation)
    headers = {"Authorization": f"Bearer {conversation['token']}"}

    await world.http.post(f"/runs/{run['id']}/cancel", headers=headers)
    await world.drive(conversation)
    await world.decide(card)
    await world.drive(conversation)

    assert await world.effects() == []
    assert [run["status"] for run in await world.runs(conversation)] == ["finished"]


async def test_a_drained_run_goes_on_in_the_next_process(slow: World, held: HeldReasoner, world: World) -> None:
    conversation = await slow.open("cus_ada")
    await slow.post(conversation, LATE)
    task = await under_way(slow, held, conversation)
    await slow.opened.driver.drain()
    held.go.set()
    await task
    left = [run["status"] for run in await world.runs(conversation)]

    await world.drive(conversation)

    assert left == ["running"]
    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]
    assert len(await world.effects()) == 1
    assert len(await world.told(conversation)) == 1


async def test_a_driver_that_loses_its_lock_stops_at_once(slow: World, held: HeldReasoner, world: World) -> None:
    conversation = await slow.open("cus_ada")
    await slow.post(conversation, LATE)
    task = await under_way(slow, held, conversation)

    await world.rows(HELD, conversation["id"])

    with pytest.raises(LockLost):
        await task
    await world.drive(conversation)
    assert [run["outcome"] for run in await world.runs(conversation)] == ["acted"]
    assert len(await world.effects()) == 1
