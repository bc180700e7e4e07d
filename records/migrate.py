"""Brings a database to the newest schema, with Alembic. Safe to call from several processes at once."""

from importlib import resources

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

# One number for everybody who changes the schema: the second waits for the first.
STARTUP_LOCK = 7_406_120_861


def migrate(url: str) -> None:
    """Applies what is missing. The caller holds the start-up lock."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("records").joinpath("migrations")))
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
