"""A reservation found without an outcome: it is looked for first, and never blindly repeated."""

import pytest

from tests.demo_cases import ADDRESS, BUG, REFUND, SETTLED, Case, found_reserved, parts, run
from tests.demo_fixtures import DEE, Demo, call_of
from tools.executor import Done, NotDone, Unknown, recover
from tools.systems import Systems


@pytest.mark.parametrize("case", SETTLED)
async def test_a_reservation_that_was_carried_out_is_found_not_repeated(
    case: Case, demo: Demo, systems: Systems
) -> None:
    await run(case, systems)

    outcome = await found_reserved(case, systems)

    [effect] = await demo.effects()
    assert isinstance(outcome, Done)
    assert outcome.receipt.reference == effect["reference"]


@pytest.mark.parametrize("case", SETTLED)
async def test_a_reservation_that_never_left_is_carried_out_once(case: Case, demo: Demo, systems: Systems) -> None:
    first = await found_reserved(case, systems)
    second = await found_reserved(case, systems)

    assert first == second
    assert isinstance(first, Done)
    assert len(await demo.effects()) == 1


async def test_a_bug_reservation_without_an_outcome_is_for_a_person(demo: Demo, systems: Systems) -> None:
    outcome = await found_reserved(BUG, systems)

    assert isinstance(outcome, Unknown)
    assert await demo.effects() == []


@pytest.mark.parametrize("case", SETTLED)
async def test_a_second_call_whose_answer_is_lost_too_is_found(case: Case, demo: Demo, systems: Systems) -> None:
    await demo.fault(case[0], case[1], "timeout_after", seconds=0)

    outcome = await found_reserved(case, systems)

    assert isinstance(outcome, Done)
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize("case", SETTLED)
async def test_a_second_call_to_a_system_that_is_down_leaves_the_first_unknown(
    case: Case, demo: Demo, systems: Systems
) -> None:
    await demo.fault(case[0], case[1], "fail_before")

    outcome = await found_reserved(case, systems)

    assert outcome == Unknown(reason=f"{case[0]} is down.")
    assert await demo.effects() == []


async def test_a_second_call_that_is_refused_did_nothing(demo: Demo, systems: Systems) -> None:
    await demo.put("charge", "ch_1001", refunded=1)

    outcome = await found_reserved(REFUND, systems)

    assert outcome == NotDone(reason="billing refused: That would refund more than was paid.", refused=True)
    assert await demo.effects() == []


async def test_an_address_changed_earlier_does_not_pass_for_this_change(demo: Demo, systems: Systems) -> None:
    await run(ADDRESS, systems)
    tool, _, arguments = parts(ADDRESS)
    later = call_of(DEE, "change_address:ord_1004:7 New Lane, Port Ellery@2")

    outcome = await recover(tool, systems, later, arguments, settle_after=0)

    assert isinstance(outcome, Done)
    assert [row["details"]["revision"] for row in await demo.effects()] == [2, 3]
