"""Staff signed in with a browser: a session stands in for a key, and ends with it or before."""

import hashlib
import secrets
from datetime import datetime, timedelta

from records import audit, sql, staff
from records.sql import Connection
from records.staff import Principal

LIFE = timedelta(hours=12)
"""A working day: whoever comes back the next morning signs in again."""


async def begin(conn: Connection, key: str, *, now: datetime) -> str | None:
    """Signs in with a staff key; what the cookie holds, of which only a hash is kept. None for a key that is not valid."""
    found = await staff.by_key(conn, key, now=now)
    if found is None:
        return None
    token = secrets.token_urlsafe(32)
    await sql.execute(conn, "forget_sessions", now=now)
    await sql.execute(
        conn,
        "begin_session",
        hash=_hash(token),
        staff=found.id,
        key_hash=staff.hash_key(key),
        now=now,
        expires=now + LIFE,
    )
    await audit.write(conn, actor=found.id, action="staff.signed_in", subject=found.id, now=now)
    return token


async def holder(conn: Connection, token: str, *, now: datetime) -> Principal | None:
    """Whose session this is: nobody's once it or its key is over, or they have left."""
    return await sql.fetch_one(conn, Principal, "session_holder", hash=_hash(token), now=now)


async def end(conn: Connection, token: str) -> None:
    """Signs out."""
    await sql.execute(conn, "end_session", hash=_hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
