"""The kill switch: once it is engaged nothing leaves for a business system, whatever is already running."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest

from graph.actions.reserve import Refused, Reserved, reserve
from graph.state import Proposal
from tests.demo_fixtures import ADA, PATIENCE, Demo, call_of
from tests.service_world import LATE, World, service, world
from tools.executor import Unknown, execute
from tools.standard import KIT
from tools.systems import Systems

__all__ = ["service", "world"]
Json = dict[str, Any]


@dataclass
class EngagedAt:
    """Engages a switch when the flow comes to a point, as a colleague would from another process."""

    url: str
    point: str
    name: str = "kill"
    reached: list[str] = field(default_factory=list)

    def __call__(self, point: str) -> None:
        if point == self.point and not self.reached:
            self.reached.append(point)
            with psycopg.connect(self.url, autocommit=True) as conn:
                conn.execute(
                    "INSERT INTO switches VALUES (%s, true, 'stop', 'stf_x', now()) ON CONFLICT DO NOTHING", [self.name]
                )


async def turn(world: World, engaged: bool, **which: str) -> httpx.Response:
    body = {"engaged": engaged, "reason": "wrong refunds", **which}
    return await world.http.post("/kill-switch", json=body, headers={"Authorization": f"Bearer {world.staff_key}"})


async def reasons(world: World, conversation: Json) -> list[str]:
    found = await world.rows("SELECT reason FROM handoffs WHERE conversation_id = %s", conversation["id"])
    return [row["reason"] for row in found]


def until(world: World, point: str, name: str = "kill") -> EngagedAt:
    return EngagedAt(url=world.opened.services.database.url, point=point, name=name)


@pytest.mark.parametrize("name", ["kill", "kill:tool:issue_refund", "kill:system:billing"])
async def test_engaged_between_the_reservation_and_the_call_nothing_leaves(world: World, name: str) -> None:
    stop = until(world, "act:after_reserve", name)
    stopped = await world.changed(fault=stop)

    conversation = await stopped.said("cus_ada", LATE)

    assert stop.reached == ["act:after_reserve"]
    assert await world.effects() == []
    (entry,) = await world.ledger()
    assert (entry["status"], entry["receipt"]["reason"]) == ("refused", "killed")
    assert await reasons(world, conversation) == ["killed"]


async def test_once_it_is_released_the_same_action_may_be_reserved_again(world: World) -> None:
    stopped = await world.changed(fault=until(world, "act:after_reserve"))
    await stopped.said("cus_ada", LATE)
    ((run, checked),) = [(row["run_id"], row) for row in await world.rows("SELECT * FROM proposals")]
    (request,) = (await world.rows("SELECT requests FROM runs WHERE id = %s", run))[0]["requests"]
    proposal: Proposal = {
        "request": request["id"],
        "intent": checked["intent"],
        "tool": checked["tool"],
        "arguments": checked["arguments"],
        "reason": "",
    }

    while_stopped = await reserve(world.opened.services, run, proposal)
    await turn(world, False)
    released = await reserve(world.opened.services, run, proposal)

    assert isinstance(while_stopped, Refused)
    assert isinstance(released, Reserved)
    assert released.fresh


async def test_what_has_left_before_is_recorded_as_what_it_is(world: World) -> None:
    stopped = await world.changed(fault=until(world, "act:after_call"))

    await stopped.said("cus_ada", LATE)

    assert len(await world.effects()) == 1
    assert [entry["status"] for entry in await world.ledger()] == ["done"]


async def landed(demo: Demo) -> list[Json]:
    """What a slow system did in the end."""
    for _ in range(100):
        found = await demo.effects()
        if found:
            return found
        await asyncio.sleep(0.1)
    return []


async def test_a_call_whose_answer_was_lost_is_not_repeated_and_nobody_claims_that_it_was_not_done(
    demo: Demo, hasty_systems: Systems
) -> None:
    await demo.fault("billing", "refund", "slow", seconds=PATIENCE * 1.5)
    asked: list[str] = []

    async def stopped() -> str:
        asked.append("before a call")
        return "killed" if len(asked) > 1 else ""

    outcome = await execute(
        KIT.action_named("issue_refund"),
        hasty_systems,
        call_of(ADA, "issue_refund:ch_1001:late"),
        {"charge": "ch_1001", "amount": 4800, "cause": "late"},
        settle_after=0.01,
        stopped=stopped,
    )

    assert outcome == Unknown(reason="killed")
    assert len(asked) == 2
    assert len(await landed(demo)) == 1


async def test_an_approved_action_does_not_leave_either(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    card = await world.card(conversation)
    await world.decide(card)

    stopped = await world.changed(fault=until(world, "act:after_reserve"))
    await stopped.drive(conversation)

    assert await world.effects() == []
    assert await reasons(world, conversation) == ["killed"]


async def test_a_switch_of_one_tool_leaves_the_others_alone(world: World) -> None:
    await turn(world, True, tool="change_address")

    await world.said("cus_ada", LATE)

    assert [effect["kind"] for effect in await world.effects()] == ["refund"]


async def test_a_switch_of_one_system_stops_its_tools(world: World) -> None:
    await turn(world, True, system="billing")

    conversation = await world.said("cus_ada", LATE)

    assert await world.effects() == []
    assert await reasons(world, conversation) == ["kill_switch"]


async def test_while_everything_is_stopped_answers_are_drafts(world: World) -> None:
    await turn(world, True)

    conversation = await world.said("cus_ada", "how do I get my readings out as a spreadsheet")

    card = await world.card(conversation)
    assert (card["kind"], card["status"]) == ("reply", "pending")


async def test_every_turn_of_a_switch_is_on_the_record(world: World) -> None:
    await turn(world, True, tool="issue_refund")
    await turn(world, False, tool="issue_refund")
    await turn(world, True)

    listed = await world.http.get("/kill-switch", headers={"Authorization": f"Bearer {world.staff_key}"})
    audited = await world.rows("SELECT subject, data FROM audit WHERE action = 'kill.set' ORDER BY position")
    assert {(item["tool"], item["engaged"]) for item in listed.json()["items"]} == {("issue_refund", False), ("", True)}
    assert [(row["subject"], row["data"]["engaged"]) for row in audited] == [
        ("kill:tool:issue_refund", True),
        ("kill:tool:issue_refund", False),
        ("kill", True),
    ]


@pytest.mark.parametrize(
    "which", [{"tool": "issue_refunds"}, {"system": "bank"}, {"tool": "issue_refund", "system": "billing"}]
)
async def test_a_switch_that_would_stop_nothing_is_refused(world: World, which: Json) -> None:
    assert (await turn(world, True, **which)).status_code == 422
