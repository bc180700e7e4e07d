"""A record that cannot be read is never told as one that there is not: a person looks."""

import pytest

from evals.proofs.scenarios import HANDOFF, PLAYED, scenario
from tests.service_world import World, service, world

__all__ = ["service", "world"]
SYSTEMS = ("billing", "commerce", "crm", "identity", "incidents", "scheduling", "tracker", "usage")


@pytest.mark.parametrize("tool", [tool for tool in PLAYED if tool != HANDOFF])
async def test_while_no_system_answers_a_person_is_asked_and_nothing_is_claimed(world: World, tool: str) -> None:
    played = scenario(tool)
    for system in SYSTEMS:
        fault = {"system": system, "operation": "*", "mode": "fail_before", "times": 999}
        (await world.demo.post("/faults", json=fault)).raise_for_status()

    conversation = await world.said(played.scene.customer, played.says)

    assert [run["outcome"] for run in await world.runs(conversation)] == ["handed_over"]
    assert [row["reason"] for row in await world.rows("SELECT reason FROM handoffs")] == ["records_unavailable"]
    assert await world.ledger() == []
