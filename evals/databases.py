"""Databases that are there for as long as something is played."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from records.embedded import ensure_database
from records.ids import new_id


@contextmanager
def throwaway_database(server_url: str) -> Iterator[str]:
    """The URL of an empty database on this server, dropped at the end."""
    name = new_id("trial")
    try:
        yield ensure_database(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
