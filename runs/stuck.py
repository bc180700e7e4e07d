"""Runs that cannot be resumed: what their checkpoint says and what PostgreSQL says do not fit together, or it cannot be read.

| why              | how it comes about                                                                        |
|------------------|-------------------------------------------------------------------------------------------|
| unreadable       | a row of the checkpoint is damaged, or was written with code that is gone                 |
| other_format     | it was written by a LangGraph that counts its formats otherwise                           |
| lost_step        | its next node does not exist in this version: to LangGraph the thread looks finished      |
| lost_interrupt   | a card waits, or was decided and not acted on, but the thread does not wait for it        |
| lost_card        | the thread waits, but there is no card that anybody could decide                          |
"""

from dataclasses import dataclass
from typing import Any, Literal

import psycopg
import structlog
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import StateSnapshot

from graph.nodes.request_approval import seen
from graph.routes import after_human_approval
from records import actions, approvals, reopening, runs
from records.approvals import Approval
from records.database import Database
from records.errors import CloseloopError
from records.runs import Run

Graph = CompiledStateGraph[Any, Any, Any, Any]
Why = Literal["", "unreadable", "other_format", "lost_step", "lost_interrupt", "lost_card"]
FORMATS = ("1", "2", "3", "4")
"""LangGraph's own, which this version reads."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Examined:
    """`why` is empty when the run can go on; only then there is a snapshot for sure."""

    run: Run
    why: Why
    snapshot: StateSnapshot | None


async def examine(graph: Graph, database: Database, run: Run) -> Examined:
    """Whether the run can be resumed."""
    snapshot = await readable(graph, run)
    if snapshot is None:
        return Examined(run=run, why="unreadable", snapshot=None)
    if snapshot.created_at is None:
        return Examined(run=run, why="", snapshot=snapshot)
    async with database.transaction() as conn:
        card = await approvals.newest_of_run(conn, run.id)
        known = await reopening.checkpoint_format(conn, run.id) in FORMATS
    return Examined(run=run, why=_why(snapshot, card) if known else "other_format", snapshot=snapshot)


async def readable(graph: Graph, run: Run) -> StateSnapshot | None:
    """What the run's thread holds; None when it cannot be read. A database that is away is an error, not a reason."""
    try:
        return await graph.aget_state({"configurable": {"thread_id": run.id}})
    except (psycopg.Error, CloseloopError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a damaged row makes the reader raise
        await log.awarning("run.unreadable", run=run.id, error=type(error).__name__)
        return None


def _why(snapshot: StateSnapshot, card: Approval | None) -> Why:
    if snapshot.interrupts:
        return "" if card is not None else "lost_card"
    if snapshot.tasks:  # also a step whose writes are kept and whose checkpoint is not: `next` does not name it
        return ""
    outcome = snapshot.values.get("outcome")
    if not outcome:
        return "lost_step"
    open_ended = outcome == "awaiting_approval" and card is not None and _leads_on(card)
    return "lost_interrupt" if open_ended or (card is not None and card.status == "pending") else ""


def _leads_on(card: Approval) -> bool:
    """Whether anything follows from the card as it is."""
    return card.status == "pending" or after_human_approval({"approval": seen(card, card.request)}) != "__end__"


async def find(graph: Graph, database: Database) -> list[Examined]:
    """Every unfinished run that cannot be resumed, and that nobody is driving just now."""
    async with database.transaction() as conn:
        unfinished = await reopening.unfinished(conn)
    found = []
    for each in unfinished:
        async with database.transaction() as conn:
            run = await runs.get(conn, each)
            if run.status == "finished" or not await actions.hold_conversation(conn, run.conversation_id):
                continue
            examined = await examine(graph, database, run)
        if examined.why:
            found.append(examined)
    return found
