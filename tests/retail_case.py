"""A shop of three customers, small enough to be read, in the files' own format; and its company folder."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

Json = dict[str, Any]
ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "evals" / "retail"
SHARED = ROOT.parent / "shared" / "data"
NEEDS_DATA = pytest.mark.skipif(
    not SHARED.is_dir(), reason="not run: the benchmarks' data is not beside the repository"
)


def _address(number: int, town: str) -> Json:
    return {
        "address1": f"{number} Mill Lane",
        "address2": "",
        "city": town,
        "state": "OR",
        "country": "USA",
        "zip": f"97{number:03}",
    }


def _user(first: str, last: str, number: int, methods: list[Json], orders: list[str]) -> Json:
    return {
        "name": {"first_name": first, "last_name": last},
        "address": _address(number, "Fernhill"),
        "email": f"{first}.{last}@example.com".lower(),
        "payment_methods": {method["id"]: method for method in methods},
        "orders": orders,
    }


def _variants(**items: Any) -> Json:
    return {
        key: {"item_id": key, "options": options, "available": available, "price": price}
        for key, (options, available, price) in items.items()
    }


def _line(item: str, product: str, name: str, price: float) -> Json:
    return {"name": name, "product_id": product, "item_id": item, "price": price, "options": {}}


def _order(user: str, status: str, lines: list[Json], method: str, number: int) -> Json:
    total = round(sum(line["price"] for line in lines), 2)
    return {
        "user_id": user,
        "address": _address(number, "Fernhill"),
        "items": lines,
        "fulfillments": [{"tracking_id": ["TR1"], "item_ids": []}] if status == "delivered" else [],
        "status": status,
        "payment_history": [{"transaction_type": "payment", "amount": total, "payment_method_id": method}],
    }


GIFT = {"source": "gift_card", "id": "gift_card_1", "balance": 30.5}
CARD = {"source": "credit_card", "id": "credit_card_1", "brand": "visa", "last_four": "0001"}
PAYPAL = {"source": "paypal", "id": "paypal_2"}
MUG_GREEN = _line("101", "1", "Mug", 12.0)
MUG_BLUE = _line("102", "1", "Mug", 12.5)
LAMP = _line("201", "2", "Desk Lamp", 40.0)
DATA: dict[str, Json] = {
    "users": {
        "mina_1": _user("Mina", "Hale", 1, [GIFT, CARD], ["#W1000001", "#W1000002", "#W1000003"]),
        "theo_2": _user("Theo", "Park", 2, [PAYPAL], ["#W1000004", "#W1000005"]),
        "zora_3": _user("Zora", "Lind", 3, [{"source": "paypal", "id": "paypal_3"}], []),
    },
    "orders": {
        "#W1000001": _order("mina_1", "pending", [MUG_GREEN, LAMP], "credit_card_1", 1),
        "#W1000002": _order("mina_1", "delivered", [MUG_GREEN, MUG_GREEN, LAMP], "credit_card_1", 1),
        "#W1000003": _order("mina_1", "processed", [LAMP], "gift_card_1", 1),
        "#W1000004": _order("theo_2", "pending", [MUG_BLUE], "paypal_2", 2),
        "#W1000005": _order("theo_2", "delivered", [LAMP], "paypal_2", 2),
    },
    "products": {
        "1": {
            "name": "Mug",
            "product_id": "1",
            "variants": _variants(
                **{
                    "101": ({"color": "green", "size": "S"}, True, 12.0),
                    "102": ({"color": "blue", "size": "S"}, True, 12.5),
                    "103": ({"color": "green", "size": "L"}, True, 45.0),
                    "104": ({"color": "blue", "size": "L"}, False, 15.0),
                },
            ),
        },
        "2": {
            "name": "Desk Lamp",
            "product_id": "2",
            "variants": _variants(
                **{
                    "201": ({"brightness": "low", "power source": "USB"}, True, 40.0),
                    "202": ({"brightness": "high", "power source": "USB"}, True, 55.25),
                },
            ),
        },
    },
}


def written(folder: Path) -> Path:
    """The shop's files, in a folder of their own."""
    folder.mkdir()
    for part, records in DATA.items():
        (folder / f"{part}.json.gz").write_bytes(gzip.compress(json.dumps(records).encode()))
    return folder


def tasks_file(folder: Path, *tasks: Json) -> Path:
    path = folder / "tasks.json"
    path.write_text(json.dumps(list(tasks)), "utf-8")
    return path


def task(user: str, *actions: tuple[str, Json]) -> Json:
    return {"user_id": user, "instruction": "", "actions": [{"name": name, "kwargs": given} for name, given in actions]}


def company(folder: Path, *, data: Path, database: str) -> Path:
    """A copy of the company, connected to a shop of its own."""
    copied = folder / "shop"
    shutil.copytree(FOLDER, copied, ignore=shutil.ignore_patterns("*.py", "shop", "__pycache__"))
    about = yaml.safe_load((copied / "company.yaml").read_text("utf-8"))
    about["connections"]["shop"] |= {"data": str(data), "database": database}
    (copied / "company.yaml").write_text(yaml.safe_dump(about, sort_keys=False), "utf-8")
    return copied
