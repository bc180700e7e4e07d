"""What an erasure needs of the database itself: that nobody is at work meanwhile, and a search of every column."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import psycopg
from psycopg import sql as compose

from records import sql
from records.database import Database
from records.errors import Conflict
from records.ids import ConversationId
from records.sql import Connection

LOCK_TIMEOUT = "55P03"


class StillWorking(Conflict):
    """A conversation of this customer is being worked on just now. Nothing was erased; try again in a moment."""

    slug = "still-working"


async def search(conn: Connection, columns: Sequence[Mapping[str, str]], values: Sequence[str]) -> dict[str, int]:
    """Tables in which one of the values stands in any of the columns, whatever its case, with how many rows."""
    found = {}
    for table in dict.fromkeys(row["table"] for row in columns if values):
        texts = [
            compose.SQL("{}::text").format(compose.Identifier(row["column"]))
            for row in columns
            if row["table"] == table and row["kind"] != "bytea"
        ]
        if texts:
            query = compose.SQL(
                "SELECT count(*) FROM {} WHERE EXISTS (SELECT FROM unnest(%s::text[]) AS told (value)"
                " WHERE position(value IN lower(concat_ws(' ', {}))) > 0)"
            ).format(compose.Identifier(table), compose.SQL(", ").join(texts))
            row = await (await conn.execute(query, [[value.lower() for value in values]])).fetchone()
            if row and row[0]:
                found[table] = int(row[0])
    return found


@asynccontextmanager
async def undriven(database: Database, conversations: Sequence[ConversationId], patience: float) -> AsyncIterator[None]:
    """While the body runs no driver is at any of these conversations. Raises StillWorking."""
    lock = await database.standalone()
    try:
        await lock.execute(compose.SQL("SET lock_timeout = {}").format(f"{int(patience * 1000)}ms"))
        for conversation in conversations:
            await sql.execute(lock, "lock_conversation", conversation=conversation)
        yield
    except psycopg.OperationalError as error:
        if error.sqlstate == LOCK_TIMEOUT:
            raise StillWorking from error
        raise
    finally:
        await lock.close()
