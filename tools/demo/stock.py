"""What the demo shop has in its warehouse."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from records.sql import Connection
from tools.demo import store
from tools.demo.store import Json, Record


@dataclass(frozen=True, kw_only=True)
class Product:
    """`name` is how orders list it. `on_hand`: how many are there and promised to nobody. `restocked_at`: when more come;
    None when nobody knows."""

    id: str
    name: str
    on_hand: int
    restocked_at: datetime | None


async def products(conn: Connection) -> dict[str, Record]:
    """By name."""
    found = [await store.find(conn, "product", body["id"]) for body in await store.records_of(conn, "product", "")]
    return {record.body["name"]: record for record in found if record}


async def stock_of(conn: Connection, order: Record) -> Json:
    """As tools.commerce.facts.Stock. What the shop does not know is missing."""
    known = await products(conn)
    left = Counter({name: product.body["on_hand"] for name, product in known.items()})
    available: list[str] = []
    missing: list[str] = []
    for item in order.body["items"]:
        (available if left[item] > 0 else missing).append(item)
        left[item] -= 1
    due = [known[item].body["restocked_at"] or "" if item in known else "" for item in missing]
    return {
        "order": order.id,
        "customer": order.customer,
        "available": available,
        "missing": missing,
        "restocked_at": max(due) if due and all(due) else None,
    }


async def take(conn: Connection, items: list[str]) -> None:
    """Takes items that are there out of the warehouse."""
    known = await products(conn)
    for name, count in Counter(items).items():
        await store.change(conn, known[name], on_hand=known[name].body["on_hand"] - count)
