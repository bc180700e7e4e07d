"""By whom a conversation may still be reached, and how fresh the sign-in is behind what a customer asks for."""

from datetime import datetime, timedelta

from records import audit, sql
from records.ids import ConversationId, RunId
from records.sql import Connection


async def sign_in_age(conn: Connection, run: RunId) -> timedelta | None:
    """How long before they wrote what the run answers the customer had signed in: as it was then, however long a person
    takes to decide about it. None when that is not known."""
    row = await sql.fetch_row(conn, "sign_in_age_of_run", run=run)
    return row["age"] if row else None


async def token_generation(conn: Connection, conversation: ConversationId) -> int:
    """Tokens that carry another number are revoked."""
    row = await sql.fetch_row(conn, "token_generation", conversation=conversation)
    return int(row["token_generation"]) if row else 0


async def revoke_tokens(conn: Connection, conversation: ConversationId, *, by: str, now: datetime) -> None:
    """From here on none of the tokens that were given out for this conversation opens it any more."""
    await sql.execute(conn, "revoke_tokens", conversation=conversation)
    await audit.write(conn, actor=by, action="tokens.revoked", subject=conversation, conversation=conversation, now=now)
