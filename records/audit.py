"""The audit log: who or which code decided what. Rows hold ids and digests, no personal text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from records import sql
from records.ids import ConversationId
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Entry:
    at: datetime
    actor: str
    action: str
    subject: str
    policy_version: str
    data: dict[str, Any]


async def write(
    conn: Connection,
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    conversation: ConversationId | None = None,
    policy_version: str = "",
    **data: Any,
) -> None:
    await sql.execute(
        conn,
        "add_audit",
        actor=actor,
        action=action,
        subject=subject,
        conversation=conversation,
        policy_version=policy_version,
        data=data,
        now=now,
    )


async def of_conversation(conn: Connection, conversation: ConversationId) -> list[Entry]:
    return await sql.fetch_all(conn, Entry, "audit_of_conversation", conversation=conversation)
