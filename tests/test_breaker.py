"""The breaker of a business system: after too many failures nothing is sent any more, and what that means for a write."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from records.clock import ManualClock
from tests.action_case import facts_of
from tests.demo_cases import ADDRESS, BUG, REFUND, Case, parts
from tests.demo_fixtures import ADA, NOW, Demo
from tests.web_world import World, web_url, world
from tools.answers import SystemTimeout, SystemUnavailable
from tools.breaker import Breaker, Endurance
from tools.executor import Done, NotDone, Unknown, execute, recover
from tools.sources import FactRead, Gap, read_fact
from tools.standard import KIT
from tools.systems import Systems
from web.doors import Doors

__all__ = ["web_url", "world"]
ENDURANCE = Endurance(failures=3, window=timedelta(seconds=30), pause=timedelta(seconds=15))
FAILED = pytest.mark.parametrize("mode", ["fail_before", "fail_after"])


def broken(clock: ManualClock, system: str, *, failures: int = 3) -> Breaker:
    """A breaker that has seen so many failures."""
    breaker = Breaker(system, clock, ENDURANCE)
    for _ in range(failures):
        breaker.failed()
    return breaker


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def guarded(systems: Systems, breaker: Breaker, system: str = "billing") -> Systems:
    return systems.guarded({system: breaker})


async def look(systems: Systems, clock: ManualClock, *, timeout: float = 5) -> FactRead | Gap:
    return await read_fact("charge", KIT.sources["charge"], systems, ADA, {"charge": "ch_1001"}, clock, timeout)


@FAILED
async def test_after_so_many_failures_a_system_is_left_alone(
    mode: str, demo: Demo, systems: Systems, clock: ManualClock
) -> None:
    breaker = Breaker("billing", clock, ENDURANCE)
    await demo.fault("billing", "*", mode, times=50)

    read = [await look(guarded(systems, breaker), clock) for _ in range(4)]

    assert all(isinstance(each, Gap) for each in read)
    assert breaker.state == "open"
    assert [each.reason for each in read if isinstance(each, Gap)][-1] == "billing fails too often; it is left alone."


async def test_a_system_that_is_waited_for_in_vain_has_failed(demo: Demo, systems: Systems, clock: ManualClock) -> None:
    breaker = Breaker("billing", clock, ENDURANCE)
    await demo.fault("billing", "*", "slow", times=50, seconds=1)

    for _ in range(3):
        await look(guarded(systems, breaker), clock, timeout=0.05)

    assert breaker.state == "open"


async def test_other_systems_are_not_concerned(systems: Systems, clock: ManualClock) -> None:
    there = guarded(systems, broken(clock, "billing"))

    assert set(await facts_of(there, ADA, ("order",), {"order": "ord_1001"})) == {"order"}
    assert there.broken == {"billing": "open"}


async def test_failures_that_are_long_past_or_few_among_many_answers_do_not_count(clock: ManualClock) -> None:
    old, busy = broken(clock, "billing", failures=2), Breaker("billing", clock, ENDURANCE)

    clock.advance(timedelta(seconds=31))
    old.failed()
    for _ in range(10):
        busy.succeeded(probe=False)
    for _ in range(4):
        busy.failed()

    assert (old.state, busy.state) == ("closed", "closed")


async def test_a_refusal_is_an_answer(demo: Demo, systems: Systems, clock: ManualClock) -> None:
    breaker = Breaker("billing", clock, ENDURANCE)
    tool, call, arguments = parts((*REFUND[:4], {**REFUND[4], "amount": 999_999}, REFUND[5]))

    for _ in range(4):
        await execute(tool, guarded(systems, breaker), call, arguments, settle_after=0)

    assert breaker.state == "closed"


async def test_one_call_tries_again_after_the_pause_and_closes_it(systems: Systems, clock: ManualClock) -> None:
    breaker = broken(clock, "billing")
    clock.advance(timedelta(seconds=15))

    first = breaker.admit()
    with pytest.raises(SystemUnavailable):
        breaker.admit()
    breaker.succeeded(probe=first)

    assert first
    assert isinstance(await look(guarded(systems, breaker), clock), FactRead)
    assert breaker.state == "closed"


async def test_a_probe_that_fails_opens_it_again(demo: Demo, systems: Systems, clock: ManualClock) -> None:
    breaker = broken(clock, "billing")
    clock.advance(timedelta(seconds=15))
    await demo.fault("billing", "*", "fail_before", times=2)

    await look(guarded(systems, breaker), clock)

    assert breaker.state == "open"


async def test_a_call_that_began_before_it_opened_says_nothing_of_the_system_as_it_is(clock: ManualClock) -> None:
    breaker = Breaker("billing", clock, ENDURANCE)
    early = breaker.admit()
    for _ in range(3):
        breaker.failed()

    breaker.succeeded(probe=early)

    assert breaker.state == "open"


@pytest.mark.parametrize("case", [REFUND, ADDRESS, BUG])
async def test_a_write_whose_breaker_is_open_was_certainly_not_sent(
    case: Case, demo: Demo, systems: Systems, clock: ManualClock
) -> None:
    tool, call, arguments = parts(case)

    outcome = await execute(tool, guarded(systems, broken(clock, case[0]), case[0]), call, arguments, settle_after=0.01)

    assert outcome == NotDone(reason=f"{case[0]} fails too often; it is left alone.", refused=False)
    assert await demo.effects() == []


@pytest.mark.parametrize("case", [REFUND, ADDRESS, BUG])
async def test_with_an_open_breaker_nobody_can_tell_what_became_of_a_call(
    case: Case, demo: Demo, systems: Systems, clock: ManualClock
) -> None:
    tool, call, arguments = parts(case)
    done = await execute(tool, systems, call, arguments, settle_after=0.01)

    found = await recover(tool, guarded(systems, broken(clock, case[0]), case[0]), call, arguments, settle_after=0.01)

    assert isinstance(done, Done)
    assert isinstance(found, Unknown)
    assert len(await demo.effects()) == 1


async def test_a_lost_answer_that_opens_the_breaker_is_not_taken_for_nothing_done(
    demo: Demo, systems: Systems, clock: ManualClock
) -> None:
    tool, call, arguments = parts(REFUND)
    await demo.fault("billing", "refund", "fail_after")

    outcome = await execute(
        tool, guarded(systems, broken(clock, "billing", failures=2)), call, arguments, settle_after=0.01
    )

    assert isinstance(outcome, Unknown)
    assert len(await demo.effects()) == 1


class Own:
    """A port of a company's own that is broken in itself, once."""

    def __init__(self) -> None:
        self.calls = 0

    async def charge(self, *_given: Any) -> None:
        self.calls += 1
        raise SystemTimeout("lost", system="billing") if self.calls > 1 else KeyError("typo")


async def test_an_adapter_that_is_broken_in_itself_is_no_failure_of_the_system(clock: ManualClock) -> None:
    breaker, own = Breaker("billing", clock, Endurance(failures=1)), Own()
    there = Systems({"billing": own}, {"billing": breaker})

    with pytest.raises(KeyError):
        await there.port("billing").charge()
    before = breaker.state
    with pytest.raises(SystemTimeout):
        await there.port("billing").charge()

    assert (before, breaker.state) == ("closed", "open")


async def test_health_names_the_systems_that_are_left_alone(world: World, clock: ManualClock) -> None:
    doors: Doors = world.app.state.doors
    billing = Systems({"billing": Own()}, {"billing": broken(clock, "billing")})
    world.app.state.doors = replace(doors, services=replace(doors.services, systems=billing))

    during = (await world.http.get("/health")).json()["systems"]
    clock.advance(timedelta(seconds=15))
    later = (await world.http.get("/health")).json()["systems"]

    assert (during, later) == ({"billing": "open"}, {"billing": "half_open"})
