"""Calls: which time is meant, who has it, and that a call is booked, moved and cancelled once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from records.ids import CustomerId
from tests.action_case import FAULTS, Action, fact
from tests.demo_fixtures import ADA, NOW, Demo
from tools.executor import Done, NotDone
from tools.scheduling.facts import Booking, Meeting
from tools.scheduling.sources import asked_for, fitted, pick_booking, read_booking
from tools.sources import Focus
from tools.standard import KIT
from tools.systems import Systems

OTIS, UMA = CustomerId("cus_otis"), CustomerId("cus_uma")
BOOK = Action(
    tool="book_call",
    system="scheduling",
    operation="book",
    kind="call",
    customer=ADA,
    arguments={"meeting": "meet_sales_20260617T1500", "topic": "An offer"},
)
MOVE = Action(
    tool="move_call",
    system="scheduling",
    operation="move",
    kind="call_move",
    customer=UMA,
    arguments={"booking": "call_5001", "meeting": "meet_sales_20260624T0900"},
)
CANCEL = Action(
    tool="cancel_call",
    system="scheduling",
    operation="cancel",
    kind="call_cancellation",
    customer=UMA,
    arguments={"booking": "call_5001"},
)
ACTIONS = [BOOK, MOVE, CANCEL]
MEETING = Meeting(
    id="meet_sales_20260617T1500",
    team="sales",
    host="Marta Reyes",
    starts_at=datetime(2026, 6, 17, 15, tzinfo=UTC),
    minutes=30,
    waiting=0,
    revision=0,
)
CALL = Booking(
    id="call_1",
    customer="cus_ada",
    meeting="meet_sales_20260617T1500",
    team="sales",
    host="Marta Reyes",
    topic="An offer",
    starts_at=NOW + timedelta(days=2),
    minutes=30,
    status="booked",
)
SOONER = replace(CALL, id="call_2", starts_at=NOW + timedelta(days=1))
OFF = replace(CALL, id="call_3", starts_at=NOW + timedelta(hours=3), status="cancelled")
OVER = replace(CALL, id="call_4", starts_at=NOW - timedelta(days=1))


@pytest.mark.parametrize("action", ACTIONS, ids=str)
@pytest.mark.parametrize("mode", FAULTS)
async def test_a_lost_or_doubled_answer_leaves_one_effect(
    action: Action, mode: str, demo: Demo, hasty_systems: Systems
) -> None:
    key = await action.key(hasty_systems)
    await demo.fault(action.system, action.operation, mode)

    outcome = await action.carried_out(hasty_systems, key)

    [effect] = await demo.effects()
    assert isinstance(outcome, Done)
    assert (effect["kind"], effect["customer"]) == (action.kind, action.customer)
    assert outcome.receipt.reference == effect["reference"]


@pytest.mark.parametrize("action", ACTIONS, ids=str)
async def test_what_was_done_before_a_crash_is_found_and_not_repeated(
    action: Action, demo: Demo, systems: Systems
) -> None:
    key = await action.key(systems)
    first = await action.carried_out(systems, key)

    second = await action.recovered(systems, key)

    assert first == second
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize("action", [MOVE, CANCEL], ids=str)
async def test_nobody_touches_another_customers_call(action: Action, demo: Demo, systems: Systems) -> None:
    outcome = await replace(action, customer=ADA).carried_out(systems, await action.key(systems))

    assert isinstance(outcome, NotDone)
    assert await demo.effects() == []


@pytest.mark.parametrize(
    ("action", "key"),
    [
        (BOOK, "book_call:meet_sales_20260617T1500:@0"),
        (replace(BOOK, customer=OTIS), "book_call:meet_sales_20260617T1500:?"),
        (MOVE, "move_call:call_5001:to meet_sales_20260624T0900@0"),
        (replace(MOVE, arguments={"booking": "call_5001", "meeting": "gone"}), "move_call:call_5001:?"),
        (CANCEL, "cancel_call:call_5001:once"),
    ],
)
async def test_what_makes_two_calls_the_same(action: Action, key: str, systems: Systems) -> None:
    assert await action.key(systems) == key


async def test_a_time_that_is_taken_is_nobody_elses(demo: Demo, systems: Systems) -> None:
    await BOOK.carried_out(systems, await BOOK.key(systems))

    outcome = await replace(BOOK, customer=UMA).carried_out(systems, "book_call:meet_sales_20260617T1500:@0")

    assert outcome == NotDone(reason="scheduling refused: That time is no longer free.", refused=True)
    assert await fact("meeting", systems, UMA, {"meeting": "meet_sales_20260617T1500"}) is None


async def test_a_booked_call_is_taken_back_and_can_be_booked_once_more(demo: Demo, systems: Systems) -> None:
    first = await BOOK.key(systems)
    await BOOK.carried_out(systems, first)
    off = replace(CANCEL, customer=ADA, arguments={"booking": "call_ada_1"})
    await off.carried_out(systems, await off.key(systems))

    again = await BOOK.carried_out(systems, await BOOK.key(systems))

    assert KIT.action_named("book_call").undo == "cancel_call"
    assert isinstance(again, Done)
    assert await BOOK.key(systems) != first
    assert [effect["kind"] for effect in await demo.effects()] == ["call", "call_cancellation", "call"]


async def test_a_call_that_is_over_is_neither_moved_nor_cancelled(demo: Demo, systems: Systems) -> None:
    await demo.put("booking", "call_5001", starts_at=(NOW - timedelta(hours=1)).isoformat())

    outcomes = [await action.carried_out(systems, await action.key(systems)) for action in (MOVE, CANCEL)]

    assert {type(outcome) for outcome in outcomes} == {NotDone}
    assert await demo.effects() == []


@pytest.mark.parametrize(
    ("customer", "focus", "expected"),
    [
        (ADA, {}, {"id": "meet_sales_20260615T1400", "team": "sales", "fits": False, "waiting": 0}),
        (OTIS, {}, {"team": "success", "host": "Jonas Weber"}),
        (UMA, {}, {"waiting": 1}),
        (ADA, {"date": "2026-06-17T15:00:00+00:00"}, {"id": "meet_sales_20260617T1500", "fits": True}),
        (ADA, {"date": "2026-06-17T14:30:00+00:00"}, {"id": "meet_sales_20260617T1500", "fits": True}),
        (ADA, {"date": "2026-06-17T03:00:00+00:00"}, {"id": "meet_sales_20260617T0800", "fits": False}),
        (ADA, {"date": "2026-06-17"}, {"id": "meet_sales_20260617T0800", "fits": True}),
        (ADA, {"date": "2026-06-01"}, {"id": "meet_sales_20260615T1400", "fits": False}),
        (ADA, {"date": "2026-06-17", "other_date": "2026-06-18"}, {"id": "meet_sales_20260618T0800"}),
        (ADA, {"date": "2026-06-21T10:00:00+00:00"}, {"id": "meet_sales_20260621T1100", "fits": False}),
        (ADA, {"date": "2026-12-24"}, None),
        (ADA, {"meeting": "meet_sales_20260617T0900"}, {"starts_at": "2026-06-17T09:00:00Z"}),
        (ADA, {"meeting": "meet_success_20260617T0900"}, None),
        (ADA, {"meeting": "meet_sales_20260617T0930"}, None),
        (ADA, {"meeting": "meet_sales_20260617T0300"}, None),
        (ADA, {"meeting": "meet_sales_20260614T0900"}, None),
        (ADA, {"meeting": "tomorrow"}, None),
    ],
)
async def test_the_next_free_time_of_the_right_team_is_found(
    customer: CustomerId, focus: dict[str, str], expected: dict[str, Any] | None, systems: Systems
) -> None:
    value = await fact("meeting", systems, customer, focus)

    assert (value if value is None else {field: value[field] for field in expected or value}) == expected


def test_the_day_that_was_named_last_counts() -> None:
    assert asked_for({"date": "2026-06-17", "other_date": "2026-06-18"}) == "2026-06-18"
    assert asked_for({"date": "2026-06-17"}) == "2026-06-17"
    assert asked_for({}) == ""


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ("", False),
        ("2026-06-17", True),
        ("2026-06-16", False),
        ("2026-06-17T15:00:00+00:00", True),
        ("2026-06-17T16:30:00+02:00", True),
        ("2026-06-17T14:00:00+00:00", False),
        ("2026-06-17T15:01:00+00:00", False),
    ],
)
def test_a_time_fits_the_day_or_the_hour_that_was_asked_for(asked: str, fits: bool) -> None:
    assert fitted(MEETING, asked).fits is fits


@pytest.mark.parametrize(
    ("focus", "picked"),
    [({}, SOONER), ({"booking": "call_1"}, CALL), ({"booking": "call_4"}, OVER), ({"booking": "call_9"}, None)],
)
def test_the_next_call_ahead_is_meant_unless_another_is_in_focus(focus: Focus, picked: Booking | None) -> None:
    assert pick_booking([CALL, SOONER, OFF, OVER], focus, NOW) == picked


class Leaky:
    """A calendar that answers with Ada's calls, whoever asks."""

    async def bookings(self, customer: CustomerId) -> Sequence[Booking]:
        return [CALL]


async def test_somebody_elses_call_is_dropped(systems: Systems) -> None:
    careless = systems.with_ports(scheduling=Leaky())

    assert await read_booking(careless, ADA, {}, NOW) == CALL
    assert await read_booking(careless, UMA, {}, NOW) is None
