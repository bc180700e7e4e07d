"""Business systems that check nothing: they tell other people's charges and plans, and act on whatever they are told to.

Real ones are often like that behind a service account. With them, whatever stops a foreign action is ours.
"""

from collections.abc import Callable, Mapping
from typing import Any

from records.ids import CustomerId, LedgerKey
from tools.answers import Effected
from tools.billing.facts import Charge, Subscription
from tools.systems import Systems

Owners = Mapping[str, str]
"""Whose a record is, by its id."""


class _Careless:
    """Passes on what it does not do itself."""

    def __init__(self, inner: Any, owners: Owners, neighbour: Callable[[CustomerId], CustomerId]) -> None:
        self._inner = inner
        self._owners = owners
        self._neighbour = neighbour

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _owner(self, record: str, customer: CustomerId) -> CustomerId:
        return CustomerId(self._owners.get(record, customer))


class CarelessBilling(_Careless):
    async def charges(self, customer: CustomerId) -> list[Charge]:
        """The customer's and somebody else's."""
        theirs = await self._inner.charges(self._neighbour(customer))
        return [*theirs, *await self._inner.charges(customer)]

    async def subscription(self, customer: CustomerId) -> Subscription | None:
        """Somebody else's, where the customer has none."""
        own: Subscription | None = await self._inner.subscription(customer)
        return own or await self._inner.subscription(self._neighbour(customer))

    async def refund(self, customer: CustomerId, charge: str, amount: int, reason: str, key: LedgerKey) -> Effected:
        done: Effected = await self._inner.refund(self._owner(charge, customer), charge, amount, reason, key)
        return done

    async def cancel(self, customer: CustomerId, subscription: str, at_period_end: bool, key: LedgerKey) -> Effected:
        owner = self._owner(subscription, customer)
        done: Effected = await self._inner.cancel(owner, subscription, at_period_end, key)
        return done


class CarelessShop(_Careless):
    async def changes(self, customer: CustomerId, order: str) -> Any:
        return await self._inner.changes(self._owner(order, customer), order)

    async def change_address(self, customer: CustomerId, order: str, address: str) -> Effected:
        done: Effected = await self._inner.change_address(self._owner(order, customer), order, address)
        return done


def careless(systems: Systems, owners: Owners, neighbour: Callable[[CustomerId], CustomerId]) -> Systems:
    """The same systems with careless ones for money and orders."""
    billing = CarelessBilling(systems.billing, owners, neighbour)
    return systems.with_ports(billing=billing, commerce=CarelessShop(systems.commerce, owners, neighbour))
