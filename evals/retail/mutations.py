"""Every way in which an action in the shop could be wrong: one thing is changed, the rest stays as it was right.

What takes a right thing's place (another customer, their order, an item of another product) is found in the records by
its order there, never drawn by chance.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from evals.policy_check.tasks import Action
from evals.policy_check.trial import Mutation
from evals.retail.port import Method, Profile, Purchase
from records.ids import CustomerId

Json = dict[str, Any]
STATES = {
    "pending": ("processed", "delivered", "cancelled", "pending (items modified)"),
    "delivered": ("pending", "processed", "cancelled", "return requested", "exchange requested"),
}
_STATE = "UPDATE orders SET status = %s WHERE id = %s"
_GONE = "UPDATE items SET available = false WHERE id = %s"
_BALANCE = "UPDATE methods SET balance = %s WHERE customer = %s AND id = %s"


@dataclass(frozen=True, kw_only=True)
class Records:
    """`data`: users, orders and products as they were at first. `run` changes the shop's tables. `order`: the one that the
    action is about, as it is now; None when it is about the profile."""

    data: Mapping[str, Json]
    run: Callable[..., Awaitable[None]]
    profile: Profile
    order: Purchase | None

    @property
    def stranger(self) -> str:
        """The next customer."""
        users = sorted(self.data["users"])
        return users[(users.index(self.profile.id) + 1) % len(users)]

    def method(self, key: Any) -> Method | None:
        return next((method for method in self.profile.methods if method.id == key), None)


def mutations_of(records: Records, action: Action) -> Iterator[Mutation]:
    """For an action that is right as the records stand."""
    yield Mutation(name="not_signed_in", customer=None, action=action)
    if records.stranger != records.profile.id:
        yield Mutation(name="other_customer", customer=CustomerId(records.stranger), action=action)
    if "user_id" in action.arguments:
        yield _with(records, action, "other_profile", user_id=records.stranger)
    if records.order is not None:
        yield from _of_order(records, records.order, action)
    if "payment_method_id" in action.arguments:
        yield from _of_payment(records, action)
    if "reason" in action.arguments:
        yield _with(records, action, "bad_reason", reason="found it cheaper elsewhere")
    if records.order is not None and "item_ids" in action.arguments:
        yield from _of_items(records, records.order, action)
    if "new_item_ids" in action.arguments:
        yield from _of_new_items(records, action)


def _with(records: Records, action: Action, name: str, **changed: Any) -> Mutation:
    wrong = Action(tool=action.tool, arguments={**action.arguments, **changed})
    return Mutation(name=name, customer=CustomerId(records.profile.id), action=wrong)


def _after(records: Records, action: Action, name: str, *change: Any) -> Mutation:
    """The same action, once a record has changed."""
    prepare = partial(records.run, *change)
    return Mutation(name=name, customer=CustomerId(records.profile.id), action=action, prepare=prepare)


def _of_order(records: Records, order: Purchase, action: Action) -> Iterator[Mutation]:
    right = "delivered" if order.status == "delivered" else "pending"
    for state in STATES[right]:
        yield _after(records, action, f"wrong_state: {state}", _STATE, state, order.id)
    for key, other in sorted(records.data["orders"].items()):
        if other["user_id"] != records.profile.id and other["status"] == right:
            yield _with(records, action, "other_order", order_id=key, **_its_items(records, other, action))
            return


def _its_items(records: Records, other: Json, action: Action) -> Json:
    """The other order's own first item, so that nothing but its owner is wrong."""
    if "item_ids" not in action.arguments:
        return {}
    item = other["items"][0]
    found = {"item_ids": [item["item_id"]]}
    return found | {"new_item_ids": [item["item_id"]]} if "new_item_ids" in action.arguments else found


def _of_payment(records: Records, action: Action) -> Iterator[Mutation]:
    own = {method.id for method in records.profile.methods}
    theirs = [key for user in records.data["users"].values() for key in user["payment_methods"] if key not in own]
    if theirs:
        yield _with(records, action, "foreign_payment", payment_method_id=theirs[0])
    yield _with(records, action, "unknown_payment", payment_method_id="credit_card_0")
    order, method = records.order, records.method(action.arguments["payment_method_id"])
    if order is None or method is None:
        return
    first = order.payments[0].method
    if action.tool == "return_delivered_order_items":
        elsewhere = [each for each in records.profile.methods if each.kind != "gift_card" and each.id != first]
        if elsewhere:
            yield _with(records, action, "refund_elsewhere", payment_method_id=elsewhere[0].id)
    elif method.kind == "gift_card" and _due(records, order, action) > 0:
        short = _due(records, order, action) - 1
        yield _after(records, action, "gift_card_too_small", _BALANCE, short, records.profile.id, method.id)
    if action.tool == "modify_pending_order_payment":
        yield _with(records, action, "same_payment", payment_method_id=first)


def _due(records: Records, order: Purchase, action: Action) -> int:
    """The cents that the payment method has to cover."""
    if "new_item_ids" not in action.arguments:
        return sum(line.price for line in order.lines)
    prices: dict[str, int] = {key: round(item["price"] * 100) for key, _, item in _sold(records)}
    old = {line.item: line.price for line in order.lines}
    return sum(prices[key] for key in action.arguments["new_item_ids"]) - sum(
        old[key] for key in action.arguments["item_ids"]
    )


def _of_items(records: Records, order: Purchase, action: Action) -> Iterator[Mutation]:
    items = list(action.arguments["item_ids"])
    held = {line.item for line in order.lines}
    absent = next((key for key, _, _ in _sold(records) if key not in held), "0000000000")
    yield _with(records, action, "item_not_in_order", item_ids=[absent, *items[1:]])
    often = [items[0]] * (1 + sum(line.item == items[0] for line in order.lines))
    more = {"new_item_ids": [action.arguments["new_item_ids"][0]] * len(often)} if _swaps(action) else {}
    yield _with(records, action, "item_too_often", item_ids=often, **more)
    none: Json = {"new_item_ids": []} if _swaps(action) else {}
    yield _with(records, action, "no_items", item_ids=[], **none)


def _swaps(action: Action) -> bool:
    return "new_item_ids" in action.arguments


def _of_new_items(records: Records, action: Action) -> Iterator[Mutation]:
    new = list(action.arguments["new_item_ids"])
    products = {key: product for key, product, _ in _sold(records)}
    others = (key for key, product, item in _sold(records) if product != products[new[0]] and item["available"])
    for foreign in islice(others, 1):
        yield _with(records, action, "foreign_item", new_item_ids=[foreign, *new[1:]])
    yield _with(records, action, "unknown_item", new_item_ids=["0000000000", *new[1:]])
    yield _with(records, action, "unpaired", new_item_ids=[*new, new[0]])
    yield _after(records, action, "unavailable_item", _GONE, new[0])


def _sold(records: Records) -> Iterator[tuple[str, str, Json]]:
    """Every item: its id, its product's id, and what the files say of it."""
    for product in records.data["products"].values():
        for key, item in product["variants"].items():
            yield key, product["product_id"], item
