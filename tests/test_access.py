"""Who sees what: every record that a caller names is looked up in one place, tokens and keys stop at once, and what
concerns the safety of an account wants a sign-in of a short while ago."""

import ast
import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from policy.authority import queues_of
from policy.company import Company
from records import conversations, handoffs, identity, staff
from records.ids import ConversationId, HandoffId, StaffId, new_id
from tests.company_case import ADDRESS, TIDEWATER, copied, edit, failed, problems_of, sentence, verdict
from tests.web_world import ADA, BEN, NOW, World, bearer, served, web_url, world

__all__ = ["web_url", "world"]
ROOT = Path(__file__).parents[1]
WEB = sorted((ROOT / "web").glob("*.py"))
FETCHES = re.compile(r"(conversations|approvals|runs|ledger|handoffs)\.(get|find|entry|by_id)")
ROUTE = re.compile(r"{(\w+)}")
NO_RECORDS = {"intent", "customer_id"}
"""What paths name besides records: a playbook, and whom an admin erases, whether or not there is anything of theirs."""


def doors() -> Iterator[tuple[str, set[str], set[str]]]:
    """Every door: its name, what its path names, and what it takes as it stands there."""
    for path in WEB:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef):
                routes = [ast.unparse(each) for each in node.decorator_list if "router." in ast.unparse(each)]
                named = {name for route in routes for name in ROUTE.findall(route)}
                if routes:
                    yield f"{path.stem}.{node.name}", named, {argument.arg for argument in node.args.args}


def test_no_door_takes_the_id_of_a_record_as_it_stands_in_the_path() -> None:
    taken = {door: named & arguments - NO_RECORDS for door, named, arguments in doors()}

    assert len(taken) > 15
    assert {door: names for door, names in taken.items() if names} == {}


def test_records_are_fetched_by_id_in_one_module_of_the_doors() -> None:
    places = {path.name for path in WEB if FETCHES.search(path.read_text("utf-8"))}

    assert places == {"access.py"}


@pytest.mark.parametrize(
    ("caller", "status"),
    [("owner", 200), ("holder", 200), ("staff", 200), ("another customer", 404), ("another holder", 404)],
)
async def test_a_conversation_is_there_for_its_own_customer_its_holder_and_staff(
    world: World, caller: str, status: int
) -> None:
    conversation, holder = await world.opened(ADA)
    _, other = await world.opened(BEN)
    headers = {
        "owner": bearer(world.tokens.for_customer(ADA)),
        "holder": holder,
        "staff": world.staff("support"),
        "another customer": bearer(world.tokens.for_customer(BEN)),
        "another holder": other,
    }

    assert (await world.http.get(f"/conversations/{conversation}", headers=headers[caller])).status_code == status


async def test_a_token_is_bound_to_the_customer_of_its_conversation(world: World) -> None:
    conversation, _ = await world.opened(ADA)
    swapped = world.tokens.for_conversation(ConversationId(conversation), BEN)

    assert (await world.http.get(f"/conversations/{conversation}", headers=bearer(swapped))).status_code == 404


@pytest.mark.parametrize("by", ["holder", "owner", "staff"])
async def test_revoked_tokens_stop_at_once_and_a_signed_in_customer_gets_another(world: World, by: str) -> None:
    conversation, holder = await world.opened(ADA)
    owner = bearer(world.tokens.for_customer(ADA))
    path = f"/conversations/{conversation}"

    revoked = await world.http.delete(
        f"{path}/token", headers={"holder": holder, "owner": owner}.get(by) or world.staff("lead")
    )
    after = await world.http.get(path, headers=holder)
    renewed = await world.http.post(f"{path}/token", headers=owner)

    assert revoked.status_code == 200
    assert after.status_code == 401
    assert (await world.http.get(path, headers=bearer(renewed.json()["token"]))).status_code == 200


async def test_only_the_customers_own_token_gets_a_new_one(world: World) -> None:
    conversation, holder = await world.opened(ADA)
    path = f"/conversations/{conversation}/token"

    assert (await world.http.post(path, headers=holder)).json()["type"] == "/problems/sign-in-first"
    assert (await world.http.post(path, headers=world.staff("admin"))).status_code == 403
    assert (await world.http.post(path, headers=bearer(world.tokens.for_customer(BEN)))).status_code == 404


async def test_renewing_may_revoke_what_was_given_out_before(world: World) -> None:
    conversation, holder = await world.opened(ADA)
    owner = bearer(world.tokens.for_customer(ADA))

    await world.http.post(f"/conversations/{conversation}/token", json={"revoke": True}, headers=owner)

    assert (await world.http.get(f"/conversations/{conversation}", headers=holder)).status_code == 401


