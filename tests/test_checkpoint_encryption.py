"""Checkpoints at rest: PostgreSQL keeps them encrypted, keys can be changed, and a key that is missing is named."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from records import checkpoints
from records.cipher import Cipher, KeyMissing, KeysInvalid, Tampered, name_of
from records.clock import ManualClock
from records.database import Database, open_database
from runs.saver import KEPT, open_cipher, open_saver, saver_of
from runs.startup import prepare
from tests.demo_fixtures import NOW
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

OLD, NEW = "an old secret that is long enough for it", "a new secret that is long enough as well"
SAVED = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
SAID = "hello, ada@example.com of 12 Harbour Street here"


@pytest.fixture(scope="module")
async def database(database_url: Callable[[], str]) -> AsyncIterator[Database]:
    url = database_url()
    prepare(url)
    async with open_database(url, size=2) as opened:
        yield opened


@pytest.fixture
async def empty(database: Database) -> Database:
    await rows(database, "TRUNCATE checkpoints, checkpoint_blobs, checkpoint_writes, checkpoint_keys")
    return database


async def rows(database: Database, statement: Any) -> list[Any]:
    async with database.transaction() as conn:
        found = await conn.execute(statement)
        return await found.fetchall() if found.description else []


async def write(database: Database, cipher: Cipher | None, thread: str = "run_1") -> None:
    """A checkpoint as the saver writes it; without a cipher, as it was written before there were keys."""
    saver = saver_of(database, cipher or Cipher([OLD]))
    if cipher is None:
        saver.serde = saver.serde.serde  # type: ignore[attr-defined] # that of the plain values
    config: Any = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
    checkpoint: Any = {
        "v": 4,
        "id": "1ef",
        "ts": NOW.isoformat(),
        "channel_values": {"messages": [SAID]},
        "channel_versions": {"messages": "1"},
        "versions_seen": {},
        "updated_channels": None,
    }
    stored = await saver.aput(config, checkpoint, {"source": "loop", "step": 1, "parents": {}}, {"messages": "1"})
    await saver.aput_writes(stored, [("messages", [SAID])], "task")


async def read(database: Database, cipher: Cipher, thread: str = "run_1") -> Any:
    found = await saver_of(database, cipher).aget_tuple({"configurable": {"thread_id": thread}})
    assert found is not None
    return found.checkpoint["channel_values"]["messages"], found.pending_writes


async def rotated(database: Database, cipher: Cipher) -> int:
    done = 0
    async with database.transaction() as conn:
        while some := await checkpoints.rotate_some(conn, cipher):
            done += some
    return done


async def test_a_whole_conversation_leaves_nothing_readable_in_the_savers_tables(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    await world.decide(await world.card(conversation))
    await world.drive(conversation)
    [customer] = [f for f in (await world.card(conversation))["facts"] if f["fact"] == "customer"]
    own = [
        customer["value"]["name"],
        customer["value"]["email"],
        "b.own@",
        "12 Harbour Street",
        "parcel never",
        "cus_ben",
    ]

    raw = {table: await world.rows(f"SELECT * FROM {table}") for table in SAVED}

    assert all(raw.values())
    told = b" ".join(
        value if isinstance(value, bytes) else str(value).encode()
        for t in raw.values()
        for r in t
        for value in r.values()
    )
    assert [value for value in own if value.encode() in told] == []


async def test_what_stays_in_clear_is_ids_numbers_and_words_of_the_code(world: World) -> None:
    conversation = await world.said("cus_ada", LATE)

    saved = await world.rows("SELECT checkpoint -> 'channel_values' AS values, metadata FROM checkpoints")

    clear = {(name, value) for row in saved for name, value in row["values"].items() if value is not None}
    assert {name for name, _ in clear} <= {"conversation_id", "verified", "trouble", "visits", "outcome", "event"}
    assert {value for name, value in clear if name == "conversation_id"} == {conversation["id"]}
    assert {key for row in saved for key in row["metadata"]} <= {"source", "step", "parents", "thread_id", "run_id"}


async def test_a_paused_run_goes_on_after_the_key_was_changed(world: World) -> None:
    conversation = await world.said("cus_ben", LATE)
    card = await world.card(conversation)
    mine = world.opened.saver.serde.cipher  # type: ignore[attr-defined] # EncryptedSerializer's
    names = {row["type"].partition("+")[2] for row in await world.rows("SELECT type FROM checkpoint_blobs")}

    await world.decide(card)
    await world.drive(conversation)

    assert names == {mine.current}
    assert (await world.runs(conversation))[-1]["outcome"] == "acted"


async def test_old_checkpoints_that_are_not_encrypted_are_still_read(empty: Database) -> None:
    await write(empty, None)

    assert (await read(empty, Cipher([NEW])))[0] == [SAID]


async def test_a_new_key_in_front_reads_what_the_old_one_wrote(empty: Database) -> None:
    await write(empty, Cipher([OLD]))

    assert (await read(empty, Cipher([NEW, OLD])))[0] == [SAID]


async def test_rotation_brings_everything_under_the_new_key_so_that_the_old_one_can_go(empty: Database) -> None:
    await write(empty, Cipher([OLD]), "run_1")
    await write(empty, None, "run_2")

    done = await rotated(empty, Cipher([NEW, OLD]))

    assert done == 4
    assert await rotated(empty, Cipher([NEW, OLD])) == 0
    for thread in ("run_1", "run_2"):
        values, writes = await read(empty, Cipher([NEW]), thread)
        assert values == [SAID]
        assert [write[2] for write in writes] == [[SAID]]


async def test_a_key_that_is_missing_is_named_at_the_start_with_the_setting(empty: Database) -> None:
    await open_saver(empty, Cipher([OLD]), ManualClock(NOW))
    await write(empty, Cipher([OLD]))

    with pytest.raises(KeyMissing, match=rf"{name_of(OLD)}.*CHECKPOINT_KEYS"):
        await open_saver(empty, Cipher([NEW]), ManualClock(NOW))


async def test_a_key_that_nothing_is_encrypted_with_any_more_is_not_asked_for(empty: Database) -> None:
    await open_saver(empty, Cipher([OLD]), ManualClock(NOW))
    await write(empty, Cipher([OLD]))
    await rotated(empty, Cipher([NEW, OLD]))

    await open_saver(empty, Cipher([NEW]), ManualClock(NOW))

    async with empty.transaction() as conn:
        assert await checkpoints.forget_unused(conn, Cipher([NEW])) == [name_of(OLD)]


async def test_what_only_a_lost_key_could_read_can_be_dropped_and_nothing_else_goes(empty: Database) -> None:
    await write(empty, Cipher([OLD]), "run_1")
    await write(empty, Cipher([NEW]), "run_2")

    async with empty.transaction() as conn:
        assert (await checkpoints.waiting(conn, Cipher([NEW]))).missing == (name_of(OLD),)
        assert await checkpoints.drop_lost(conn, name_of(OLD)) == 1

    assert [row[0] for row in await rows(empty, "SELECT thread_id FROM checkpoint_blobs")] == ["run_2"]


async def test_a_value_that_was_changed_is_not_read(empty: Database) -> None:
    await write(empty, Cipher([OLD]))
    await rows(empty, "UPDATE checkpoint_blobs SET blob = set_byte(blob, 20, get_byte(blob, 20) # 1)")

    with pytest.raises(Tampered):
        await read(empty, Cipher([OLD]))


def test_the_same_value_is_never_encrypted_to_the_same_bytes() -> None:
    cipher = Cipher([OLD])

    assert len({cipher.encrypt(b"yes")[1] for _ in range(100)}) == 100


def test_a_value_does_not_open_under_another_keys_name() -> None:
    cipher = Cipher([OLD, NEW])
    _, sealed = cipher.encrypt(b"yes")

    with pytest.raises(Tampered):
        cipher.decrypt(name_of(NEW), sealed)


@pytest.mark.parametrize("given", ["short", f"{OLD},{OLD}", f"{OLD},short"])
def test_secrets_that_are_short_or_given_twice_are_refused(given: str, tmp_path: Path) -> None:
    with pytest.raises(KeysInvalid, match="CHECKPOINT_KEYS"):
        open_cipher(given, tmp_path)


def test_without_the_setting_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = open_cipher("", tmp_path), open_cipher("", tmp_path)

    assert first.current == second.current
    assert os.stat(tmp_path / KEPT).st_mode & 0o077 == 0


def test_the_kept_key_still_opens_what_it_wrote_once_keys_are_given(tmp_path: Path) -> None:
    before = open_cipher("", tmp_path)
    after = open_cipher(NEW, tmp_path)

    assert after.current == name_of(NEW)
    assert after.decrypt(*before.encrypt(b"yes")) == b"yes"
