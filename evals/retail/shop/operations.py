"""What the shop does to its records, and what it refuses by itself, whoever asks.

Each operation runs in the caller's transaction and answers with the cents that go back to the customer, or None where no
money moves back. A gift card is settled at once; other methods take the bank's time, which is not the shop's record.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from records.ids import CustomerId
from tools.answers import SystemRefused

Conn = AsyncConnection[Any]
Row = dict[str, Any]
Arguments = Mapping[str, Any]
Operation = Callable[[Conn, CustomerId, Arguments], Awaitable[int | None]]
ADDRESS = ("address1", "address2", "city", "state", "country", "zip")
MODIFIED = "pending (items modified)"
GIFT_CARD_TOO_SMALL = "The gift card does not hold enough."

_ORDER = "SELECT * FROM orders WHERE id = %s AND customer = %s FOR UPDATE"
_LINES = "SELECT * FROM lines WHERE order_id = %s ORDER BY position"
_PAID = "SELECT * FROM payments WHERE order_id = %s ORDER BY position"
_METHOD = "SELECT * FROM methods WHERE customer = %s AND id = %s FOR UPDATE"
_BALANCE = "UPDATE methods SET balance = balance + %s WHERE customer = %s AND id = %s AND kind = 'gift_card'"
_PAY = """
INSERT INTO payments SELECT %(order)s, coalesce(max(position) + 1, 0), %(kind)s, %(method)s, %(amount)s
FROM payments WHERE order_id = %(order)s
"""
_STATUS = "UPDATE orders SET status = %s, revision = revision + 1 WHERE id = %s"
_REQUEST = "UPDATE orders SET status = %s, request = %s, revision = revision + 1 WHERE id = %s"
_SEND_TO = "UPDATE orders SET address = %s, revision = revision + 1 WHERE id = %s"
_LIVES_AT = "UPDATE users SET address = %s, revision = revision + 1 WHERE id = %s"
_SWAP = "UPDATE lines SET item = %s, price = %s WHERE order_id = %s AND position = %s"


async def cancel(conn: Conn, customer: CustomerId, arguments: Arguments) -> int | None:
    order = await _order(conn, customer, arguments, status="pending")
    total = _cost(await _rows(conn, _LINES, order["id"]))
    paid = (await _rows(conn, _PAID, order["id"]))[-1]["method"]
    await _settle(conn, order, "refund", paid, total)
    await conn.execute(_STATUS, ["cancelled", order["id"]])
    return total


async def send_elsewhere(conn: Conn, customer: CustomerId, arguments: Arguments) -> int | None:
    order = await _order(conn, customer, arguments, status="pending")
    await conn.execute(_SEND_TO, [_address(arguments), order["id"]])
    return None


async def pay_otherwise(conn: Conn, customer: CustomerId, arguments: Arguments) -> int | None:
    order = await _order(conn, customer, arguments, status="pending")
    method = await _method(conn, customer, arguments)
    before = (await _rows(conn, _PAID, order["id"]))[-1]["method"]
    if before == method["id"]:
        _refuse("The order is paid that way already.")
    total = _cost(await _rows(conn, _LINES, order["id"]))
    _covers(method, total)
    await _settle(conn, order, "refund", before, total)
    await _settle(conn, order, "payment", method["id"], total)
    await conn.execute(_STATUS, [order["status"], order["id"]])
    return None


async def swap_items(conn: Conn, customer: CustomerId, arguments: Arguments) -> int | None:
    """In an order that has not left: the difference is settled now."""
    order = await _order(conn, customer, arguments, status="pending")
    method = await _method(conn, customer, arguments)
    swaps = await _swaps(conn, order, arguments)
    difference = sum(new["price"] - line["price"] for line, new in swaps)
    _covers(method, difference)
    for line, new in swaps:
        await conn.execute(_SWAP, [new["id"], new["price"], order["id"], line["position"]])
    if difference:
        await _settle(conn, order, "payment" if difference > 0 else "refund", method["id"], abs(difference))
    await conn.execute(_STATUS, [MODIFIED, order["id"]])
    return None


async def ask_exchange(conn: Conn, customer: CustomerId, arguments: Arguments) -> int | None:
    """The difference is settled when the goods have come back."""
    order = await _order(conn, customer, arguments, status="delivered")
    method = await _method(conn, customer, arguments)
    _covers(method, sum(new["price"] - line["price"] for line, new in await _swaps(conn, order, arguments)))
    await conn.execute(_REQUEST, ["exchange requested", Jsonb(dict(arguments)), order["id"]])
    return None


async def ask_return(conn: Conn, customer: CustomerId, arguments: Arguments) -> int | None:
    """The money goes back when the goods have come back."""
    order = await _order(conn, customer, arguments, status="delivered")
    await _method(conn, customer, arguments)
    lines = await _picked(conn, order, arguments)
    await conn.execute(_REQUEST, ["return requested", Jsonb(dict(arguments)), order["id"]])
    return _cost(lines)


async def move_house(conn: Conn, customer: CustomerId, arguments: Arguments) -> int | None:
    if arguments["user_id"] != customer:
        _refuse("That profile belongs to somebody else.")
    await conn.execute(_LIVES_AT, [_address(arguments), customer])
    return None


OPERATIONS: Mapping[str, Operation] = {
    "cancel": cancel,
    "send_elsewhere": send_elsewhere,
    "pay_otherwise": pay_otherwise,
    "swap_items": swap_items,
    "ask_exchange": ask_exchange,
    "ask_return": ask_return,
    "move_house": move_house,
}


def _refuse(reason: str) -> NoReturn:
    raise SystemRefused(reason, system="shop")


async def _rows(conn: Conn, statement: str, *values: Any) -> list[Row]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.encode(), values)
        return await cursor.fetchall()


def _cost(lines: list[Row]) -> int:
    return sum(int(line["price"]) for line in lines)


async def _order(conn: Conn, customer: CustomerId, arguments: Arguments, *, status: str) -> Row:
    found = await _rows(conn, _ORDER, arguments["order_id"], customer)
    if not found:
        _refuse("There is no such order.")
    if found[0]["status"] != status:
        _refuse(f"The order is {found[0]['status']}, not {status}.")
    return found[0]


async def _method(conn: Conn, customer: CustomerId, arguments: Arguments) -> Row:
    found = await _rows(conn, _METHOD, customer, arguments["payment_method_id"])
    if not found:
        _refuse("There is no such payment method.")
    return found[0]


def _covers(method: Row, amount: int) -> None:
    if method["kind"] == "gift_card" and method["balance"] < amount:
        _refuse(GIFT_CARD_TOO_SMALL)


async def _picked(conn: Conn, order: Row, arguments: Arguments) -> list[Row]:
    """The lines that are meant, each once, in the order in which they were named."""
    wanted, left = arguments["item_ids"], await _rows(conn, _LINES, order["id"])
    if not wanted or Counter(wanted) - Counter(line["item"] for line in left):
        _refuse("Those items are not all in the order.")
    return [left.pop(next(index for index, line in enumerate(left) if line["item"] == item)) for item in wanted]


async def _swaps(conn: Conn, order: Row, arguments: Arguments) -> list[tuple[Row, Row]]:
    """Each line with what is to take its place."""
    lines, wanted = await _picked(conn, order, arguments), arguments["new_item_ids"]
    found = await _rows(conn, "SELECT * FROM items WHERE id = ANY(%s)", list(wanted))
    known = {item["id"]: item for item in found}
    if len(lines) != len(wanted):
        _refuse("Each item needs one to take its place.")
    for line, new in zip(lines, wanted, strict=True):
        if new not in known or known[new]["product"] != line["product"] or not known[new]["available"]:
            _refuse(f"Item {new} cannot take the place of {line['item']}.")
    return [(line, known[new]) for line, new in zip(lines, wanted, strict=True)]


async def _settle(conn: Conn, order: Row, kind: str, method: str, amount: int) -> None:
    """Writes the payment down; a gift card's balance changes at once."""
    await conn.execute(_PAY, {"order": order["id"], "kind": kind, "method": method, "amount": amount})
    await conn.execute(_BALANCE, [amount if kind == "refund" else -amount, order["customer"], method])


def _address(arguments: Arguments) -> Jsonb:
    return Jsonb({name: arguments[name] for name in ADDRESS})
