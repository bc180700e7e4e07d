"""The start-up step: our migrations, the saver's tables and the job queue's, applied by one process at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from procrastinate.schema import SchemaManager
from psycopg.rows import DictRow, dict_row

from records.migrate import STARTUP_LOCK, migrate


def prepare(url: str) -> None:
    """Blocks until the database has everything. A second process waits for the first, then finds nothing to do."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row, prepare_threshold=None) as conn, _alone(conn):
        migrate(url)
        PostgresSaver(cast(Any, conn)).setup()
        _job_tables(conn)


@contextmanager
def _alone(conn: psycopg.Connection[DictRow]) -> Iterator[None]:
    """Tries again instead of waiting in the server: a waiting query would hold up the saver's concurrent indexes."""
    while not _taken(conn):
        time.sleep(0.05)
    try:
        yield
    finally:
        conn.execute("SELECT pg_advisory_unlock(%s)", [STARTUP_LOCK])


def _taken(conn: psycopg.Connection[DictRow]) -> bool:
    row = conn.execute("SELECT pg_try_advisory_lock(%s) AS taken", [STARTUP_LOCK]).fetchone()
    return bool(row and row["taken"])


def _job_tables(conn: psycopg.Connection[DictRow]) -> None:
    """procrastinate's own step raises the second time, so it is asked for only once."""
    row = conn.execute("SELECT to_regclass('procrastinate_jobs') AS found").fetchone()
    if row and row["found"] is None:
        with conn.transaction():
            conn.execute(SchemaManager.get_schema())
