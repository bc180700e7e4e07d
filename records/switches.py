"""What the team sets while the service runs: the dial of each intent, and the kill switches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from records import audit, sql
from records.sql import Connection

KILL = "kill"
Autonomy = Literal["off", "suggest", "auto"]


async def dials(conn: Connection) -> dict[str, Autonomy]:
    """Overrides by intent; an intent without one follows its playbook."""
    return {row["intent"]: row["autonomy"] for row in await sql.fetch_rows(conn, "dials")}


async def set_dial(conn: Connection, intent: str, autonomy: Autonomy, *, reason: str, by: str, now: datetime) -> None:
    await sql.execute(conn, "set_dial", intent=intent, autonomy=autonomy, reason=reason, by=by, now=now)
    await audit.write(conn, actor=by, action="dial.set", subject=intent, now=now, autonomy=autonomy)


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A kill switch that was set: `kill` for everything, `kill:tool:…` or `kill:system:…` for a part."""

    name: str
    engaged: bool
    reason: str
    set_by: str
    set_at: datetime


def kill_name(tool: str = "", system: str = "") -> str:
    """The switch of one tool, of one business system, or, with neither, of everything."""
    if tool:
        return f"{KILL}:tool:{tool}"
    return f"{KILL}:system:{system}" if system else KILL


async def killed(conn: Connection, *, tool: str = "", system: str = "") -> bool:
    """Whether nothing is to be written: at all, by this tool, to this business system."""
    names = list({KILL, kill_name(tool=tool), kill_name(system=system)})
    row = await sql.fetch_row(conn, "any_engaged", names=names)
    return bool(row and row["engaged"])


async def kills(conn: Connection) -> list[Switch]:
    """Every kill switch that was ever set, the newest first."""
    return await sql.fetch_all(conn, Switch, "kills")


async def set_kill(
    conn: Connection, engaged: bool, *, reason: str, by: str, now: datetime, tool: str = "", system: str = ""
) -> None:
    name = kill_name(tool, system)
    await sql.execute(conn, "set_switch", name=name, engaged=engaged, reason=reason, by=by, now=now)
    await audit.write(conn, actor=by, action="kill.set", subject=name, now=now, engaged=engaged)
