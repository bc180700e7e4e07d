"""`closeloop keys`: the keys of staff."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TypeVar

import psycopg
from rich.table import Table
from rich.text import Text

from commands.database import database_url, refusal
from commands.preflight import check_var
from commands.screen import Sorry, err, out
from commands.signing_keys import signing
from records import staff
from records.clock import SystemClock
from records.database import open_database
from records.sql import Connection
from records.staff import Member
from runs.startup import prepare
from settings import Settings

T = TypeVar("T")
COMMAND_LINE = "command line"
LONGEST_DAYS = 3650
_STYLES = {"valid": "green", "expired": "yellow", "revoked": "red", "left": "dim"}


def show(settings: Settings) -> None:
    """All of them, and the keys that sign tokens. No key itself is shown: only hashes are kept."""
    now = SystemClock().now()
    table = Table("Staff", "Name", "Roles", "Key", "Made", "Until", "Last used", box=None, header_style="bold")
    for member in _with(settings, staff.members):
        standing = member.standing(now)
        table.add_row(
            member.id,
            Text(member.name),
            ", ".join(member.roles),
            Text(standing, style=_STYLES[standing]),
            member.key_made_at.date().isoformat(),
            member.key_expires_at.date().isoformat() if member.key_expires_at else "no end",
            member.key_used_at.isoformat(sep=" ", timespec="minutes") if member.key_used_at else "never",
        )
    out().print(table)
    out().print()
    out().print(signing(settings))


def revoke(settings: Settings, member: str, *, leaves: bool) -> None:
    """Raises Sorry when there is none to revoke."""

    found = _with(settings, partial(_revoked, named=member, leaves=leaves))
    err().print(f"The key of {found.name} is revoked{'; they have left' if leaves else ''}.", markup=False)


def renew(settings: Settings, member: str, days: float) -> None:
    """Prints the new key alone."""
    found, key = _with(settings, partial(_renewed, named=member, life=life_of(days)))
    err().print(f"The old key of {found.name} has stopped. This one is shown once and kept nowhere:", markup=False)
    out().print(Text(key), soft_wrap=True)


def life_of(days: float) -> timedelta | None:
    """None for 0: no end. Raises Sorry."""
    if not 0 <= days <= LONGEST_DAYS:
        raise Sorry(f"--days must be 0, for no end, or at most {LONGEST_DAYS}.")
    return timedelta(days=days) or None


def _with(settings: Settings, work: Callable[[Connection], Awaitable[T]]) -> T:
    """What the work makes of the service's database, in a transaction."""
    check_var(settings)
    try:
        return asyncio.run(_worked(settings, work))
    except psycopg.Error as error:
        raise Sorry(refusal(error)) from error


async def _worked(settings: Settings, work: Callable[[Connection], Awaitable[T]]) -> T:
    async with _open(settings) as conn:
        return await work(conn)


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Connection]:
    url = await database_url(settings)
    await asyncio.to_thread(prepare, url)
    async with open_database(url, size=2) as database, database.transaction() as conn:
        yield conn


async def _revoked(conn: Connection, *, named: str, leaves: bool) -> Member:
    found = await _named(conn, named)
    if not await staff.revoke_key(conn, found.id, by=COMMAND_LINE, now=SystemClock().now(), leaves=leaves):
        raise Sorry(f"The key of {found.name} was revoked before.")
    return found


async def _renewed(conn: Connection, *, named: str, life: timedelta | None) -> tuple[Member, str]:
    found = await _named(conn, named)
    key = await staff.renew_key(conn, found.id, by=COMMAND_LINE, now=SystemClock().now(), life=life)
    if key is None:
        raise Sorry(f"{found.name} has left. To make somebody new: closeloop token staff NAME --role ROLE.")
    return found, key


async def _named(conn: Connection, beginning: str) -> Member:
    """The member whose id begins so. Raises Sorry unless there is exactly one."""
    found = [member for member in await staff.members(conn) if member.id.startswith(beginning)]
    if len(found) != 1:
        several = "More than one member of staff has an id that begins" if found else "No member of staff has an id"
        raise Sorry(f"{several} {'with' if found else 'like'} {beginning}; closeloop keys list shows them.")
    return found[0]
