"""The saver of the graph's checkpoints, which PostgreSQL gets to see encrypted."""

from pathlib import Path

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer

from records import checkpoints
from records.cipher import Cipher
from records.clock import Clock
from records.database import Database
from records.keys import kept_key

KEPT = "checkpoint.key"


def open_cipher(given: str, folder: Path) -> Cipher:
    """With the secrets of CHECKPOINT_KEYS, the first one to encrypt; else with a key that is made once and kept in
    `folder`, which can still be read with after keys are given. Raises KeysInvalid."""
    secrets, kept = list(checkpoints.secrets_of(given)), folder / KEPT
    if not secrets or kept.exists():
        secrets += [own for own in [kept_key(kept)] if own not in secrets]
    return Cipher(secrets)


async def open_saver(database: Database, cipher: Cipher, clock: Clock) -> AsyncPostgresSaver:
    """Raises KeyMissing when checkpoints are there that `cipher` cannot read."""
    async with database.transaction() as conn:
        await checkpoints.use(conn, cipher, now=clock.now())
    return saver_of(database, cipher)


def saver_of(database: Database, cipher: Cipher) -> AsyncPostgresSaver:
    """Old checkpoints that are not encrypted are read as they are, and encrypted when they are written again."""
    return AsyncPostgresSaver(database.pool, serde=EncryptedSerializer(cipher))
