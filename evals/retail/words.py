"""What a customer's own words mean among the shop's records: which items, which variant, which method, which address.

Each answers with nothing rather than a guess: then the customer is asked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from evals.retail.port import Address, Item, Line, Method, Purchase

_ALL = re.compile(r"\b(?:everything|all|whole order|entire order|both)\b", re.I)
_ADDRESS = re.compile(
    r"(?P<address1>\d[^,\n]+),\s*(?:(?P<address2>[^,\n]+),\s*)?(?P<city>[^,\n]+),\s*(?P<state>[A-Za-z]{2})\s+"
    r"(?P<zip>\d{5})(?:,\s*(?P<country>[A-Za-z .]+?))?\s*\.?\s*$"
)
_KINDS = {
    "gift_card": re.compile(r"\bgift[ -]?cards?\b", re.I),
    "paypal": re.compile(r"\bpay ?pal\b", re.I),
    "credit_card": re.compile(r"(?<!gift )\b(?:credit[ -]?card|debit card|visa|master ?card|amex|card)\b", re.I),
}
_ORIGINAL = re.compile(r"\b(?:original|same|way I paid|back where|paid with)\b", re.I)


def items_named(lines: Sequence[Line], text: str) -> list[str]:
    """The items that the text names by id or by name, or all of them; none when a name fits several different items."""
    by_id = [line.item for line in lines if line.item in text]
    if by_id:
        return by_id
    if _ALL.search(text) and not any(_names(line, text) for line in lines):
        return [line.item for line in lines]
    named = [line for line in lines if _names(line, text)]
    if _ALL.search(text) or max(Counter(line.name for line in named).values(), default=0) == 1:
        return [line.item for line in named]
    return []


def _names(line: Line, text: str) -> bool:
    """By its whole name, or by the last word of it: a `Cycling Helmet` is a helmet."""
    last = line.name.split()[-1]
    return any(re.search(rf"\b{re.escape(name.rstrip('s'))}s?\b", text, re.I) for name in (line.name, last))


def item_wished(line: Line, variants: Sequence[Item], text: str) -> Item | None:
    """The variant that has the options the text names, and otherwise those that the bought one has. None when it names
    none, or there is no such variant."""
    bought = next((item for item in variants if item.id == line.item), None)
    if bought is None:
        return None
    options = {name: _said({item.options.get(name, "") for item in variants}, text) for name in bought.options}
    wished = {name: value for name, value in options.items() if value}
    if not wished:
        return None
    wanted = dict(bought.options) | wished
    return next((item for item in variants if dict(item.options) == wanted), None)


def _said(values: Iterable[str], text: str) -> str:
    """The longest of these values that the text holds. A single letter, such as a size, counts as a capital only."""
    found = [value for value in values if value and _holds(text, value)]
    return max(found, key=len, default="")


def _holds(text: str, value: str) -> bool:
    flags = re.NOFLAG if len(value) == 1 else re.I
    return re.search(rf"(?<![\w'’]){re.escape(value)}(?!\w)", text, flags) is not None


def method_named(methods: Sequence[Method], text: str, order: Purchase | None) -> Method | None:
    """By its id, by its kind when there is one of that kind, or as the one that paid the order at first."""
    by_id = next((method for method in methods if method.id in text), None)
    if by_id is not None:
        return by_id
    kinds = [kind for kind, pattern in _KINDS.items() if pattern.search(text)]
    fitting = [method for method in methods if method.kind in kinds]
    if len(fitting) == 1:
        return fitting[0]
    if order is not None and order.payments and _ORIGINAL.search(text) and not kinds:
        return next((method for method in methods if method.id == order.payments[0].method), None)
    return None


def address_written(text: str) -> Address | None:
    """An address of the country the shop delivers to, its parts parted by commas, at the end of the text."""
    found = _ADDRESS.search(text.strip())
    if found is None:
        return None
    parts = {name: (value or "").strip() for name, value in found.groupdict().items()}
    return Address(**{**parts, "state": parts["state"].upper(), "country": parts["country"] or "USA"})
