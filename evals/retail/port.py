"""The port to the shop: its records, and the one door through which it is told to do something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from records.ids import CustomerId, LedgerKey
from tools.answers import Effected

CURRENCY = "USD"


@dataclass(frozen=True, kw_only=True)
class Address:
    address1: str
    address2: str
    city: str
    state: str
    country: str
    zip: str

    @property
    def line(self) -> str:
        """On one line, as it is written on a parcel."""
        town = f"{self.city}, {self.state} {self.zip}"
        return ", ".join(part for part in (self.address1, self.address2, town, self.country) if part.strip())


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to pay. `kind`: gift_card, paypal or credit_card; `balance` in cents, of a gift card alone."""

    id: str
    customer: str
    kind: str
    balance: int | None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A customer as the shop knows them. `revision` rises by one with every change of the address."""

    id: str
    name: str
    email: str
    address: Address
    revision: int
    methods: tuple[Method, ...]
    orders: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One piece in an order; two of the same item are two lines. `price` in cents, as it was bought."""

    item: str
    product: str
    name: str
    price: int


@dataclass(frozen=True, kw_only=True)
class Payment:
    """`kind`: payment or refund."""

    kind: str
    method: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """An order. `payments` in the order in which they were made; `revision` rises by one with every change."""

    id: str
    customer: str
    status: str
    address: Address
    revision: int
    tracking: str
    lines: tuple[Line, ...]
    payments: tuple[Payment, ...]


@dataclass(frozen=True, kw_only=True)
class Item:
    """What the shop sells: one combination of a product's options."""

    id: str
    product: str
    name: str
    options: Mapping[str, str]
    available: bool
    price: int


class Shop(Protocol):
    """Looks up only what is the customer's own. Honours keys: `effect` finds what was done under one."""

    async def profile(self, customer: CustomerId) -> Profile | None: ...
    async def purchase(self, customer: CustomerId, order: str) -> Purchase | None: ...
    async def items(self, ids: Sequence[str]) -> list[Item]:
        """Items by their own id, and every item of a product by the product's id."""
        ...

    async def do(self, customer: CustomerId, operation: str, arguments: Mapping[str, Any], key: LedgerKey) -> Effected:
        """Raises SystemRefused with the shop's own reason; then nothing has happened."""
        ...

    async def effect(self, key: LedgerKey) -> Effected | None: ...
