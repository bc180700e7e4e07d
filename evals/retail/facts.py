"""What the agent may know of the shop's records, and of what a proposal or a customer asks for.

`Order`, `Customer` and `Payment` are records. `Selection`, `Change` and `Destination` are worked out about what is asked:
about a proposal's arguments when policy judges it, about the customer's own words before there is a proposal. Money is
whole cents.
"""

from dataclasses import dataclass

from tools.money import Cents


@dataclass(frozen=True, kw_only=True)
class Customer:
    """`payment_methods`: ids. `revision` rises with every change of the address."""

    id: str
    name: str
    email: str
    tier: str
    language: str
    address: str
    payment_methods: list[str]
    revision: int


@dataclass(frozen=True, kw_only=True)
class Order:
    """`payment`: the method that pays for it now; `original_payment`: the first one. `items`: ids, as often as bought."""

    id: str
    customer: str
    status: str
    items: list[str]
    described: str
    total: Cents
    currency: str
    payment: str
    original_payment: str
    address: str
    tracking: str
    revision: int


@dataclass(frozen=True, kw_only=True)
class Payment:
    """A method in the customer's profile. `balance`: of a gift card alone."""

    id: str
    customer: str
    kind: str
    label: str
    balance: Cents | None


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Items of one order that are meant. `missing`: those asked for that the order does not hold, or not as often.
    `value`: what the others cost."""

    order: str
    items: list[str]
    missing: list[str]
    described: str
    value: Cents


@dataclass(frozen=True, kw_only=True)
class Change:
    """Items of one order, each with the one to take its place, in the same order. `foreign`: new items of another product
    than the one they replace, or that do not exist; `unavailable`: those not in stock. `difference`: what the customer
    has to pay, or gets back when it is below zero."""

    order: str
    items: list[str]
    new_items: list[str]
    foreign: list[str]
    unavailable: list[str]
    described: str
    difference: Cents


@dataclass(frozen=True, kw_only=True)
class Destination:
    """An address that was given. `line`: on one line."""

    address1: str
    address2: str
    city: str
    state: str
    country: str
    zip: str
    line: str
