"""Corrections: what a member of staff says a run should have done. They teach nothing by themselves."""

from dataclasses import dataclass
from datetime import datetime

from records import sql
from records.ids import ConversationId, RunId, StaffId, new_id
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Correction:
    """`place`: which of the run's requests, from 0; None: all that the customer said. `intent`: what it was, "none" for
    nobody's request here; `answer`: what should have been said; `article`: the one that told it wrong; `action`: the tool
    that should have been used, "none" for none at all. Each is "" where that was right."""

    id: str
    run_id: RunId
    conversation_id: ConversationId
    place: int | None
    intent: str
    answer: str
    article: str
    action: str
    why: str
    made_by: StaffId
    at: datetime


async def add(
    conn: Connection,
    run: RunId,
    conversation: ConversationId,
    *,
    place: int | None,
    intent: str,
    answer: str,
    article: str,
    action: str,
    why: str,
    by: StaffId,
    now: datetime,
) -> str:
    """Its id. The words are redacted by the caller."""
    correction = new_id("cor")
    said = {"intent": intent, "answer": answer, "article": article, "action": action, "why": why}
    values = {"run": run, "conversation": conversation, "place": place, "by": by, "now": now, **said}
    await sql.execute(conn, "add_correction", id=correction, **values)
    return correction


async def of_run(conn: Connection, run: RunId) -> list[Correction]:
    return await sql.fetch_all(conn, Correction, "corrections_of_run", run=run)
