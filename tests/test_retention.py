"""Retention: each kind of data goes when its time is over, and never while somebody still needs it."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from policy.retention import DEFAULTS, retention_of
from policy.source import Problem, document
from runs.retention import Keeper
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

Json = dict[str, Any]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def back_in_time(service: World) -> Iterator[None]:
    """The demo company's records are of today: each test begins on the same day."""
    today = service.clock.now()
    yield
    service.clock.advance(today - service.clock.now())


def read(text: str) -> tuple[Mapping[str, Any], list[str]]:
    problems: list[Problem] = []
    kept = retention_of(document(text, file="company.yaml", problems=problems).get("retention"))
    return kept, [f"{problem.line} {problem.field}: {problem.message}" for problem in problems]


def keeper(world: World, **kept: timedelta | None) -> Keeper:
    """One that keeps these kinds for so long, and all others for ever."""
    retention = {kind: kept.get(kind) for kind in DEFAULTS}
    return replace(world.opened.keeper, retention=lambda: retention)


async def count(world: World, table: str, conversation: Json) -> int:
    rows = await world.rows(f"SELECT count(*) AS held FROM {table} WHERE conversation_id = %s", conversation["id"])
    return int(rows[0]["held"])


async def checkpoints(world: World, conversation: Json) -> int:
    runs = [run["id"] for run in await world.runs(conversation)]
    rows = await world.rows("SELECT count(*) AS held FROM checkpoints WHERE thread_id = ANY(%s)", runs)
    return int(rows[0]["held"])


async def refunded(world: World) -> Json:
    conversation = await world.said("cus_ben", LATE)
    await world.decide(await world.card(conversation))
    await world.drive(conversation)
    return conversation


async def test_a_conversation_is_emptied_when_its_time_is_over_and_the_money_stays(world: World) -> None:
    conversation = await refunded(world)
    world.clock.advance(10 * DAY)
    young = await world.said("cus_ada", "How long do refunds take?")

    done = await keeper(world, transcripts=5 * DAY).keep(by="clock")

    assert done["transcripts"] == 1
    assert await count(world, "messages", conversation) == await count(world, "events", conversation) == 0
    assert await checkpoints(world, conversation) == 0
    assert (await world.card(conversation))["title"] == "Deleted"
    [entry] = await world.ledger()
    assert (entry["status"], entry["arguments"], entry["customer_id"]) == ("done", {}, "cus_ben")
    assert await world.told(young)


async def test_each_kind_goes_alone(world: World) -> None:
    conversation = await refunded(world)
    handed = await world.said("cus_ada", "I want to talk to a person")
    await world.rows("UPDATE conversations SET status = 'closed_unconfirmed'")
    world.clock.advance(10 * DAY)

    await keeper(world, events=5 * DAY).keep(by="clock")
    assert await count(world, "events", conversation) == 0
    await keeper(world, checkpoints=5 * DAY).keep(by="clock")
    assert await checkpoints(world, conversation) == 0
    await keeper(world, cards=5 * DAY, handoffs=5 * DAY, actions=5 * DAY).keep(by="clock")

    assert (await world.card(conversation))["title"] == "Deleted"
    assert (await world.rows("SELECT package FROM handoffs"))[0]["package"] == {"emptied": True}
    assert (await world.ledger())[0]["arguments"] == {}
    assert await world.told(conversation)
    assert await world.told(handed)


async def test_nothing_of_what_is_still_open_is_touched_however_old(world: World) -> None:
    waiting = await world.said("cus_ben", LATE)
    handed = await world.said("cus_ada", "I want to talk to a person")
    unread = await world.open("cus_dee")
    await world.post(unread, "Where is my order?")
    world.clock.advance(5000 * DAY)

    done = await replace(world.opened.keeper, retention=lambda: dict.fromkeys(DEFAULTS, DAY)).keep(by="clock")

    assert {kind: done[kind] for kind in ("transcripts", "events", "cards", "handoffs", "actions")} == {
        "transcripts": 0, "events": 0, "cards": 0, "handoffs": 0, "actions": 0,
    }  # fmt: skip
    for conversation in (waiting, handed, unread):
        assert await count(world, "messages", conversation) > 0
        assert await count(world, "events", conversation) > 0
    assert await checkpoints(world, waiting) > 0
    assert [row["status"] for row in await world.rows("SELECT status FROM approvals")] == ["pending"]


