"""The shop on trial: its own database, filled once, every task undone; and every way in which an action could be wrong."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection

from evals.databases import throwaway_database
from evals.policy_check.tasks import Action, Task
from evals.policy_check.trial import Mutation
from evals.retail.adapter import data_folder
from evals.retail.mutations import Records, mutations_of
from evals.retail.shop.load import fill, has_data, read_data
from evals.retail.shop.operations import GIFT_CARD_TOO_SMALL
from evals.retail.shop.store import Store
from records.ids import CustomerId
from tools.systems import Systems

Json = dict[str, Any]


class ShopTrial:
    """The benchmark's generator paid some of its tasks with gift cards that hold too little. Its policy forbids that, and
    its own tools answer with an error and write nothing."""

    voiding = frozenset({GIFT_CARD_TOO_SMALL})

    look_ups = frozenset(
        {
            "calculate",
            "find_user_id_by_email",
            "find_user_id_by_name_zip",
            "get_item_details",
            "get_order_details",
            "get_product_details",
            "get_user_details",
            "list_all_product_types",
            "think",
            "transfer_to_human_agents",
        }
    )

    @asynccontextmanager
    async def open(self, server_url: str, data: Path | None, tasks: Path) -> AsyncIterator["ShopScene"]:
        """Raises DataMissing."""
        beside = tasks.parent if has_data(tasks.parent) else data_folder("")
        found = await asyncio.to_thread(read_data, data or beside)
        with throwaway_database(server_url) as url:
            async with await AsyncConnection.connect(url, autocommit=True) as conn:
                await fill(conn, found)
            yield ShopScene(url, found)


class ShopScene:
    """`data`: the records as they were at first."""

    def __init__(self, url: str, data: Mapping[str, Json]) -> None:
        self._url = url
        self._data = data

    @asynccontextmanager
    async def world(self) -> AsyncIterator["ShopWorld"]:
        async with await AsyncConnection.connect(self._url, autocommit=True) as conn:
            yield ShopWorld(conn, self._data)

    def customer_of(self, task: Task) -> CustomerId | None:
        """The user that the task names or signs in as, else the one whose order it is about."""
        if task.customer:
            return CustomerId(task.customer) if task.customer in self._data["users"] else None
        return next((found for action in task.actions for found in self._signed_in(action)), self._owner(task))

    def _signed_in(self, action: Action) -> Iterator[CustomerId]:
        users: dict[str, Json] = self._data["users"]
        match action.tool, action.arguments:
            case "find_user_id_by_email", {"email": str(email)}:
                yield from (_id(key) for key, user in users.items() if user["email"].casefold() == email.casefold())
            case "find_user_id_by_name_zip", {"first_name": str(first), "last_name": str(last), "zip": str(code)}:
                named = (first.casefold(), last.casefold(), code)
                yield from (_id(key) for key, user in users.items() if _name_and_zip(user) == named)
            case "get_user_details" | "modify_user_address", {"user_id": str(key)} if key in users:
                yield _id(key)

    def _owner(self, task: Task) -> CustomerId | None:
        named = (action.arguments.get("order_id") for action in task.actions)
        orders: dict[str, Json] = self._data["orders"]
        return next((_id(orders[key]["user_id"]) for key in named if isinstance(key, str) and key in orders), None)


class ShopWorld:
    """One connection for everything, so that what a task did can be undone."""

    def __init__(self, conn: AsyncConnection[Any], data: Mapping[str, Json]) -> None:
        self._conn = conn
        self._data = data
        self.systems = Systems({"shop": Store(self._lent)})

    def undone(self) -> AbstractAsyncContextManager[object]:
        return self._conn.transaction(force_rollback=True)

    async def mutations(self, customer: CustomerId, action: Action) -> Sequence[Mutation]:
        store: Store = self.systems.port("shop")
        order_id = action.arguments.get("order_id")
        order = await store.purchase(customer, order_id) if isinstance(order_id, str) else None
        profile = await store.profile(customer)
        if profile is None:
            return []
        return list(mutations_of(Records(data=self._data, run=self._run, profile=profile, order=order), action))

    async def _run(self, statement: str, *values: Any) -> None:
        await self._conn.execute(statement.encode(), values)

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[AsyncConnection[Any]]:
        yield self._conn


def _id(key: str) -> CustomerId:
    return CustomerId(key)


def _name_and_zip(user: Json) -> tuple[str, str, str]:
    name = user["name"]
    return name["first_name"].casefold(), name["last_name"].casefold(), user["address"]["zip"]


TRIAL = ShopTrial()
