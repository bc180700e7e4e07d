"""Runs that could not go on, and the runs that took over from them: what is moved, so that nothing is decided or done twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from records import actions, sql
from records.ids import LedgerKey, RunId, new_id
from records.ledger import Entry
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What a run left in PostgreSQL. `answered`: its last words to the customer were said; `handed_over`: a person has
    it; `action`: the one whose outcome is open; `before`: how many runs before it could not go on either."""

    answered: bool
    handed_over: bool
    action: Entry | None
    before: int


async def unfinished(conn: Connection) -> list[RunId]:
    """Of those that our drivers drive, the oldest first."""
    return [RunId(row["id"]) for row in await sql.fetch_rows(conn, "unfinished_runs")]


async def forget_cut_short(conn: Connection, run: RunId) -> int:
    """Drops what is kept of steps that failed or were cancelled, so that they begin anew; how many pieces there were.
    LangGraph keeps what such a step had written so far, and would go on as if that had been all of it."""
    return await sql.execute(conn, "forget_cut_short", run=run)


async def checkpoint_format(conn: Connection, run: RunId) -> str | None:
    """The format of the run's newest checkpoint, as LangGraph counts them; None when it has none."""
    row = await sql.fetch_row(conn, "checkpoint_format", thread=run)
    return str(row["format"]) if row else None


async def traces(conn: Connection, run: RunId) -> Traces:
    said = [row["part"] for row in await sql.fetch_rows(conn, "said_by_run", run=run)]
    before = await sql.fetch_row(conn, "reopened_before", run=run)
    return Traces(
        answered=any(part == "reply" or part.startswith("reply:") for part in said),
        handed_over=await sql.fetch_row(conn, "handed_over_by_run", run=run) is not None,
        action=await sql.fetch_one(conn, Entry, "open_action_of_run", run=run),
        before=int(before["times"]) if before else 0,
    )


async def take_over(
    conn: Connection, old: RunId, *, given: dict[str, Any], requests: list[Any], now: datetime
) -> RunId:
    """A new run to which everything of the old one belongs from now on: the customer's words, proposals, cards with their
    decisions, actions. The old one must be finished by the caller."""
    run = RunId(new_id("run"))
    moved = {"from": old, "to": run}
    await sql.execute(conn, "add_reopened_run", id=run, given=given, requests=Jsonb(requests), now=now, **{"from": old})
    for what in ("move_messages", "move_proposals", "move_cards", "move_joins"):
        await sql.execute(conn, what, **moved)
    for row in await sql.fetch_rows(conn, "move_actions", **moved):
        await actions.note(conn, LedgerKey(row["key"]), "moved", actor="agent", data=moved, now=now)
    return run


async def last_attempt(conn: Connection, run: RunId, *, attempts: int) -> None:
    """The run is handed over to a person when it is taken up next."""
    await sql.execute(conn, "last_attempt", run=run, attempts=attempts)


async def ask(conn: Connection, run: RunId, why: str) -> bool:
    """The driver that finds this lets another run take over; False when the run is finished."""
    return await sql.fetch_row(conn, "ask_to_reopen", run=run, why=why) is not None


async def successor(conn: Connection, run: RunId) -> RunId | None:
    """The run that took over from this one."""
    row = await sql.fetch_row(conn, "reopened_as", run=run)
    return RunId(row["id"]) if row else None
