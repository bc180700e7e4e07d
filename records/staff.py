"""Staff principals: people with roles, known by an API key of which only the hash is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from records import audit, sql
from records.ids import CustomerId, StaffId, new_id
from records.sql import Connection

KEY_LIFE = timedelta(days=180)


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A member of staff who has signed in. `customer_id`: who they are as a customer, if they are one: about
    themselves they do not decide."""

    id: StaffId
    name: str
    roles: list[str]
    customer_id: CustomerId | None = None


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member of staff and their key. `key_expires_at` None: never; `key_used_at`: to the minute, None before the first
    time. `active` False: they left."""

    id: StaffId
    name: str
    roles: list[str]
    active: bool
    key_made_at: datetime
    key_expires_at: datetime | None
    key_used_at: datetime | None
    key_revoked_at: datetime | None

    def standing(self, now: datetime) -> str:
        """`left`, `revoked`, `expired`, or `valid`."""
        if not self.active:
            return "left"
        if self.key_revoked_at is not None:
            return "revoked"
        return "expired" if self.key_expires_at is not None and self.key_expires_at <= now else "valid"


async def add(
    conn: Connection,
    name: str,
    roles: Sequence[str],
    *,
    now: datetime,
    life: timedelta | None = KEY_LIFE,
    customer: CustomerId | None = None,
) -> tuple[StaffId, str]:
    """A new member of staff; returns the id and the key, which is shown this once and expires after `life`."""
    staff, key = StaffId(new_id("stf")), _new_key()
    await sql.execute(
        conn,
        "add_staff",
        id=staff,
        name=name,
        roles=list(roles),
        key_hash=hash_key(key),
        now=now,
        expires=now + life if life else None,
        customer=customer,
    )
    return staff, key


async def by_key(conn: Connection, key: str, *, now: datetime) -> Principal | None:
    """Whose key this is, while it is valid; and notes that it was used."""
    found = await sql.fetch_one(conn, Principal, "staff_by_key", key_hash=hash_key(key), now=now)
    if found is not None:
        await sql.execute(conn, "note_key_used", id=found.id, now=now, before=now - timedelta(minutes=1))
    return found


async def by_id(conn: Connection, staff: str) -> Principal | None:
    return await sql.fetch_one(conn, Principal, "staff_by_id", id=staff)


async def members(conn: Connection) -> list[Member]:
    """Everybody who ever was, the oldest first."""
    return await sql.fetch_all(conn, Member, "all_staff")


async def renew_key(conn: Connection, staff: str, *, by: str, now: datetime, life: timedelta | None) -> str | None:
    """A new key in the place of the old one, which stops at once; None when there is no such member of staff."""
    key = _new_key()
    expires = now + life if life else None
    if not await sql.execute(conn, "renew_key", id=staff, key_hash=hash_key(key), now=now, expires=expires):
        return None
    await audit.write(conn, actor=by, action="key.renewed", subject=staff, now=now)
    return key


async def revoke_key(conn: Connection, staff: str, *, by: str, now: datetime, leaves: bool = False) -> bool:
    """The key stops at once; with `leaves` so does what they approved and what is not done yet. False when there is no
    such member of staff, or nothing to revoke."""
    if not await sql.execute(conn, "revoke_key", id=staff, now=now, leaves=leaves):
        return False
    await audit.write(conn, actor=by, action="staff.left" if leaves else "key.revoked", subject=staff, now=now)
    return True


def hash_key(key: str) -> str:
    """The key holds 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(key.encode()).hexdigest()


def _new_key() -> str:
    return f"clk_{secrets.token_urlsafe(32)}"
