"""The shop served as any company is: a message comes in, the shop's own record changes, and the customer is told."""

from collections.abc import AsyncIterator, Callable

import pytest

from evals.retail.port import Shop
from records.ids import CustomerId
from tests.retail_case import FOLDER, ROOT, company, written
from tests.service_world import World, open_world
from tools.standard import KIT as STANDARD
from tools.tool import digest_of
from wiring import load, load_kit


@pytest.fixture(scope="module")
async def shop(
    database_url: Callable[[], str], postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("retail")
    copied = company(folder, data=written(folder / "data"), database=database_url())
    async with open_world(database_url(), "", tmp_path_factory.mktemp("var"), company=copied) as world:
        yield world


async def status_of(world: World, customer: str, order: str) -> str:
    port: Shop = world.opened.services.systems.port("shop")
    found = await port.purchase(CustomerId(customer), order)
    return found.status if found else ""


def test_the_folder_loads_with_a_kit_of_its_own() -> None:
    loaded, kit = load(FOLDER), load_kit(FOLDER)

    assert loaded.name == "Fernhill"
    assert {tool.name for tool in kit.actions} == set(loaded.tools)
    assert {tool for book in loaded.playbooks.values() for tool in book.tools} == set(loaded.tools)


def test_the_graph_names_no_action_of_any_company() -> None:
    actions = [tool.name for kit in (load_kit(FOLDER), STANDARD) for tool in kit.actions]
    modules = {path: path.read_text("utf-8") for path in (ROOT / "graph").rglob("*.py")}

    assert modules
    assert [(path.name, name) for path, text in modules.items() for name in actions if name in text] == []


async def test_an_order_is_cancelled_once_the_customer_has_said_yes(shop: World) -> None:
    conversation = await shop.said("mina_1", "I want to cancel order #W1000001, it is no longer needed")
    before = await status_of(shop, "mina_1", "#W1000001")
    await shop.say(conversation, "yes please")

    assert before == "pending"
    assert await status_of(shop, "mina_1", "#W1000001") == "cancelled"
    asked, told = await shop.told(conversation)
    assert "I would cancel order #W1000001 (Mug, Desk Lamp). 52.00 USD goes back" in asked
    assert "Order #W1000001 is cancelled. 52.00 USD goes back" in told


async def test_nobody_can_cancel_what_is_not_theirs(shop: World) -> None:
    conversation = await shop.said("zora_3", "please cancel order #W1000004, it was ordered by mistake")
    await shop.say(conversation, "yes")

    assert await status_of(shop, "theo_2", "#W1000004") == "pending"


async def test_a_return_is_asked_for_step_by_step_and_done_once(shop: World) -> None:
    conversation = await shop.said("mina_1", "I want to return the desk lamp from order #W1000002")
    for answer in ("to my gift card", "yes"):
        await shop.say(conversation, answer)
    again = await shop.said("mina_1", "please exchange the mug in my delivered order #W1000002 for a blue one")

    where, listed, done = await shop.told(conversation)
    assert where.startswith("Where should the money go")
    assert listed.startswith("I would ask for the return of Desk Lamp from order #W1000002; 40.00 USD then goes to")
    assert done.startswith("The return for order #W1000002 is noted: Desk Lamp.")
    assert await shop.told(again) == [
        "For order #W1000002 this is under way already: return requested. It can be done once for an order."
    ]


async def test_an_exchange_is_worked_out_from_the_customers_words(shop: World) -> None:
    conversation = await shop.said(
        "theo_2", "I'd like to exchange the desk lamp in order #W1000005 for one with high brightness"
    )
    for answer in ("paypal", "yes, go ahead"):
        await shop.say(conversation, answer)

    row = next(row for row in await shop.ledger() if row["tool"] == "exchange_delivered_order_items")
    assert row["key"] == f"exchange_delivered_order_items:{digest_of('#W1000005')}:once"
    assert row["arguments"] == {
        "order_id": "#W1000005",
        "item_ids": ["201"],
        "new_item_ids": ["202"],
        "payment_method_id": "paypal_2",
    }
    assert await status_of(shop, "theo_2", "#W1000005") == "exchange requested"


async def test_a_no_changes_nothing_and_neither_does_a_reason_the_shop_does_not_accept(shop: World) -> None:
    declined = await shop.said("theo_2", "cancel order #W1000004 please, I ordered it by mistake")
    await shop.say(declined, "no")
    cheaper = await shop.said("theo_2", "I want to cancel order #W1000004")
    await shop.say(cheaper, "I found it cheaper elsewhere")

    assert (await shop.told(declined))[-1] == "Then order #W1000004 stays as it is."
    assert (await shop.told(cheaper))[-1].startswith("We cancel an order when it is no longer needed or was ordered by")
    assert await status_of(shop, "theo_2", "#W1000004") == "pending"
