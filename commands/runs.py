"""`closeloop runs`: the runs that cannot go on, found in the database, and taken over by the service's next look at them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import typer
from rich.table import Table

from commands.card import moment
from commands.database import database_url
from commands.preflight import check_var
from commands.screen import Sorry, out
from components import make_cipher
from graph.build import build
from records import audit, reopening, runs
from records.clock import SystemClock
from records.database import Database, open_database
from records.errors import NotFound
from records.ids import RunId
from runs.driver import Graph
from runs.saver import saver_of
from runs.startup import prepare
from runs.stuck import Examined, examine, find
from settings import Settings

PATIENCE = 10.0
"""Seconds that a running service gets to take the run up."""
SAYS = {
    "unreadable": "its checkpoint cannot be read",
    "other_format": "its checkpoint is of another format",
    "lost_step": "its next step does not exist",
    "lost_interrupt": "it does not wait for the card that there is",
    "lost_card": "it waits for a card that there is not",
}


def stuck(settings: Settings) -> None:
    """Prints them. Exit code 1 when there are any."""
    found = asyncio.run(_stuck(settings))
    if not found:
        out().print("Every run can go on.")
        return
    table = Table("run", "since", "stands", "why", box=None, header_style="bold")
    for each in found:
        table.add_row(each.run.id, moment(each.run.started_at.isoformat()), each.run.status, SAYS[each.why])
    out().print(table)
    out().print("The service takes them over when it starts; or now: closeloop runs reopen RUN", style="dim")
    raise typer.Exit(1)


def reopen_run(settings: Settings, run: str, *, force: bool) -> None:
    """Asks for it, and waits for a running service to do it. Raises Sorry when there is nothing to take over."""
    new = asyncio.run(_reopened(settings, RunId(run), force=force))
    if new is None:
        out().print(f"{run} is taken over as soon as the service runs.", style="yellow")
    else:
        out().print(f"{run} is over; {new} goes on from there.", style="green")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Database, Graph]]:
    check_var(settings)
    url = await database_url(settings)
    await asyncio.to_thread(prepare, url)
    async with open_database(url, size=3) as database:
        yield database, build(_none).compile(saver_of(database, make_cipher(settings)))


def _none() -> NoReturn:
    raise Sorry("Runs are only looked at here.")


async def _stuck(settings: Settings) -> list[Examined]:
    async with _opened(settings) as (database, graph):
        return await find(graph, database)


async def _reopened(settings: Settings, run_id: RunId, *, force: bool) -> RunId | None:
    async with _opened(settings) as (database, graph):
        why = await _why(database, graph, run_id)
        if not why and not force:
            raise Sorry(f"{run_id} can go on. To let another run take over all the same: --force.")
        async with database.transaction() as conn:
            run = await runs.get(conn, run_id)
            if not await reopening.ask(conn, run_id, why or "asked"):
                raise Sorry(f"{run_id} is finished; there is nothing to take over.")
            now = SystemClock().now()
            about = run.conversation_id
            await audit.write(
                conn, actor="command", action="run.reopen_asked", subject=run_id, conversation=about, now=now
            )
        return await _successor(database, run_id)


async def _why(database: Database, graph: Graph, run_id: RunId) -> str:
    try:
        async with database.transaction() as conn:
            run = await runs.get(conn, run_id)
    except NotFound as error:
        raise Sorry(f"There is no run {run_id}.") from error
    if run.status == "finished":
        raise Sorry(f"{run_id} is finished; there is nothing to take over.")
    return (await examine(graph, database, run)).why


async def _successor(database: Database, run_id: RunId) -> RunId | None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        async with database.transaction() as conn:
            found = await reopening.successor(conn, run_id)
        if found is not None:
            return found
        await asyncio.sleep(0.2)
    return None