async def test_an_action_of_which_nobody_knows_how_it_ended_keeps_its_conversation(world: World) -> None:
    conversation = await refunded(world)
    await world.rows("UPDATE ledger SET status = 'unknown', settled_at = NULL")
    world.clock.advance(5000 * DAY)

    await keeper(world, transcripts=DAY, actions=DAY).keep(by="clock")

    assert await world.told(conversation)
    assert (await world.ledger())[0]["arguments"] != {}


async def test_idempotency_keys_are_forgotten_after_their_time(world: World) -> None:
    conversation = await world.open("cus_ada")
    headers = {"Authorization": f"Bearer {conversation['token']}", "Idempotency-Key": "k1"}
    body = {"text": "How long do refunds take?"}
    (
        await world.http.post(f"/conversations/{conversation['id']}/messages", json=body, headers=headers)
    ).raise_for_status()
    world.clock.advance(3 * DAY)

    assert (await keeper(world, submissions=2 * DAY).due())["submissions"] == 1
    await keeper(world, submissions=2 * DAY).keep(by="clock")

    assert await world.rows("SELECT * FROM submissions") == []


async def test_a_second_time_and_two_at_once_do_nothing_more_and_the_audit_log_gets_counts_alone(world: World) -> None:
    await refunded(world)
    world.clock.advance(10 * DAY)
    work = keeper(world, transcripts=5 * DAY, checkpoints=DAY)

    done = await asyncio.gather(work.keep(by="clock"), work.keep(by="clock"))

    assert sum(each["transcripts"] for each in done) == 1
    assert await work.keep(by="clock") == {"transcripts": 0, "checkpoints": 0}
    rows = await world.rows("SELECT actor, data FROM audit WHERE action = 'retention.applied'")
    assert all(isinstance(value, int) for row in rows for value in row["data"].values())
    assert sum(row["data"]["transcripts"] for row in rows) == 1


async def test_a_dry_run_says_what_is_due_and_deletes_nothing(world: World) -> None:
    conversation = await refunded(world)
    world.clock.advance(10 * DAY)

    assert await keeper(world, transcripts=5 * DAY, events=DAY).due() == {"transcripts": 1, "events": 1}

    assert await world.told(conversation)


async def test_a_customer_who_writes_again_in_an_emptied_conversation_is_answered_and_kept(world: World) -> None:
    conversation = await world.said("cus_ada", "How long do refunds take?")
    world.clock.advance(10 * DAY)
    await keeper(world, transcripts=5 * DAY).keep(by="clock")

    await world.say(conversation, "How long do refunds take?")
    await keeper(world, transcripts=5 * DAY).keep(by="clock")

    assert len(await world.told(conversation)) == 1


def test_without_a_word_about_it_the_defaults_hold() -> None:
    assert read("name: x\n") == (dict(DEFAULTS), [])


def test_a_kind_can_be_kept_for_ever_and_an_age_is_written_as_elsewhere() -> None:
    kept, problems = read("retention:\n  transcripts: forever\n  events: 90d\n")

    assert problems == []
    assert (kept["transcripts"], kept["events"], kept["submissions"]) == (None, 90 * DAY, 2 * DAY)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("retention:\n  transcript: 5d\n", "2 retention.transcript: unknown key, did you mean 'transcripts'"),
        ("retention:\n  events: 5\n", "2 retention.events: must be a length of time such as 90m, 24h or 7d"),
        ("retention:\n  events: 2h\n", "2 retention.events: must be at least 1d, or forever"),
        ("retention:\n  transcripts: 30d\n  cards: 60d\n", "3 retention.cards: is longer than that of transcripts"),
    ],
)
def test_a_mistake_is_named_by_line_and_field(text: str, problem: str) -> None:
    _, problems = read(text)

    assert [each for each in problems if each.startswith(problem)]


def test_no_copy_is_kept_longer_than_the_transcript_it_was_made_of() -> None:
    kept, problems = read("retention:\n  transcripts: 20d\n")

    assert problems == []
    assert {kept[kind] for kind in ("cards", "handoffs", "events")} == {20 * DAY}


def test_the_demo_company_says_how_long_it_keeps_what() -> None:
    text = (Path(__file__).parents[1] / "company/company.yaml").read_text("utf-8")

    assert set(document(text, file="company.yaml", problems=[]).need("retention").entries()) == set(DEFAULTS)
