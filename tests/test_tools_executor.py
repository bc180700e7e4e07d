"""Every fault switch against every kind of system: the effect happens once, and what is said about it is true."""

import asyncio

import pytest

from tests.demo_cases import ADDRESS, BUG, LONGER, REFUND, SETTLED, Case, parts, run
from tests.demo_fixtures import ADA, PATIENCE, Demo, call_of
from tools.executor import Done, NotDone, Unknown, execute
from tools.standard import KIT
from tools.systems import Systems


@pytest.mark.parametrize("case", [*SETTLED, BUG])
async def test_a_call_that_meets_no_fault_has_one_effect(case: Case, demo: Demo, systems: Systems) -> None:
    outcome = await run(case, systems)

    [effect] = await demo.effects()
    assert isinstance(outcome, Done)
    assert outcome.receipt.reference == effect["reference"]
    assert outcome.receipt.amount == effect["amount"]
    assert outcome.receipt.system == case[0]


@pytest.mark.parametrize("mode", ["timeout_after", "fail_after", "answer_twice"])
@pytest.mark.parametrize("case", SETTLED)
async def test_a_lost_or_doubled_answer_leaves_one_effect(case: Case, mode: str, demo: Demo, systems: Systems) -> None:
    await demo.fault(case[0], case[1], mode, seconds=0)

    outcome = await run(case, systems)

    [effect] = await demo.effects()
    assert isinstance(outcome, Done)
    assert outcome.receipt.reference == effect["reference"]


@pytest.mark.parametrize("case", SETTLED)
async def test_an_answer_that_never_comes_leaves_one_effect(case: Case, demo: Demo, hasty_systems: Systems) -> None:
    await demo.fault(case[0], case[1], "timeout_after")

    outcome = await run(case, hasty_systems)

    assert isinstance(outcome, Done)
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize("case", SETTLED)
async def test_a_call_that_lands_after_the_callers_patience_has_one_effect(
    case: Case, demo: Demo, hasty_systems: Systems
) -> None:
    await demo.fault(case[0], case[1], "slow", seconds=PATIENCE * 1.5)

    outcome = await run(case, hasty_systems, LONGER)
    await asyncio.sleep(LONGER)

    [effect] = await demo.effects()
    assert isinstance(outcome, Done)
    assert outcome.receipt.reference == effect["reference"]


@pytest.mark.parametrize("case", [*SETTLED, BUG])
async def test_a_slow_answer_within_the_patience_is_an_answer(case: Case, demo: Demo, systems: Systems) -> None:
    await demo.fault(case[0], case[1], "slow", seconds=0.05)

    outcome = await run(case, systems)

    assert isinstance(outcome, Done)
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize("case", [*SETTLED, BUG])
async def test_a_system_that_is_down_did_nothing(case: Case, demo: Demo, systems: Systems) -> None:
    await demo.fault(case[0], case[1], "fail_before")

    outcome = await run(case, systems)

    assert outcome == NotDone(reason=f"{case[0]} is down.", refused=False)
    assert await demo.effects() == []


@pytest.mark.parametrize("mode", ["timeout_after", "fail_after"])
async def test_nobody_can_tell_whether_the_bug_was_filed(mode: str, demo: Demo, systems: Systems) -> None:
    await demo.fault("tracker", "file", mode, seconds=0)

    outcome = await run(BUG, systems)

    assert isinstance(outcome, Unknown)
    assert len(await demo.effects()) == 1


async def test_a_doubled_answer_of_the_tracker_is_one_bug(demo: Demo, systems: Systems) -> None:
    await demo.fault("tracker", "file", "answer_twice")

    outcome = await run(BUG, systems)

    assert isinstance(outcome, Done)
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize("case", SETTLED)
async def test_a_system_that_cannot_be_asked_afterwards_leaves_it_unknown(
    case: Case, demo: Demo, systems: Systems
) -> None:
    await demo.fault(case[0], case[1], "fail_after")
    await demo.fault(case[0], "*", "fail_before", times=9)

    outcome = await run(case, systems)

    assert isinstance(outcome, Unknown)
    assert len(await demo.effects()) == 1


async def test_two_callers_with_one_key_have_one_effect(demo: Demo, systems: Systems) -> None:
    first, second = await asyncio.gather(run(REFUND, systems), run(REFUND, systems))

    assert first == second
    assert len(await demo.effects()) == 1


async def test_a_refused_call_is_not_done(demo: Demo, systems: Systems) -> None:
    await demo.put("order", "ord_1004", status="dispatched")

    outcome = await run(ADDRESS, systems)

    assert isinstance(outcome, NotDone)
    assert outcome.refused
    assert await demo.effects() == []


async def test_a_call_whose_cause_is_untold_is_not_made(demo: Demo, systems: Systems) -> None:
    tool, _, arguments = parts(REFUND)

    outcome = await execute(tool, systems, call_of(ADA, "issue_refund:ch_1001:?"), arguments, settle_after=0)

    assert isinstance(outcome, NotDone)
    assert await demo.effects() == []


async def test_only_write_tools_are_executed(systems: Systems) -> None:
    with pytest.raises(TypeError):
        await execute(
            next(tool for tool in KIT.tools if tool.name == "find_order"), systems, call_of(ADA), {}, settle_after=0
        )
