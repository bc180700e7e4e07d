"""A learning job that dies anywhere, and is started again: nothing is proposed twice, and nothing is half-written."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from records.ids import StaffId, SuggestionId
from runs.learning.deciding import accept
from runs.learning.job import Learner
from tests.learning_world import corrected, get, intent_of, learned
from tests.service_world import World, service, world

__all__ = ["service", "world"]
ODD = "The box with my stuff is nowhere, did the driver eat it?"
STEPS = ("question", "settled", "lesson", "gated", "writing", "proposed")
QUICK = ("lesson", "writing")
"""Those that it dies at in every run of the tests; the others in `make prove`."""


class Died(Exception):
    """Where a process would be gone."""


def dying_at(point: str) -> Callable[[str], None]:
    def fault(reached: str) -> None:
        if reached == point:
            raise Died

    return fault


@pytest.mark.parametrize(
    "step", [each if each in QUICK else pytest.param(each, marks=pytest.mark.long) for each in STEPS]
)
async def test_a_job_that_died_is_done_by_the_next_one_once(world: World, step: str) -> None:
    await corrected(world, "cus_ada", ODD, intent="lost_parcel", answer="Parcels that vanish are sent again for free.")
    services = replace(world.opened.services, fault=dying_at(f"learning:{step}"))

    with pytest.raises(Died):
        await Learner(services=services).learn()
    found = await learned(world)

    assert sorted(each["kind"] for each in found) == ["article", "example"]
    assert all(each["lessons"] == 1 for each in found)
    assert await learned(world) == found


async def test_two_jobs_at_once_propose_once(world: World) -> None:
    await corrected(world, "cus_ada", ODD, intent="lost_parcel")
    learner = Learner(services=world.opened.services)

    await asyncio.gather(learner.learn(), learner.learn())

    assert len((await get(world, "/learning/suggestions"))["items"]) == 1


async def test_a_decision_that_died_was_not_taken(world: World) -> None:
    await corrected(world, "cus_ada", ODD, intent="lost_parcel")
    [suggestion] = await learned(world)
    services = replace(world.opened.services, fault=dying_at("learning:deciding"))
    before = intent_of(world, ODD)

    named = SuggestionId(suggestion["id"])
    with pytest.raises(Died):
        await accept(services, named, seen=suggestion["version"], by=StaffId("stf_1"), why="")

    assert (await get(world, f"/learning/suggestions/{suggestion['id']}"))["state"] == "proposed"
    assert await world.rows("SELECT * FROM learned_examples") == []
    assert intent_of(world, ODD) == before
