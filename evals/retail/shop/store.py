"""The shop as an adapter sees it: looks up on any connection, and does what it is told in a transaction of its own."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from evals.retail.port import CURRENCY, Address, Item, Line, Method, Payment, Profile, Purchase
from evals.retail.shop.operations import OPERATIONS
from records.ids import CustomerId, LedgerKey, new_id
from tools.answers import Effected, SystemRefused

Connected = Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]]
"""Lends a connection: one of a pool, or always the same one."""

_PROFILE = """
SELECT id, name, email, address, revision,
    (SELECT json_agg(m ORDER BY m.id) FROM methods m WHERE m.customer = users.id) AS methods,
    (SELECT json_agg(o.id ORDER BY o.id) FROM orders o WHERE o.customer = users.id) AS orders
FROM users WHERE id = %s
"""
_PURCHASE = """
SELECT id, customer, status, address, revision, tracking,
    (SELECT json_agg(json_build_object('item', item, 'product', product, 'name', name, 'price', price)
        ORDER BY position) FROM lines WHERE order_id = orders.id) AS lines,
    (SELECT json_agg(json_build_object('kind', kind, 'method', method, 'amount', amount)
        ORDER BY position) FROM payments WHERE order_id = orders.id) AS payments
FROM orders WHERE id = %s AND customer = %s
"""
_ITEMS = "SELECT * FROM items WHERE id = ANY(%(ids)s) OR product = ANY(%(ids)s) ORDER BY price, id"
_EFFECT = "SELECT reference, amount FROM effects WHERE key = %s"
_ADD_EFFECT = "INSERT INTO effects VALUES (%s, %s, %s, %s, %s, %s)"


class Store:
    """The port `Shop` over the shop's own database."""

    def __init__(self, connected: Connected) -> None:
        self._connected = connected

    async def profile(self, customer: CustomerId) -> Profile | None:
        row = await self._row(_PROFILE, customer)
        if row is None:
            return None
        methods = tuple(Method(**method) for method in row["methods"] or ())
        orders = tuple(row["orders"] or ())
        return Profile(**{**row, "address": Address(**row["address"]), "methods": methods, "orders": orders})

    async def purchase(self, customer: CustomerId, order: str) -> Purchase | None:
        row = await self._row(_PURCHASE, order, customer)
        if row is None:
            return None
        lines = tuple(Line(**line) for line in row["lines"] or ())
        payments = tuple(Payment(**payment) for payment in row["payments"] or ())
        return Purchase(**{**row, "address": Address(**row["address"]), "lines": lines, "payments": payments})

    async def items(self, ids: Sequence[str]) -> list[Item]:
        async with self._connected() as conn, conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_ITEMS, {"ids": list(ids)})
            return [Item(**row) for row in await cursor.fetchall()]

    async def do(self, customer: CustomerId, operation: str, arguments: Mapping[str, Any], key: LedgerKey) -> Effected:
        """A repeat under the same key has no second effect, and answers as the first did."""
        async with self._connected() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
            found = await _effect(conn, key)
            if found is not None:
                return found
            if operation not in OPERATIONS:
                raise SystemRefused(f"The shop does not know how to {operation}.", system="shop")
            amount = await OPERATIONS[operation](conn, customer, arguments)
            reference = new_id("shop")
            await conn.execute(_ADD_EFFECT, [key, reference, operation, customer, Jsonb(dict(arguments)), amount])
        return Effected(reference=reference, amount=amount, currency=CURRENCY if amount is not None else None)

    async def effect(self, key: LedgerKey) -> Effected | None:
        async with self._connected() as conn:
            return await _effect(conn, key)

    async def _row(self, statement: str, *values: Any) -> dict[str, Any] | None:
        async with self._connected() as conn, conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement.encode(), values)
            return await cursor.fetchone()


async def _effect(conn: AsyncConnection[Any], key: LedgerKey) -> Effected | None:
    row = await (await conn.execute(_EFFECT, [key])).fetchone()
    if row is None:
        return None
    reference, amount = row
    return Effected(reference=reference, amount=amount, currency=CURRENCY if amount is not None else None)
