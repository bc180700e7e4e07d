"""Closing over silence: a conversation whose customer does not write any more is closed, never resolved. Their next message
opens it again, and that is counted."""

from datetime import datetime

from records import audit, events, sql
from records.ids import ConversationId
from records.sql import Connection


async def close_silent(conn: Connection, *, before: datetime, now: datetime) -> list[ConversationId]:
    """Closes up to 100 conversations that wait for their customer since `before`. Twice at once closes each once."""
    closed = [ConversationId(row["id"]) for row in await sql.fetch_rows(conn, "close_silent", before=before, now=now)]
    for conversation in closed:
        await events.append(conn, conversation, None, [("closed", {"status": "closed_unconfirmed"})], now=now)
        await audit.write(
            conn, actor="clock", action="conversation.closed", subject=conversation, conversation=conversation, now=now
        )
    return closed


async def reopen(conn: Connection, conversation: ConversationId, *, now: datetime) -> bool:
    """Counts it, where the customer writes in a conversation that was closed over their silence; False in any other."""
    row = await sql.fetch_row(conn, "reopen_closed", id=conversation)
    if row is None:
        return False
    await events.append(conn, conversation, None, [("reopened", {"times": row["reopened"]})], now=now)
    await audit.write(
        conn, actor="customer", action="conversation.reopened", subject=conversation, conversation=conversation, now=now
    )
    return True
