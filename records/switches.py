"""What the team sets while the service runs: the dial of each intent, and the kill switch."""

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


async def killed(conn: Connection) -> bool:
    """Whether the kill switch is on: nothing is written to any business system."""
    row = await sql.fetch_row(conn, "switch_engaged", name=KILL)
    return bool(row and row["engaged"])


async def set_kill(conn: Connection, engaged: bool, *, reason: str, by: str, now: datetime) -> None:
    await sql.execute(conn, "set_switch", name=KILL, engaged=engaged, reason=reason, by=by, now=now)
    await audit.write(conn, actor=by, action="kill.set", subject=KILL, now=now, engaged=engaged)
