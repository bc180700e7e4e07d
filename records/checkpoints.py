"""What LangGraph's saver keeps, seen from the key it is encrypted with: which keys are in use, and bringing all of it
under one key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from records import sql
from records.cipher import Cipher, KeyMissing
from records.sql import Connection

BATCH = 200
KINDS = (
    ("blobs_under_other_keys", "encrypt_blob"),
    ("writes_under_other_keys", "encrypt_write"),
    ("prompts_under_other_keys", "encrypt_prompt"),
)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many values are under another key than the current one; `lost` of them under keys that are not given."""

    values: int
    lost: int
    missing: tuple[str, ...]


async def use(conn: Connection, cipher: Cipher, *, now: datetime) -> None:
    """Notes the key that will encrypt from now on. Raises KeyMissing when something that is kept needs another key that
    `cipher` does not have."""
    for row in await sql.fetch_rows(conn, "checkpoint_keys"):
        if row["name"] not in cipher.names and await _in_use(conn, row["name"]):
            raise KeyMissing(
                f"Checkpoints in the database were encrypted with the key {row['name']}, which is not here: add it to"
                " CHECKPOINT_KEYS, or bring back checkpoint.key in VAR. If it is lost: closeloop checkpoints rotate"
                " --drop-lost."
            )
    await sql.execute(conn, "note_checkpoint_key", name=cipher.current, now=now)


async def waiting(conn: Connection, cipher: Cipher) -> Waiting:
    """What `rotate` would find."""
    rows = await sql.fetch_rows(conn, "checkpoints_under_other_keys", name=cipher.current)
    lost = [row for row in rows if row["name"] and row["name"] not in cipher.names]
    return Waiting(
        values=sum(row["values"] for row in rows),
        lost=sum(row["values"] for row in lost),
        missing=tuple(row["name"] for row in lost),
    )


async def rotate_some(conn: Connection, cipher: Cipher) -> int:
    """Encrypts up to BATCH values of each kind with the current key; returns how many, 0 when all that can be read is
    done. The service may be running: what it writes meanwhile is under its own current key."""
    readable = ["", *cipher.names]
    done = 0
    for find, write in KINDS:
        rows = await sql.fetch_rows(conn, find, name=cipher.current, readable=readable, limit=BATCH)
        for row in rows:
            await sql.execute(conn, write, **_encrypted(cipher, row))
        done += len(rows)
    return done


async def drop_lost(conn: Connection, key: str) -> int:
    """Deletes the threads that only a lost key could read, and what was sent to a model; returns how many checkpoints.
    Their runs begin again."""
    await sql.execute(conn, "drop_unreadable_prompts", name=key)
    return len(await sql.fetch_rows(conn, "drop_unreadable_checkpoints", name=key))


async def forget_unused(conn: Connection, cipher: Cipher) -> list[str]:
    """Keys that nothing is encrypted with any more are not asked for at the next start; returns their names."""
    gone = [name for name in await _other_keys(conn, cipher) if not await _in_use(conn, name)]
    for name in gone:
        await sql.execute(conn, "forget_checkpoint_key", name=name)
    return gone


async def _other_keys(conn: Connection, cipher: Cipher) -> list[str]:
    return [row["name"] for row in await sql.fetch_rows(conn, "checkpoint_keys") if row["name"] != cipher.current]


async def _in_use(conn: Connection, name: str) -> bool:
    row = await sql.fetch_row(conn, "checkpoint_key_in_use", name=name)
    return bool(row and row["used"])


def _encrypted(cipher: Cipher, row: dict[str, Any]) -> dict[str, Any]:
    kind, _, key = row["type"].partition("+")
    plain = cipher.decrypt(key, bytes(row["blob"])) if key else bytes(row["blob"])
    name, blob = cipher.encrypt(plain)
    return {**row, "to": f"{kind}+{name}", "blob": blob}


def secrets_of(given: str) -> Iterator[str]:
    """The secrets of a setting, written with commas between them."""
    return (secret for part in given.split(",") if (secret := part.strip()))