async def test_the_tokens_of_a_closed_conversation_open_it_no_more(world: World) -> None:
    conversation, holder = await world.opened(ADA)
    async with world.database.transaction() as conn:
        await conversations.set_status(conn, ConversationId(conversation), "closed_unconfirmed", now=NOW)

    assert (await world.http.get(f"/conversations/{conversation}", headers=holder)).status_code == 401


async def test_an_open_stream_ends_when_its_token_is_revoked(world: World) -> None:
    conversation, holder = await world.opened(ADA)
    world.app.state.doors = replace(world.app.state.doors, poll=0.05)

    path = f"/conversations/{conversation}/events"
    async with served(world.app) as online, online.stream("GET", path, headers=holder) as stream:
        async with world.database.transaction() as conn:
            await identity.revoke_tokens(conn, ConversationId(conversation), by="test", now=NOW)
        async with asyncio.timeout(5):
            rest = [line async for line in stream.aiter_lines()]

    assert rest == []


async def member(world: World, **more: Any) -> tuple[StaffId, dict[str, str]]:
    async with world.database.transaction() as conn:
        added, key = await staff.add(conn, "Kim", ["support"], now=world.clock.now(), **more)
    return added, bearer(key)


async def test_a_staff_key_expires(world: World) -> None:
    _, headers = await member(world, life=timedelta(days=2))

    world.clock.advance(timedelta(days=1))
    assert (await world.http.get("/approvals", headers=headers)).status_code == 200
    world.clock.advance(timedelta(days=1))
    assert (await world.http.get("/approvals", headers=headers)).status_code == 401


async def test_a_revoked_staff_key_stops_at_once(world: World) -> None:
    added, headers = await member(world)
    async with world.database.transaction() as conn:
        assert await staff.revoke_key(conn, added, by="test", now=NOW)
        assert not await staff.revoke_key(conn, added, by="test", now=NOW)

    assert (await world.http.get("/approvals", headers=headers)).status_code == 401


async def test_a_renewed_key_takes_the_place_of_the_old_one(world: World) -> None:
    added, headers = await member(world)
    async with world.database.transaction() as conn:
        key = await staff.renew_key(conn, added, by="test", now=NOW, life=None)

    assert (await world.http.get("/approvals", headers=headers)).status_code == 401
    assert (await world.http.get("/approvals", headers=bearer(key or ""))).status_code == 200


async def test_whoever_left_gets_no_new_key_and_is_no_approver(world: World) -> None:
    added, _ = await member(world)
    async with world.database.transaction() as conn:
        await staff.revoke_key(conn, added, by="test", now=NOW, leaves=True)

        assert await staff.renew_key(conn, added, by="test", now=NOW, life=None) is None
        assert await staff.by_id(conn, added) is None


async def test_it_is_known_when_a_key_was_last_used(world: World) -> None:
    added, headers = await member(world)
    await world.http.get("/approvals", headers=headers)
    async with world.database.transaction() as conn:
        found = {each.id: each for each in await staff.members(conn)}

    assert found[added].key_used_at == world.clock.now()
    assert found[added].standing(world.clock.now()) == "valid"


def tied(*queues: str) -> Company:
    """Tidewater, where support sees these queues alone."""
    return replace(TIDEWATER, roles={**TIDEWATER.roles, "support": replace(TIDEWATER.roles["support"], queues=queues)})


def test_a_role_without_queues_sees_all_and_so_does_who_holds_it_besides() -> None:
    roles = tied("orders").roles

    assert queues_of(roles, ["support"]) == frozenset({"orders"})
    assert queues_of(roles, ["support", "billing"]) is None
    assert queues_of(roles, ["lead"]) is None


