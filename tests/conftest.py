"""Fixtures for all tests: a real PostgreSQL, the embedded one or DATABASE_URL's, and fresh databases in it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from records.embedded import ensure_database, start_postgres
from records.ids import new_id
from tests.demo_fixtures import demo, demo_url, hasty_systems, systems

__all__ = ["demo", "demo_url", "hasty_systems", "systems"]


class Databases:
    """Makes databases and drops them."""

    def __init__(self, server_url: str) -> None:
        self.server_url = server_url
        self.names: list[str] = []

    def __call__(self) -> str:
        self.names.append(new_id("test"))
        return ensure_database(self.server_url, self.names[-1])

    def drop(self) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as conn:
            for name in self.names:
                conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The server, as one who may create databases. The embedded one of the tests need not survive a power cut."""
    folder = Path(__file__).parents[1] / "var" / "test-postgres"
    given = os.environ.get("DATABASE_URL")
    return given or _hurried(str(start_postgres(folder).get_uri()))


def _hurried(server_url: str) -> str:
    with psycopg.connect(server_url, autocommit=True) as conn:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            conn.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        conn.execute("SELECT pg_reload_conf()")
    return server_url


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> Iterator[Callable[[], str]]:
    """A factory: each call makes an empty database and returns its URL; they are dropped at the end."""
    databases = Databases(postgres_url)
    yield databases
    databases.drop()


LONGEST = (
    "evals_cases", "hostile_reasoner", "company_folder", "cli_service", "learning_examples", "studio", "learning_privacy",
    "scripted_models", "model_failures", "openapi", "kill_matrix", "wiring", "extending", "docs", "policy_steps",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest begin first, so that no core waits for them at the end."""
    items.sort(key=lambda item: item.path.stem.removeprefix("test_") not in LONGEST)
