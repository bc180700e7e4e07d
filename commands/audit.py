"""`closeloop audit`: check the log, show it, take it out."""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from commands.database import database_url
from commands.preflight import check_var
from commands.screen import Sorry, err, out
from components import make_sealer
from records import audit, seals
from records.chain import Break, Checker, Link
from records.clock import SystemClock
from records.database import open_database
from records.ids import ConversationId
from records.seals import Seal
from records.sql import Connection
from runs.sealing import FILE, Sealer, read_seals
from runs.startup import prepare
from settings import Settings

MOST_SHOWN = 20


@dataclass
class Report:
    """What a check found. `old`: rows from before there were chains."""

    rows: int = 0
    chains: int = 0
    old: int = 0
    seals: int = 0
    breaks: list[Break] = field(default_factory=list)
    seal_problems: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.breaks and not self.seal_problems


def verify(settings: Settings, file: Path | None) -> None:
    """Prints what was checked. Raises Sorry when anything was changed."""
    filed = _filed(settings, file)
    report = asyncio.run(_verified(settings, filed))
    for each in report.breaks[:MOST_SHOWN]:
        row = f" (row {each.position})" if each.position else ""
        err().print(Text(f"  {each.chain}{row}: {each.what}"), soft_wrap=True)
    for problem in report.seal_problems[:MOST_SHOWN]:
        err().print(Text(f"  {problem}"), soft_wrap=True)
    old = f" {report.old} rows are older than the chains and cannot be checked." if report.old else ""
    told = f"{report.rows} rows in {report.chains} chains, {report.seals} seals.{old}"
    if not report.whole:
        raise Sorry(f"The audit log is not as it was written: {told}")
    out().print(f"The audit log is whole: {told}")


def export(settings: Settings, conversation: str | None) -> None:
    """JSON Lines, one row each, with its hash."""
    asyncio.run(_export(settings, conversation))


def show(settings: Settings, conversation: str) -> None:
    """A conversation's decisions as a table. Raises Sorry when there are none."""
    rows = asyncio.run(_rows(settings, conversation))
    if not rows:
        raise Sorry(f"Nothing is written about {conversation}.")
    table = Table("when", "who", "what", "about", "", box=None, header_style="bold")
    for row in rows:
        more = ", ".join(f"{name} {_short(value)}" for name, value in row.data.items())
        when = row.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(when, row.actor, row.action.replace(".", " "), row.subject, more)
    out().print(table)


def seal(settings: Settings) -> None:
    """Seals now, and not only in the next few minutes."""
    asyncio.run(_seal(settings))


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text[:12] + "…" if len(text) == 64 and text.isalnum() else text


def _filed(settings: Settings, file: Path | None) -> list[Seal]:
    path = file or settings.var / FILE
    if file is not None and not file.exists():
        raise Sorry(f"There is no file {file}.")
    try:
        return read_seals(path)
    except (OSError, ValueError) as error:
        raise Sorry(f"{path} cannot be read: {error}") from error


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Connection, Sealer]]:
    check_var(settings)
    url = await database_url(settings)
    await asyncio.to_thread(prepare, url)
    async with open_database(url, size=2) as database, database.transaction() as conn:
        yield conn, make_sealer(settings, database, SystemClock())


async def _verified(settings: Settings, filed: Sequence[Seal]) -> Report:
    async with _opened(settings) as (conn, sealer):
        kept = await seals.every(conn)
        report = Report(seals=len(kept))
        report.seal_problems = [*seals.wrong(kept, sealer.key), *seals.differing(kept, filed)]
        await _check(conn, kept, report)
    return report


async def _check(conn: Connection, kept: Sequence[Seal], report: Report) -> None:
    wanted = defaultdict(set)
    for end in (end for seal in kept for end in seal.ends()):
        wanted[end.chain].add(end.length)
    checker, heads = Checker(), await audit.heads(conn)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True) as progress:
        bar = progress.add_task("checking", total=await audit.length(conn))
        async for row in audit.links(conn):
            broken = checker.broken(row, wanted.get(row.chain or "", ()))
            report.breaks += [broken] if broken else []
            report.rows, report.old = report.rows + 1, report.old + (row.hash is None)
            progress.advance(bar)
    report.chains = len(heads)
    report.breaks += [*checker.cut(heads), *(each for seal in kept for each in checker.forged(seal.ends()))]


async def _export(settings: Settings, conversation: str | None) -> None:
    async with _opened(settings) as (conn, _):
        which = ConversationId(conversation) if conversation else None
        async for row in audit.links(conn, conversation=which):
            line = {**vars(row), "at": row.at.astimezone(UTC).isoformat()}
            sys.stdout.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


async def _rows(settings: Settings, conversation: str) -> list[Link]:
    async with _opened(settings) as (conn, _):
        return [row async for row in audit.links(conn, conversation=ConversationId(conversation))]


async def _seal(settings: Settings) -> None:
    async with _opened(settings) as (_, sealer):
        await sealer.seal()
    out().print(f"Sealed; the seals are also in {sealer.file}.")
