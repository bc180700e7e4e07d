"""`closeloop erase`, `closeloop retention`, `closeloop checkpoints`: what is kept of people, and for how long."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import psycopg
import typer
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from commands.database import database_url, refusal
from commands.preflight import check_var, company_of
from commands.screen import Sorry, err, out
from policy.retention import FOREVER
from records import audit, checkpoints
from records.cipher import Cipher
from records.clock import SystemClock
from records.database import Database, open_database
from records.ids import ConversationId, CustomerId
from runs.erasure import Proof, open_eraser
from runs.retention import Keeper
from runs.saver import open_cipher, saver_of
from runs.startup import prepare
from settings import Settings

BY = "command line"
CONVERSATION = "cnv_"
T = TypeVar("T")


def erase(settings: Settings, whom: str, *, yes: bool) -> None:
    """Prints the proof. Raises Sorry, OpenAction, StillWorking."""
    if not whom.isprintable() or not 0 < len(whom) <= 200:
        raise Sorry("A customer's id has 1 to 200 printable characters.")
    what = f"the conversation {whom}" if whom.startswith(CONVERSATION) else f"the customer {whom}"
    if not yes:
        err().print(f"Everything personal that is kept of {what} will be deleted. This cannot be taken back.")
        if not typer.confirm("Go on?", err=True):
            raise Sorry("Nothing was erased.")
    proof = _run(_erase(settings, whom))
    out().print(_proof(proof))
    out().print(_searched(proof), style="yellow" if proof.found else "green")


def keep(settings: Settings, *, dry: bool) -> None:
    """Deletes what has been kept long enough, or says what that would be, as a table."""
    retention = company_of(settings).retention
    counted = _run(_keep(settings, dry=dry))
    title = "due" if dry else "deleted"
    table = Table("kind", "kept for", title, box=box.SIMPLE_HEAD, pad_edge=False)
    for kind, age in retention.items():
        count = "" if age is None else str(counted.get(kind, 0))
        table.add_row(kind, FOREVER if age is None else f"{age.days} d", count)
    out().print(table)


def rotate(settings: Settings, *, drop_lost: bool) -> None:
    """Encrypts what is under older keys, or under none, with the first of CHECKPOINT_KEYS."""
    _run(_rotate(settings, drop_lost=drop_lost))


async def _erase(settings: Settings, whom: str) -> Proof:
    async with _opened(settings) as (database, _):
        eraser = open_eraser(settings.pseudonym_key, settings.var, database, SystemClock())
        if whom.startswith(CONVERSATION):
            return await eraser.conversation(ConversationId(whom), by=BY)
        return await eraser.customer(CustomerId(whom), by=BY)


async def _keep(settings: Settings, *, dry: bool) -> dict[str, int]:
    kept = company_of(settings).retention
    async with _opened(settings) as (database, cipher):
        keeper = Keeper(
            database=database, clock=SystemClock(), saver=saver_of(database, cipher), retention=lambda: kept
        )
        due = await keeper.due()
        if dry:
            return due
        with _progress() as progress:
            bars = {kind: progress.add_task(kind, total=count) for kind, count in due.items() if count}
            return await keeper.keep(
                by=BY, seen=lambda kind, count: progress.advance(bars[kind], count) if kind in bars else None
            )


async def _rotate(settings: Settings, *, drop_lost: bool) -> None:
    async with _opened(settings) as (database, cipher):
        async with database.transaction() as conn:
            found = await checkpoints.waiting(conn, cipher)
        with _progress() as progress:
            bar = progress.add_task("encrypting", total=found.values - found.lost)
            while done := await _some(database, cipher):
                progress.advance(bar, done)
        await _settle(database, cipher, found, drop_lost=drop_lost)


async def _some(database: Database, cipher: Cipher) -> int:
    async with database.transaction() as conn:
        return await checkpoints.rotate_some(conn, cipher)


async def _settle(database: Database, cipher: Cipher, found: checkpoints.Waiting, *, drop_lost: bool) -> None:
    out().print(f"{found.values - found.lost} values are now encrypted with the key {cipher.current}.")
    if found.lost and not drop_lost:
        raise Sorry(
            f"{found.lost} values need the key {', '.join(found.missing)}, which CHECKPOINT_KEYS does not hold. Add it,"
            " or give it up with --drop-lost: the runs that need it begin again."
        )
    async with database.transaction() as conn:
        dropped = sum([await checkpoints.drop_lost(conn, key) for key in found.missing])
        forgotten = await checkpoints.forget_unused(conn, cipher)
        if dropped or forgotten or found.values:
            counts: dict[str, Any] = {
                "encrypted": found.values - found.lost,
                "dropped": dropped,
                "forgotten": len(forgotten),
            }
            now = SystemClock().now()
            await audit.write(conn, actor=BY, action="checkpoints.rotated", subject=cipher.current, now=now, **counts)
    if dropped:
        out().print(f"{dropped} checkpoints that no key opens were dropped; their runs begin again.", style="yellow")
    if forgotten:
        out().print(f"Not needed any more: {', '.join(forgotten)}.")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Database, Cipher]]:
    check_var(settings)
    cipher = open_cipher(settings.checkpoint_keys, settings.var)
    url = await database_url(settings)
    await asyncio.to_thread(prepare, url)
    async with open_database(url, size=4) as database:
        yield database, cipher


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except psycopg.Error as error:
        raise Sorry(refusal(error)) from error


def _progress() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=err(), transient=True)


def _proof(proof: Proof) -> Table:
    table = Table("store", "before", "erased", "left", box=box.SIMPLE_HEAD, pad_edge=False)
    for each in proof.stores:
        table.add_row(each.store, str(each.before), str(each.before - each.left), str(each.left))
    return table


def _searched(proof: Proof) -> Text:
    kept = (
        f"{proof.kept_actions} actions stay as money, under {proof.pseudonym or 'no name'}. "
        if proof.kept_actions
        else ""
    )
    looked = f"{proof.values} values of their own were looked for in {proof.searched} columns: "
    if not proof.found:
        return Text(f"{kept}{looked}none was found.")
    where = ", ".join(f"{table} ({count} rows)" for table, count in proof.found.items())
    return Text(f"{kept}{looked}still named in other people's data, in {where}.")