def test_a_role_is_tied_to_queues_that_there_are(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    edit(folder, "company.yaml", "  support:\n", "  support:\n    queues: [ordres]\n")

    assert "unknown queue 'ordres', did you mean 'orders'?" in str(problems_of(folder)[0])


@pytest.mark.parametrize(("queues", "status"), [((), 200), (("orders", "billing"), 200), (("orders",), 404)])
async def test_staff_of_certain_queues_see_the_cards_of_these_alone(
    world: World, queues: tuple[str, ...], status: int
) -> None:
    conversation, _ = await world.opened(ADA)
    card = await world.card(conversation, queue="billing")
    world.app.state.doors = replaced(world, tied(*queues))
    headers = world.staff("support")

    listed = (await world.http.get("/approvals", headers=headers)).json()["items"]

    assert (card.id in [row["id"] for row in listed]) is (status == 200)
    assert (await world.http.get(f"/approvals/{card.id}", headers=headers)).status_code == status
    assert (await world.http.get(f"/conversations/{conversation}", headers=headers)).status_code == status


async def test_staff_of_certain_queues_see_a_conversation_that_was_handed_to_one(world: World) -> None:
    conversation, _ = await world.opened(ADA)
    run = await world.run(conversation)
    world.app.state.doors = replaced(world, tied("orders"))
    path, headers = f"/conversations/{conversation}", world.staff("support")

    before = await world.http.get(path, headers=headers)
    async with world.database.transaction() as conn:
        await handoffs.file(conn, now=NOW, **handoff(conversation, run))

    assert before.status_code == 404
    assert (await world.http.get(path, headers=headers)).status_code == 200


def handoff(conversation: str, run: str) -> dict[str, Any]:
    placed = {"id": HandoffId(new_id("hnd")), "conversation": conversation, "run": run, "reason": "asked"}
    return {**placed, "queue": "orders", "skill": "", "priority": "normal", "due": NOW, "package": {}}


def replaced(world: World, company: Company) -> Any:
    doors = world.app.state.doors
    return replace(doors, services=replace(doors.services, company=Still(company)))


class Still:
    """A company that stays as it is."""

    problem = None

    def __init__(self, company: Company) -> None:
        self._company = company

    def current(self) -> Company:
        return self._company


@pytest.mark.parametrize(
    ("ago", "kind"),
    [(timedelta(minutes=15), "allow"), (timedelta(minutes=15, seconds=1), "deny"), (None, "deny")],
)
def test_a_tool_may_want_a_sign_in_of_a_short_while_ago(ago: timedelta | None, kind: str) -> None:
    found = verdict(replace(ADDRESS, signed_in_ago=ago))

    assert found.kind == kind
    assert failed(found) == ([] if kind == "allow" else ["fresh"])


def test_the_sentence_says_how_fresh_it_must_be() -> None:
    found = verdict(replace(ADDRESS, signed_in_ago=None))

    assert sentence(found, "fresh") == "For this the customer must have signed in within the last 15 minutes."


@pytest.mark.parametrize("length", ["0m", "25h", "soon"])
def test_how_fresh_is_a_length_of_time_within_a_tokens_life(tmp_path: Path, length: str) -> None:
    folder = copied(tmp_path)
    edit(folder, "policy.yaml", "fresh_within: 15m", f"fresh_within: {length}")

    assert "tools.change_address.fresh_within: must be" in str(problems_of(folder)[0])


async def posted(world: World, conversation: str, headers: dict[str, str], text: str) -> None:
    (await world.say(conversation, headers, text)).raise_for_status()


async def test_the_age_of_a_sign_in_is_that_of_the_token_with_which_the_message_came(world: World) -> None:
    conversation, holder = await world.opened(ADA)
    world.clock.advance(timedelta(minutes=20))

    await posted(world, conversation, holder, "by the conversation's token")
    stale = await world.run(conversation)
    await posted(world, conversation, bearer(world.tokens.for_customer(ADA)), "by a new one")
    fresh = await world.run(conversation)

    async with world.database.transaction() as conn:
        assert await identity.sign_in_age(conn, stale) == timedelta(minutes=20)
        assert await identity.sign_in_age(conn, fresh) == timedelta(0)


async def test_of_several_messages_the_oldest_sign_in_counts(world: World) -> None:
    conversation, holder = await world.opened(ADA)
    world.clock.advance(timedelta(minutes=20))
    await posted(world, conversation, holder, "stale")
    await posted(world, conversation, bearer(world.tokens.for_customer(ADA)), "fresh")

    run = await world.run(conversation)

    async with world.database.transaction() as conn:
        assert await identity.sign_in_age(conn, run) == timedelta(minutes=20)


async def test_it_stays_what_it_was_however_long_a_person_takes(world: World) -> None:
    conversation, holder = await world.opened(ADA)
    await posted(world, conversation, holder, "just signed in")
    run = await world.run(conversation)

    world.clock.advance(timedelta(hours=20))

    async with world.database.transaction() as conn:
        assert await identity.sign_in_age(conn, run) == timedelta(0)


async def test_a_visitor_has_signed_in_at_no_time(world: World) -> None:
    conversation, holder = await world.opened(None)
    await posted(world, conversation, holder, "hello")
    run = await world.run(conversation)

    async with world.database.transaction() as conn:
        assert await identity.sign_in_age(conn, run) is None
