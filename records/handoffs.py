"""Handoffs: what a person gets when a conversation is escalated."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from records import sql
from records.ids import ConversationId, HandoffId, RunId, StaffId
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Handoff:
    id: HandoffId
    conversation_id: ConversationId
    run_id: RunId
    reason: str
    queue: str
    skill: str
    priority: str
    due_at: datetime
    package: dict[str, Any]
    created_at: datetime
    taken_by: StaffId | None
    taken_at: datetime | None


async def file(conn: Connection, *, now: datetime, **fields: Any) -> bool:
    """Files the handoff of a run, once; False when it was filed before."""
    return await sql.execute(conn, "add_handoff", now=now, **fields) == 1


async def of_conversation(conn: Connection, conversation: ConversationId) -> list[Handoff]:
    return await sql.fetch_all(conn, Handoff, "handoffs_of_conversation", conversation=conversation)


async def take(conn: Connection, conversation: ConversationId, staff: StaffId, *, now: datetime) -> None:
    await sql.execute(conn, "take_handoffs", conversation=conversation, staff=staff, now=now)
