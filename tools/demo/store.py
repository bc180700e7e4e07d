"""The demo company's SQL: its records, and the journal of what was really done to them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any, LiteralString

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from records.sql import Connection

Json = dict[str, Any]

_SCHEMA_LOCK = 7_406_120_862
_PREFIXES = {
    "refund": "re",
    "cancellation": "ca",
    "proration": "pr",
    "resumption": "rs",
    "plan_revert": "pv",
    "plan_change": "pc",
    "extension": "ex",
    "credit": "cr",
    "credit_void": "cv",
    "address_change": "ac",
    "replacement": "rp",
    "split": "sp",
    "order_cancellation": "oc",
    "deletion": "del",
    "password_reset": "pwd",
    "mfa_reset": "mfa",
    "seat_reset": "seat",
    "seat_removal": "seat",
    "call_cancellation": "call",
    "call_move": "call",
    "bug": "bug",
    "bug_link": "bug",
}


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record of `kind` as its system keeps it. `customer` is its owner, "" for one that nobody owns."""

    kind: str
    id: str
    customer: str
    body: Json


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What is about to be done, for the journal. `amount` is minor units."""

    system: str
    kind: str
    object: str
    customer: str
    amount: int | None = None
    currency: str | None = None
    details: Json = field(default_factory=dict)
    key: str | None = None
    request: Json | None = None


async def create_schema(conn: Connection) -> None:
    """Makes what is missing. Safe from several processes at once."""
    await conn.execute("SELECT pg_advisory_xact_lock(%s)", [_SCHEMA_LOCK])
    text = resources.files("tools.demo").joinpath("schema.sql").read_text("utf-8")
    await conn.execute(text.encode())


async def clear(conn: Connection) -> None:
    """Removes every record and effect; effects count from 1 again."""
    await conn.execute("TRUNCATE demo.records, demo.effects RESTART IDENTITY")


async def is_empty(conn: Connection) -> bool:
    return not await _rows(conn, "SELECT 1 FROM demo.records LIMIT 1")


async def save(conn: Connection, record: Record) -> None:
    """Inserts the record or replaces it."""
    await save_all(conn, [record])


async def save_all(conn: Connection, records: Sequence[Record]) -> None:
    async with conn.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO demo.records (kind, id, customer, body) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (kind, id) DO UPDATE SET customer = excluded.customer, body = excluded.body",
            [[record.kind, record.id, record.customer, Jsonb(record.body)] for record in records],
        )


async def change(conn: Connection, record: Record, **fields: Any) -> None:
    """Overwrites some fields of the record's body."""
    await conn.execute(
        "UPDATE demo.records SET body = body || %s WHERE kind = %s AND id = %s",
        [Jsonb(fields), record.kind, record.id],
    )


async def find(conn: Connection, kind: str, id: str) -> Record | None:  # noqa: A002 - the column's name
    """Finds a record, whoever owns it, and holds it until the transaction ends."""
    rows = await _rows(conn, "SELECT * FROM demo.records WHERE kind = %s AND id = %s FOR UPDATE", kind, id)
    return Record(**rows[0]) if rows else None


async def access(conn: Connection, kind: str, id: str, customer: str) -> Record | None:  # noqa: A002
    """Finds a record of this customer's; somebody else's is not there."""
    record = await find(conn, kind, id)
    if record is None:
        return None
    if record.customer != customer:
        return None
    return record


async def records_of(conn: Connection, kind: str, customer: str) -> list[Json]:
    """The bodies of this customer's records."""
    query: LiteralString = "SELECT body FROM demo.records WHERE kind = %s AND customer = %s ORDER BY id"
    return [row["body"] for row in await _rows(conn, query, kind, customer)]


async def bodies(conn: Connection, kind: str) -> list[Json]:
    """The bodies of all records of a kind, whoever owns them."""
    query: LiteralString = "SELECT body FROM demo.records WHERE kind = %s ORDER BY id"
    return [row["body"] for row in await _rows(conn, query, kind)]


async def alone(conn: Connection, name: str) -> None:
    """Whoever comes second under a name waits here until the first one's transaction ends."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [name])


async def append(conn: Connection, deed: Deed, at: datetime) -> Json:
    """Writes the effect into the journal; returns its row."""
    values = asdict(deed) | {"at": at, "details": Jsonb(deed.details), "request": Jsonb(deed.request)}
    rows = await _rows(
        conn,
        "INSERT INTO demo.effects (system, kind, object, customer, amount, currency, details, key, request, at)"
        " VALUES (%(system)s, %(kind)s, %(object)s, %(customer)s, %(amount)s, %(currency)s, %(details)s, %(key)s,"
        " %(request)s, %(at)s) RETURNING *",
        values,
    )
    return _with_reference(rows[0])


async def effects(conn: Connection, *, system: str = "", object: str = "", customer: str = "") -> list[Json]:  # noqa: A002
    """The journal in order, all of it or what is asked for."""
    values = {"system": system, "object": object, "customer": customer}
    rows = await _rows(
        conn,
        "SELECT * FROM demo.effects WHERE (%(system)s = '' OR system = %(system)s)"
        " AND (%(object)s = '' OR object = %(object)s) AND (%(customer)s = '' OR customer = %(customer)s) ORDER BY id",
        values,
    )
    return [_with_reference(row) for row in rows]


async def effect_by_key(conn: Connection, system: str, key: str) -> Json | None:
    """What was done under this key. Two calls with the same key wait for each other until their transactions end."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"{system}:{key}"])
    rows = await _rows(conn, "SELECT * FROM demo.effects WHERE system = %s AND key = %s", system, key)
    return _with_reference(rows[0]) if rows else None


def _with_reference(row: Json) -> Json:
    return row | {"reference": f"{_PREFIXES.get(row['kind'], row['kind'])}_{row['id']}"}


async def _rows(conn: Connection, query: LiteralString, *values: Any) -> list[Json]:
    """Takes the values one by one, or one dict of named values."""
    named = values[0] if values and isinstance(values[0], dict) else list(values)
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, named)
        return await cursor.fetchall()
