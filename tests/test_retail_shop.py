"""The shop's own system, behind its port: what it does to its records, and what it refuses by itself."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection

from evals.retail.adapter import connect
from evals.retail.port import Shop
from evals.retail.shop.load import DataMissing, fill
from evals.retail.shop.store import Store
from records.ids import CustomerId, LedgerKey
from tests.retail_case import DATA, written
from tools.answers import SystemRefused
from tools.connections import Connection

MINA, THEO = CustomerId("mina_1"), CustomerId("theo_2")
KEY = LedgerKey("a key")
ELSEWHERE = {"address1": "9 Elm Row", "address2": "", "city": "Salem", "state": "OR", "country": "USA", "zip": "97301"}


@pytest.fixture
async def shop(database_url: Callable[[], str]) -> AsyncIterator[Shop]:
    async with await AsyncConnection.connect(database_url(), autocommit=True) as conn:
        await fill(conn, DATA)

        @asynccontextmanager
        async def lent() -> AsyncIterator[AsyncConnection[Any]]:
            yield conn

        yield Store(lent)


async def balance(shop: Shop) -> int | None:
    profile = await shop.profile(MINA)
    return next(method.balance for method in profile.methods if method.kind == "gift_card") if profile else None


def connection(url: str, data: Path) -> AbstractAsyncContextManager[Store]:
    options = {"database": url, "data": str(data)}
    return connect(Connection(port="shop", options=options, connect_seconds=5.0, answer_seconds=5.0))


async def test_a_look_up_finds_what_is_the_customers_own_and_nothing_else(shop: Shop) -> None:
    mine, theirs = await shop.purchase(MINA, "#W1000001"), await shop.purchase(THEO, "#W1000001")

    assert mine is not None
    assert [(line.name, line.price) for line in mine.lines] == [("Mug", 1200), ("Desk Lamp", 4000)]
    assert theirs is None


async def test_a_cancelled_order_gives_back_what_was_paid(shop: Shop) -> None:
    done = await shop.do(MINA, "cancel", {"order_id": "#W1000001", "reason": "no longer needed"}, KEY)
    order = await shop.purchase(MINA, "#W1000001")

    assert (done.amount, done.currency) == (5200, "USD")
    assert order is not None
    assert (order.status, order.payments[-1].kind, order.payments[-1].method) == (
        "cancelled",
        "refund",
        "credit_card_1",
    )


async def test_a_gift_card_is_settled_at_once(shop: Shop) -> None:
    swap = {"item_ids": ["101"], "new_item_ids": ["102"], "payment_method_id": "gift_card_1"}

    await shop.do(MINA, "swap_items", {"order_id": "#W1000001", **swap}, KEY)

    assert await balance(shop) == 3050 - 50


async def test_a_gift_card_pays_no_more_than_it_holds(shop: Shop) -> None:
    swap = {"order_id": "#W1000001", "item_ids": ["101"], "new_item_ids": ["103"], "payment_method_id": "gift_card_1"}

    with pytest.raises(SystemRefused, match="The gift card does not hold enough"):
        await shop.do(MINA, "swap_items", swap, KEY)

    assert await balance(shop) == 3050


async def test_a_repeat_under_the_same_key_has_one_effect(shop: Shop) -> None:
    to = {"order_id": "#W1000001", **ELSEWHERE}

    first, second = await shop.do(MINA, "send_elsewhere", to, KEY), await shop.do(MINA, "send_elsewhere", to, KEY)
    order = await shop.purchase(MINA, "#W1000001")

    assert first == second == await shop.effect(KEY)
    assert order is not None
    assert (order.revision, order.address.line) == (1, "9 Elm Row, Salem, OR 97301, USA")


REFUSED: dict[str, tuple[CustomerId, str, dict[str, Any], str]] = {
    "another's order": (THEO, "cancel", {"order_id": "#W1000001"}, "no such order"),
    "an order that has left": (MINA, "cancel", {"order_id": "#W1000003"}, "is processed, not pending"),
    "an operation it does not know": (MINA, "burn", {"order_id": "#W1000001"}, "does not know how to burn"),
    "the same payment method": (
        MINA,
        "pay_otherwise",
        {"order_id": "#W1000001", "payment_method_id": "credit_card_1"},
        "paid that way already",
    ),
    "another's payment method": (
        MINA,
        "pay_otherwise",
        {"order_id": "#W1000001", "payment_method_id": "paypal_2"},
        "no such payment method",
    ),
    "an item that was not bought": (
        MINA,
        "ask_return",
        {"order_id": "#W1000002", "item_ids": ["102"], "payment_method_id": "credit_card_1"},
        "not all in the order",
    ),
    "an item that is not in stock": (
        THEO,
        "swap_items",
        {"order_id": "#W1000004", "item_ids": ["102"], "new_item_ids": ["104"], "payment_method_id": "paypal_2"},
        "cannot take the place",
    ),
    "fewer items than are to be replaced": (
        THEO,
        "ask_exchange",
        {"order_id": "#W1000005", "item_ids": ["201"], "new_item_ids": [], "payment_method_id": "paypal_2"},
        "needs one to take its place",
    ),
    "another's profile": (MINA, "move_house", {"user_id": "theo_2", **ELSEWHERE}, "belongs to somebody else"),
}


@pytest.mark.parametrize(("customer", "operation", "arguments", "said"), REFUSED.values(), ids=REFUSED)
async def test_the_shop_refuses_by_itself_and_then_nothing_has_happened(
    shop: Shop, customer: CustomerId, operation: str, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(SystemRefused, match=said):
        await shop.do(customer, operation, arguments, KEY)

    assert await shop.effect(KEY) is None


async def test_a_shop_is_filled_when_it_is_new_and_keeps_what_was_done(
    database_url: Callable[[], str], tmp_path: Path
) -> None:
    url, data = database_url(), written(tmp_path / "data")
    async with connection(url, data) as shop:
        await shop.do(MINA, "cancel", {"order_id": "#W1000001", "reason": "no longer needed"}, KEY)
    async with connection(url, tmp_path / "not needed again") as shop:
        order = await shop.purchase(MINA, "#W1000001")

    assert order is not None
    assert order.status == "cancelled"


async def test_a_new_shop_without_files_is_told_in_a_sentence(database_url: Callable[[], str], tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=f"There is no shop in {tmp_path}: give --data a folder"):
        async with connection(database_url(), tmp_path):
            raise AssertionError("opened")


@pytest.mark.parametrize(
    ("content", "said"), [(b"no gzip", "cannot be read"), (b"", "cannot be read")], ids=["no gzip", "nothing"]
)
async def test_files_that_cannot_be_read_are_told_in_a_sentence(
    database_url: Callable[[], str], tmp_path: Path, content: bytes, said: str
) -> None:
    (written(tmp_path / "data") / "users.json.gz").write_bytes(content)

    with pytest.raises(DataMissing, match=said):
        async with connection(database_url(), tmp_path / "data"):
            raise AssertionError("opened")
