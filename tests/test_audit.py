"""The audit log: nobody changes, adds or takes away a row without it being found."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from records import audit, conversations, seals
from records.chain import Break, Checker
from records.clock import ManualClock
from records.database import Database, open_database
from records.ids import ConversationId
from runs.sealing import Sealer, read_seals
from runs.startup import prepare

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
KEY = "a key of an installation that nobody else knows"


class Log:
    """An audit log that the tests write to through the product, and tamper with behind its back."""

    def __init__(self, database: Database, file: Path) -> None:
        self.database = database
        self.clock = ManualClock(NOW)
        self.sealer = Sealer(database=database, clock=self.clock, key=KEY, file=file)

    async def conversation(self) -> ConversationId:
        async with self.database.transaction() as conn:
            return await conversations.open_conversation(conn, customer=None, channel="chat", now=NOW)

    async def write(self, conversation: ConversationId | None, *actions: str) -> None:
        for action in actions:
            self.clock.advance(timedelta(seconds=1))
            async with self.database.transaction() as conn:
                now = self.clock.now()
                await audit.write(
                    conn, actor="policy", action=action, subject="run_1", conversation=conversation, now=now, share=0.1
                )

    async def tamper(self, statement: str, *values: Any) -> None:
        async with self.database.transaction() as conn:
            await conn.execute(sql.SQL(statement), values)

    async def broken(self) -> list[tuple[str, str]]:
        """What a check of rows, ends and seals finds: the chain, and what is wrong with it."""
        checker, found = Checker(), []
        async with self.database.transaction() as conn:
            kept = await seals.every(conn)
            async for row in audit.links(conn):
                found += [broken] if (broken := checker.broken(row, range(1, 100))) else []
            found += [*checker.cut(await audit.heads(conn)), *(b for seal in kept for b in checker.forged(seal.ends()))]
        return [self._told(each) for each in found] + [("", problem) for problem in seals.wrong(kept, KEY)]

    def _told(self, found: Break) -> tuple[str, str]:
        return found.chain, found.what


@pytest.fixture(scope="module")
async def database(database_url: Callable[[], str]) -> AsyncIterator[Database]:
    url = database_url()
    prepare(url)
    async with open_database(url, size=2) as opened:
        yield opened


@pytest.fixture
async def log(database: Database, tmp_path: Path) -> Log:
    found = Log(database, tmp_path / "seals.jsonl")
    await found.tamper("TRUNCATE audit, audit_seals, audit_service, conversations CASCADE")
    return found


async def test_a_log_that_nobody_touched_is_whole(log: Log) -> None:
    one, other = await log.conversation(), await log.conversation()
    await log.write(one, "run.answered", "approval.filed")
    await log.write(other, "run.answered")
    await log.write(None, "kill.set")
    await log.sealer.seal()

    assert await log.broken() == []


async def test_rows_of_one_conversation_do_not_bind_those_of_another(log: Log) -> None:
    one, other = await log.conversation(), await log.conversation()
    await log.write(one, "run.answered")
    await log.write(other, "run.answered")

    async with log.database.transaction() as conn:
        links = [(row.chain, row.link) async for row in audit.links(conn)]

    assert links == [(one, 1), (other, 1)]


async def test_a_changed_row_is_found(log: Log) -> None:
    conversation = await log.conversation()
    await log.write(conversation, "approval.filed", "approval.rejected", "run.declined")

    await log.tamper("UPDATE audit SET action = 'approval.approved' WHERE action = 'approval.rejected'")

    assert await log.broken() == [(conversation, "it was changed after it was written")]


@pytest.mark.parametrize(
    "column",
    ["at = at + interval '1 second'", "actor = 'stf_9'", "subject = 'x'", "data = '{}'", "policy_version = 'v'"],
)
async def test_no_part_of_a_row_can_be_changed(log: Log, column: str) -> None:
    conversation = await log.conversation()
    await log.write(conversation, "approval.filed")

    await log.tamper(f"UPDATE audit SET {column}")

    assert await log.broken() == [(conversation, "it was changed after it was written")]


async def test_a_row_taken_out_of_the_middle_is_found(log: Log) -> None:
    conversation = await log.conversation()
    await log.write(conversation, "approval.filed", "approval.rejected", "run.declined")

    await log.tamper("DELETE FROM audit WHERE link = 2")

    assert await log.broken() == [(conversation, "1 missing before it")]


async def test_a_row_taken_from_the_end_is_found(log: Log) -> None:
    conversation = await log.conversation()
    await log.write(conversation, "approval.filed", "approval.rejected")

    await log.tamper("DELETE FROM audit WHERE link = 2")

    assert await log.broken() == [(conversation, "it ends with 1 rows, but 2 were written")]


async def test_a_row_put_in_without_a_link_is_found(log: Log) -> None:
    conversation = await log.conversation()
    await log.write(conversation, "approval.filed")

    await log.tamper(
        "INSERT INTO audit (at, actor, action, subject, conversation_id) VALUES (now(), 'stf_1', 'approval.approved', 'x', %s)",
        conversation,
    )

    assert await log.broken() == [(conversation, "it was put in without a link")]


async def test_a_chain_written_anew_from_its_beginning_does_not_fit_its_seal(log: Log) -> None:
    conversation = await log.conversation()
    await log.write(conversation, "approval.filed", "approval.rejected")
    await log.sealer.seal()

    await log.tamper("DELETE FROM audit")
    await log.tamper("UPDATE conversations SET audit_length = 0, audit_head = ''")
    await log.write(conversation, "approval.filed", "approval.approved")

    assert await log.broken() == [(conversation, "its first 2 rows are not those that were sealed")]


async def test_a_seal_made_without_the_key_is_found(log: Log) -> None:
    await log.write(await log.conversation(), "approval.filed")
    await log.sealer.seal()

    await log.tamper("UPDATE audit_seals SET heads = '{}'")

    assert await log.broken() == [("", "Seal 1 was changed, or was made with another key.")]


async def test_seals_taken_away_together_are_still_in_the_file(log: Log) -> None:
    await log.write(await log.conversation(), "approval.filed")
    await log.sealer.seal()
    filed = read_seals(log.sealer.file)

    await log.tamper("TRUNCATE audit_seals")

    assert list(seals.differing([], filed)) == ["Seal 1 of the file is not the one in the database."]


async def test_nothing_new_makes_no_seal_and_a_seal_missing_in_the_file_is_added(log: Log) -> None:
    conversation = await log.conversation()
    await log.write(conversation, "approval.filed")
    await log.sealer.seal()
    await log.sealer.seal()
    assert [seal.number for seal in read_seals(log.sealer.file)] == [1]

    log.sealer.file.unlink()
    await log.write(conversation, "approval.approved")
    await log.sealer.seal()

    assert [(seal.number, seal.heads[conversation][0]) for seal in read_seals(log.sealer.file)] == [(1, 1), (2, 2)]


async def test_many_who_write_to_one_chain_at_once_get_a_link_each(log: Log) -> None:
    conversation = await log.conversation()

    await asyncio.gather(*(log.write(conversation, "run.answered") for _ in range(10)))

    async with log.database.transaction() as conn:
        assert [row.link async for row in audit.links(conn)] == list(range(1, 11))
    assert await log.broken() == []


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "seals.jsonl"
    file.write_text(json.dumps({"number": 1}) + "\n")

    with pytest.raises(ValueError, match=r"seals\.jsonl:1 is not a seal"):
        read_seals(file)
