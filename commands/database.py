"""The database, for the commands that open it without the service."""

import asyncio
import subprocess

import psycopg

from commands.screen import Sorry
from records.database import check_reachable
from records.embedded import ensure_database, start_postgres
from settings import Settings


async def check_database(settings: Settings) -> None:
    """Raises Sorry or DatabaseUnreachable when there is no database to be had. Starts the embedded one if it is needed."""
    if not settings.database_url:
        await asyncio.to_thread(_embedded, settings)
        return
    try:
        await check_reachable(settings.database_url)
    except psycopg.OperationalError as error:
        raise Sorry(refusal(error)) from error
    except psycopg.Error as error:
        raise Sorry(
            "DATABASE_URL is not the URL of a PostgreSQL database: postgresql://user@host:5432/name."
        ) from error


async def database_url(settings: Settings) -> str:
    """The URL of the service's database, made if need be. Raises as check_database does."""
    await check_database(settings)
    if settings.database_url:
        return settings.database_url
    return await asyncio.to_thread(ensure_database, _embedded(settings), "closeloop")


def _embedded(settings: Settings) -> str:
    folder = settings.var / "postgres"
    try:
        return str(start_postgres(folder).get_uri())
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise Sorry(
            f"The embedded PostgreSQL does not start in {folder} ({why}); its log is {folder}/log, and DATABASE_URL names another."
        ) from error


def refusal(error: psycopg.Error) -> str:
    """What the server said, in a line."""
    return f"The database refused: {str(error).splitlines()[0] if str(error) else type(error).__name__}."
