"""Fills the shop's tables from the benchmark's files, which stay where they are and are never copied into this repository.

Either `users.json.gz`, `orders.json.gz` and `products.json.gz`, or all three in one `db.json.gz`.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from records.errors import CloseloopError

Json = dict[str, Any]
PARTS = ("users", "orders", "products")
SCHEMA = Path(__file__).parent / "schema.sql"
ADDRESS = ("address1", "address2", "city", "state", "country", "zip")
_ROWS = {
    "users": "COPY users (id, name, email, address) FROM STDIN",
    "methods": "COPY methods (customer, id, kind, balance) FROM STDIN",
    "items": "COPY items (id, product, name, options, available, price) FROM STDIN",
    "orders": "COPY orders (id, customer, status, address, tracking) FROM STDIN",
    "lines": "COPY lines (order_id, position, item, product, name, price) FROM STDIN",
    "payments": "COPY payments (order_id, position, kind, method, amount) FROM STDIN",
}


class DataMissing(CloseloopError):
    """The shop's data is not there."""


def has_data(folder: Path) -> bool:
    return (folder / "db.json.gz").exists() or all((folder / f"{part}.json.gz").exists() for part in PARTS)


def read_data(folder: Path) -> dict[str, Json]:
    """Users, orders and products by id. Raises DataMissing with the reason in one sentence."""
    if not has_data(folder):
        raise DataMissing(
            f"There is no shop in {folder}: give --data a folder with users, orders and products.json.gz, or db.json.gz."
        )
    try:
        if (folder / "db.json.gz").exists():
            found = _read(folder / "db.json.gz")
            return {part: found[part] for part in PARTS}
        return {part: _read(folder / f"{part}.json.gz") for part in PARTS}
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise DataMissing(f"The shop in {folder} cannot be read: {type(error).__name__}: {error}.") from error


def _read(path: Path) -> Json:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: Json = json.load(file)
    return found


async def fill(conn: AsyncConnection[Any], data: Mapping[str, Json]) -> None:
    """Makes the tables and fills them, in one transaction. Raises DataMissing for records of another shape."""
    try:
        rows = {table: list(found) for table, found in _tables(data)}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataMissing(
            f"The shop's records are not of the expected shape: {type(error).__name__}: {error}."
        ) from error
    async with conn.transaction(), conn.cursor() as cursor:
        await cursor.execute(SCHEMA.read_bytes())
        for table, statement in _ROWS.items():
            async with cursor.copy(statement.encode()) as copy:
                for row in rows[table]:
                    await copy.write_row(row)
        await cursor.execute("ANALYZE")


def _tables(data: Mapping[str, Json]) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    users, orders, products = data["users"], data["orders"], data["products"]
    yield "users", (_user(key, user) for key, user in users.items())
    yield "methods", (row for key, user in users.items() for row in _methods(key, user))
    yield "items", (_item(product, item) for product in products.values() for item in product["variants"].values())
    yield "orders", (_order(key, order) for key, order in orders.items())
    yield "lines", (row for key, order in orders.items() for row in _lines(key, order))
    yield "payments", (row for key, order in orders.items() for row in _payments(key, order))


def _user(key: str, user: Json) -> Sequence[Any]:
    name = f"{user['name']['first_name']} {user['name']['last_name']}"
    return key, name, user["email"], _address(user)


def _methods(key: str, user: Json) -> Iterator[Sequence[Any]]:
    for method in user["payment_methods"].values():
        gift = method["source"] == "gift_card"
        yield key, method["id"], method["source"], cents(method["balance"]) if gift else None


def _item(product: Json, item: Json) -> Sequence[Any]:
    options = Jsonb(item["options"])
    return item["item_id"], product["product_id"], product["name"], options, item["available"], cents(item["price"])


def _order(key: str, order: Json) -> Sequence[Any]:
    tracking = ", ".join(each for sent in order["fulfillments"] for each in sent["tracking_id"])
    return key, order["user_id"], order["status"], _address(order), tracking


def _lines(key: str, order: Json) -> Iterator[Sequence[Any]]:
    for position, item in enumerate(order["items"]):
        yield key, position, item["item_id"], item["product_id"], item["name"], cents(item["price"])


def _payments(key: str, order: Json) -> Iterator[Sequence[Any]]:
    for position, paid in enumerate(order["payment_history"]):
        yield key, position, paid["transaction_type"], paid["payment_method_id"], cents(paid["amount"])


def _address(record: Json) -> Jsonb:
    return Jsonb({name: record["address"][name] for name in ADDRESS})


def cents(amount: float) -> int:
    """The files have dollars as decimal numbers."""
    return round(amount * 100)
