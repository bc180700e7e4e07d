"""Works out what is asked about the customer's own records: the items that are meant, what a change of them would cost,
the address that was given. By a proposal's arguments, or by the customer's words while there is no proposal."""

from collections.abc import Sequence
from datetime import datetime

from evals.retail.facts import Change, Destination, Selection
from evals.retail.port import Address, Item, Line, Purchase
from evals.retail.sources import described, own_profile, own_purchase, shop_of, text_in
from evals.retail.words import address_written, item_wished, items_named
from records.ids import CustomerId
from tools.sources import Focus, Source
from tools.systems import Systems

ADDRESS = ("address1", "address2", "city", "state", "country", "zip")


def list_in(focus: Focus, key: str) -> list[str]:
    """A look-up of a model's gives one id as a text."""
    value = focus.get(key)
    if isinstance(value, str):
        return [value] if value else []
    return [each for each in value or () if isinstance(each, str)]


async def read_selection(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Selection | None:
    order = await own_purchase(systems, customer, focus)
    wanted = _wanted(order, focus)
    if order is None or not wanted:
        return None
    picked, missing = pick(order.lines, wanted)
    return Selection(
        order=order.id,
        items=wanted,
        missing=missing,
        described=described(picked),
        value=sum(line.price for line in picked),
    )


def _wanted(order: Purchase | None, focus: Focus) -> list[str]:
    """The item ids of a proposal, or those that the customer's words name."""
    if order is None:
        return []
    return list_in(focus, "item_ids") or items_named(order.lines, text_in(focus, "items"))


def pick(lines: Sequence[Line], wanted: Sequence[str]) -> tuple[list[Line], list[str]]:
    """The lines that are meant, each once, and the items for which none is left."""
    left = list(lines)
    picked: list[Line] = []
    missing: list[str] = []
    for item in wanted:
        line = next((line for line in left if line.item == item), None)
        if line is None:
            missing.append(item)
        else:
            left.remove(line)
            picked.append(line)
    return picked, missing


async def read_change(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Change | None:
    """None when the items are not in the order, or what is to take their place is not told."""
    order = await own_purchase(systems, customer, focus)
    wanted = _wanted(order, focus)
    if order is None or not wanted:
        return None
    lines, missing = pick(order.lines, wanted)
    new = list_in(focus, "new_item_ids")
    if missing:
        return None
    sold = await shop_of(systems).items([*new, *(line.product for line in lines)])
    return _change(order, lines, sold, new or _wished(lines, sold, text_in(focus, "wish")))


def _wished(lines: Sequence[Line], sold: Sequence[Item], wish: str) -> list[str]:
    """Words can tell the new options of one item; for several they would have to be parted."""
    if len(lines) != 1 or not wish:
        return []
    of_product = [item for item in sold if item.product == lines[0].product]
    found = item_wished(lines[0], of_product, wish)
    return [found.id] if found else []


def _change(order: Purchase, lines: Sequence[Line], sold: Sequence[Item], new: Sequence[str]) -> Change | None:
    if len(new) != len(lines):
        return None
    known = {item.id: item for item in sold}
    pairs = [(line, known.get(item)) for line, item in zip(lines, new, strict=True)]
    return Change(
        order=order.id,
        items=[line.item for line in lines],
        new_items=list(new),
        foreign=[one for one, (line, item) in zip(new, pairs, strict=True) if not item or item.product != line.product],
        unavailable=[item.id for _, item in pairs if item and not item.available],
        described="; ".join(f"{item.name} ({', '.join(item.options.values())})" for _, item in pairs if item),
        difference=sum(item.price - line.price for line, item in pairs if item),
    )


async def read_destination(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Destination | None:
    """A proposal's address, the customer's own when their words say so, or the one they wrote."""
    if text_in(focus, "address1"):
        return _destination(Address(**{name: text_in(focus, name) for name in ADDRESS}))
    said = text_in(focus, "address")
    if "default" in said.casefold() or "profile" in said.casefold():
        profile = await own_profile(systems, customer)
        return _destination(profile.address) if profile else None
    written = address_written(said)
    return _destination(written) if written else None


def _destination(address: Address) -> Destination:
    return Destination(**vars(address), line=address.line)


SELECTION = Source(
    fact=Selection,
    system="shop",
    about="Looks up items of an order: whether the order holds them, and what they cost together.",
    read=read_selection,
    focus=("order_id", "order", "item_ids", "items"),
)
CHANGE = Source(
    fact=Change,
    system="shop",
    about="Looks up what it would cost to have other items in the place of some of an order, and whether they can be had.",
    read=read_change,
    focus=("order_id", "order", "item_ids", "items", "new_item_ids", "wish"),
)
DESTINATION = Source(
    fact=Destination,
    system="shop",
    about="Reads an address that was given.",
    read=read_destination,
    focus=(*ADDRESS, "address"),
)
