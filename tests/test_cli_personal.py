"""The commands about what is kept of people: they ask, they prove, and a key that is missing is one sentence."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from records import checkpoints, conversations
from records.cipher import Cipher, name_of
from records.clock import SystemClock
from records.database import open_database
from records.ids import CustomerId
from runs.saver import open_saver
from runs.startup import prepare
from tests.cli_world import World, make_world
from tests.test_checkpoint_encryption import NEW, OLD, write

SAID = "the blue parcel of my grandmother"


@pytest.fixture
def url(database_url: Callable[[], str]) -> str:
    made = database_url()
    prepare(made)
    return made


@pytest.fixture
def world(url: str, tmp_path: Path) -> World:
    return make_world(tmp_path / "var", DATABASE_URL=url)


async def said(url: str) -> None:
    async with open_database(url, size=2) as database, database.transaction() as conn:
        now = SystemClock().now()
        conversation = await conversations.open_conversation(
            conn, customer=CustomerId("cus_ada"), channel="chat", now=now
        )
        await conversations.add_customer_message(conn, conversation, body=SAID, now=now)


async def saved(url: str, secret: str) -> None:
    """A checkpoint under this key, as a service that was started with it leaves one."""
    async with open_database(url, size=2) as database:
        await open_saver(database, Cipher([secret]), SystemClock())
        await write(database, Cipher([secret]))


async def under_other_keys(url: str, secret: str) -> int:
    async with open_database(url, size=2) as database, database.transaction() as conn:
        return (await checkpoints.waiting(conn, Cipher([secret]))).values


def test_erasing_asks_first_and_prints_what_each_store_held_and_holds(world: World, url: str) -> None:
    asyncio.run(said(url))

    refused = world.run("erase", "cus_ada", typed="n\n")
    done = world.run("erase", "cus_ada", "--yes")

    assert (refused.code, "Nothing was erased" in refused.err) == (1, True)
    assert (done.code, "messages 1 1 0" in done.out) == (0, True)
    assert "1 values of their own were looked for in" in done.out
    assert "none was found" in done.out


def test_retention_says_what_is_due_and_for_how_long_each_kind_is_kept(world: World) -> None:
    shown = world.run("retention", "run", "--dry-run")

    assert shown.code == 0
    assert "events 30 d 0" in shown.out
    assert "due" in shown.out


def test_keys_are_rotated_and_the_one_that_is_missing_is_named(world: World, url: str) -> None:
    asyncio.run(saved(url, OLD))

    lost = world.run("checkpoints", "rotate", CHECKPOINT_KEYS=NEW)
    done = world.run("checkpoints", "rotate", CHECKPOINT_KEYS=f"{NEW},{OLD}")

    assert lost.code == 1
    assert name_of(OLD) in lost.err
    assert "CHECKPOINT_KEYS" in lost.err
    assert done.code == 0
    assert f"2 values are now encrypted with the key {name_of(NEW)}" in done.out
    assert f"Not needed any more: {name_of(OLD)}" in done.out
    assert asyncio.run(under_other_keys(url, NEW)) == 0


def test_checkpoints_that_no_key_opens_can_be_given_up(world: World, url: str) -> None:
    asyncio.run(saved(url, OLD))

    given_up = world.run("checkpoints", "rotate", "--drop-lost", CHECKPOINT_KEYS=NEW)

    assert (given_up.code, "1 checkpoints that no key opens were dropped" in given_up.out) == (0, True)


def test_the_service_does_not_start_without_the_keys_it_needs_and_says_so_in_a_sentence(world: World, url: str) -> None:
    asyncio.run(saved(url, OLD))

    refused = world.run("serve", CHECKPOINT_KEYS=NEW)

    assert refused.code == 1
    assert "CHECKPOINT_KEYS" in refused.err
    assert "Traceback" not in refused.err
