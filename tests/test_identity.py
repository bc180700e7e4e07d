"""Sign-ins and seats: what is read, what is reset, and that it happens once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from records.ids import CustomerId
from tests.action_case import FAULTS, Action, fact
from tests.demo_fixtures import ADA, NOW, Demo
from tools.executor import Done, NotDone
from tools.identity.facts import Login, Seat
from tools.identity.sources import pick_login, pick_seat, read_login, read_seat
from tools.sources import Focus
from tools.standard import KIT
from tools.systems import Systems

PETRA, QUINN, SVEN, VIKTOR = (CustomerId(f"cus_{name}") for name in ("petra", "quinn", "sven", "viktor"))
PASSWORD = Action(
    tool="reset_password",
    system="identity",
    operation="reset_password",
    kind="password_reset",
    customer=PETRA,
    arguments={"login": "login_petra"},
)
MFA = Action(
    tool="reset_mfa",
    system="identity",
    operation="reset_mfa",
    kind="mfa_reset",
    customer=QUINN,
    arguments={"login": "login_quinn"},
)
INVITE = Action(
    tool="reset_seat",
    system="identity",
    operation="reset_seat",
    kind="seat_reset",
    customer=SVEN,
    arguments={"seat": "seat_5025"},
)
FREE = Action(
    tool="free_seat",
    system="identity",
    operation="free_seat",
    kind="seat_removal",
    customer=SVEN,
    arguments={"seat": "seat_5022"},
)
ACTIONS = [PASSWORD, MFA, INVITE, FREE]
LOGIN = Login(
    id="login_ada",
    customer="cus_ada",
    email="ada@example.com",
    email_verified=True,
    status="active",
    failed_attempts=0,
    locked_until=None,
    mfa=False,
    password_reset_at=None,
    mfa_reset_at=None,
    revision=1,
)
OWNER = Seat(
    id="seat_1",
    customer="cus_ada",
    email="Ada@ada.example",
    name="Ada",
    role="owner",
    status="active",
    last_seen_at=NOW - timedelta(days=90),
    revision=1,
)
BUSY = replace(OWNER, id="seat_2", email="busy@ada.example", role="editor", last_seen_at=NOW)
IDLE = replace(BUSY, id="seat_3", email="idle@ada.example", last_seen_at=NOW - timedelta(days=30))
NEVER = replace(BUSY, id="seat_4", email="never@ada.example", status="invited", last_seen_at=None)
GONE = replace(NEVER, id="seat_5", email="gone@ada.example", status="removed")


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
    assert (effect["kind"], effect["customer"], effect["key"]) == (action.kind, action.customer, key)
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


@pytest.mark.parametrize("action", ACTIONS, ids=str)
async def test_nobody_does_it_to_another_customers_record(action: Action, demo: Demo, systems: Systems) -> None:
    theirs = replace(action, customer=ADA)

    outcome = await theirs.carried_out(systems, await action.key(systems))

    assert isinstance(outcome, NotDone)
    assert (await theirs.key(systems)).endswith(":?")
    assert await demo.effects() == []


@pytest.mark.parametrize("action", ACTIONS, ids=str)
async def test_a_further_reset_is_another_one(action: Action, systems: Systems) -> None:
    first = await action.key(systems)
    await action.carried_out(systems, first)

    assert first.endswith(":@1")
    assert (await action.key(systems)).endswith(":@2")


async def test_a_new_password_lifts_the_lock_and_leaves_the_second_step(demo: Demo, systems: Systems) -> None:
    await PASSWORD.carried_out(systems, await PASSWORD.key(systems))

    login = await demo.record("login", "login_petra")
    assert (login["status"], login["failed_attempts"], login["locked_until"], login["mfa"]) == ("active", 0, None, True)


async def test_nothing_tells_a_reset_where_to_send_the_link() -> None:
    properties = KIT.action_named("reset_password").schema()["properties"]

    assert list(properties) == ["login"]


@pytest.mark.parametrize(
    ("action", "kind", "fields"),
    [
        (PASSWORD, "login", {"status": "suspended"}),
        (MFA, "login", {"status": "suspended"}),
        (MFA, "login", {"mfa": False}),
        (FREE, "seat", {"status": "removed"}),
        (FREE, "seat", {"role": "owner"}),
    ],
)
async def test_the_system_refuses_what_makes_no_sense(
    action: Action, kind: str, fields: dict[str, Any], demo: Demo, systems: Systems
) -> None:
    await demo.put(kind, action.arguments[kind], **fields)

    outcome = await action.carried_out(systems, await action.key(systems))

    assert isinstance(outcome, NotDone)
    assert outcome.refused
    assert await demo.effects() == []


async def test_a_seat_that_was_freed_by_mistake_is_brought_back(demo: Demo, systems: Systems) -> None:
    await FREE.carried_out(systems, await FREE.key(systems))
    back = replace(INVITE, arguments=FREE.arguments)

    outcome = await back.carried_out(systems, await back.key(systems))

    assert KIT.action_named("free_seat").undo == "reset_seat"
    assert isinstance(outcome, Done)
    assert (await demo.record("seat", "seat_5022"))["status"] == "invited"


async def test_nobody_is_brought_back_when_all_seats_are_taken(demo: Demo, systems: Systems) -> None:
    await demo.put("customer", "cus_sven", plan="starter")
    await demo.put("seat", "seat_5025", status="removed")

    outcome = await INVITE.carried_out(systems, await INVITE.key(systems))

    assert outcome == NotDone(reason="identity refused: All seats of the plan are taken.", refused=True)


@pytest.mark.parametrize(
    ("customer", "name", "focus", "expected"),
    [
        (PETRA, "login", {}, {"status": "locked", "failed_attempts": 6, "locked_until": "2026-06-15T12:30:00Z"}),
        (ADA, "login", {}, {"status": "active", "mfa": False, "email_verified": True}),
        (ADA, "login", {"login": "login_petra"}, None),
        (SVEN, "seat", {"email": "bo@sven.example"}, {"id": "seat_5022", "used": 5, "included": 5}),
        (SVEN, "seat", {"email": "nils@ada.example"}, None),
        (SVEN, "seat", {"seat": "seat_5002"}, None),
        (VIKTOR, "seat", {}, None),
    ],
)
async def test_what_the_seed_shows_of_people_who_sign_in(
    customer: CustomerId, name: str, focus: dict[str, str], expected: dict[str, Any] | None, systems: Systems
) -> None:
    value = await fact(name, systems, customer, focus)

    assert (value if value is None else {field: value[field] for field in expected or value}) == expected


@pytest.mark.parametrize(
    ("focus", "picked"),
    [
        ({}, NEVER),
        ({"email": "IDLE@ada.example"}, IDLE),
        ({"email": "ada@ada.example"}, OWNER),
        ({"email": "nobody@ada.example"}, None),
        ({"seat": "seat_5"}, GONE),
        ({"seat": "seat_2", "email": "idle@ada.example"}, BUSY),
        ({"seat": "seat_9"}, None),
    ],
)
def test_the_seat_in_focus_is_meant_else_the_one_that_nobody_uses(focus: Focus, picked: Seat | None) -> None:
    assert pick_seat([OWNER, BUSY, IDLE, NEVER, GONE], focus) == picked


def test_where_only_owners_are_left_no_seat_is_meant() -> None:
    assert pick_seat([OWNER, GONE], {}) is None


def test_the_own_sign_in_is_meant_unless_another_is_in_focus() -> None:
    assert pick_login(LOGIN, {}) == LOGIN
    assert pick_login(LOGIN, {"login": "LOGIN_ADA"}) == LOGIN
    assert pick_login(LOGIN, {"login": "login_ben"}) is None
    assert pick_login(None, {}) is None


class Leaky:
    """An identity system that answers with Ada's records, whoever asks."""

    async def login(self, customer: CustomerId) -> Login | None:
        return LOGIN

    async def seats(self, customer: CustomerId) -> Sequence[Seat]:
        return [OWNER, BUSY]


async def test_somebody_elses_sign_in_and_seats_are_dropped(systems: Systems) -> None:
    careless = systems.with_ports(identity=Leaky())

    assert await read_login(careless, ADA, {}, NOW) == LOGIN
    assert await read_login(careless, SVEN, {}, NOW) is None
    assert await read_seat(careless, ADA, {}, NOW) == BUSY
    assert await read_seat(careless, SVEN, {}, NOW) is None
