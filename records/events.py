"""The event log of a conversation: append-only, numbered without gaps, the source of every stream."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from records import sql
from records.ids import ConversationId, RunId
from records.sql import Connection

CHANNEL = "closeloop_events"


@dataclass(frozen=True, kw_only=True)
class Event:
    """`type`: step, delta, message, receipt, approval, handoff, decision, gap, finished, … with its `data`."""

    seq: int
    run_id: RunId | None
    type: str
    data: dict[str, Any]
    at: datetime


New = tuple[str, dict[str, Any]]
_SENTENCE = re.compile(r".+?(?:[.!?]\s+|\n+|$)", re.DOTALL)


def deltas(text: str, *, attempt: int) -> list[New]:
    """A text as it is streamed: sentence by sentence, so that a screen can begin to show it. `attempt`: the run's."""
    return [("delta", {"text": part, "attempt": attempt}) for part in _SENTENCE.findall(text)]


async def close_attempt(conn: Connection, conversation: ConversationId, *, now: datetime) -> None:
    """Whoever was shown an answer that never became a message is told that it is void: who wrote it is gone."""
    row = await sql.fetch_row(conn, "unfinished_answer", conversation=conversation)
    if row is not None:
        void: New = ("reset", {"attempt": row["attempt"]})
        await append(conn, conversation, row["run_id"], [void], now=now)


async def append(
    conn: Connection, conversation: ConversationId, run: RunId | None, events: Sequence[New], *, now: datetime
) -> int:
    """Adds events in order and announces them when the transaction commits. Returns the last number."""
    if not events:
        return 0
    types, data = [kind for kind, _ in events], [Jsonb(shown) for _, shown in events]
    row = await sql.fetch_row(conn, "add_events", conversation=conversation, run=run, types=types, data=data, now=now)
    return int(row["last_seq"]) if row else 0


async def after(conn: Connection, conversation: ConversationId, seq: int, *, limit: int = 500) -> list[Event]:
    return await sql.fetch_all(conn, Event, "events_after", conversation=conversation, after=seq, limit=limit)
