"""Listening for what other processes announce: the channel on which new events are told."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import structlog
from psycopg import sql

from records.database import Database
from records.sql import Connection

log = structlog.get_logger()


async def announcements(database: Database, channel: str, *, pause: float = 1.0) -> AsyncIterator[str | None]:
    """The payloads announced on a channel, for ever. None each time listening begins, the first time and after a lost
    connection: whatever was announced in between is gone. `pause`: seconds between attempts to connect."""
    while True:
        try:
            connection = await database.standalone()
        except psycopg.OperationalError as error:
            log.warning("listening.refused", channel=channel, error=str(error))
            await asyncio.sleep(pause)
            continue
        try:
            async for payload in _listen(connection, channel):
                yield payload
        except psycopg.OperationalError as error:
            log.warning("listening.lost", channel=channel, error=str(error))
            await asyncio.sleep(pause)
        finally:
            await connection.close()


async def _listen(connection: Connection, channel: str) -> AsyncIterator[str | None]:
    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    yield None
    async for notice in connection.notifies():
        yield notice.payload
