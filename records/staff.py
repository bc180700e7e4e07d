"""Staff principals: people with roles, known by an API key of which only the hash is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from records import sql
from records.ids import StaffId, new_id
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A member of staff who has signed in."""

    id: StaffId
    name: str
    roles: list[str]


async def add(conn: Connection, name: str, roles: Sequence[str], *, now: datetime) -> tuple[StaffId, str]:
    """A new member of staff; returns the id and the key, which is shown this once."""
    staff = StaffId(new_id("stf"))
    key = f"clk_{secrets.token_urlsafe(32)}"
    await sql.execute(conn, "add_staff", id=staff, name=name, roles=list(roles), key_hash=hash_key(key), now=now)
    return staff, key


async def by_key(conn: Connection, key: str) -> Principal | None:
    return await sql.fetch_one(conn, Principal, "staff_by_key", key_hash=hash_key(key))


def hash_key(key: str) -> str:
    """The key holds 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(key.encode()).hexdigest()


async def by_id(conn: Connection, staff: str) -> Principal | None:
    return await sql.fetch_one(conn, Principal, "staff_by_id", id=staff)
