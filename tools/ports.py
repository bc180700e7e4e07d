"""The ports: what Closeloop asks of a company's business systems. An adapter implements them over HTTP or an SDK.

Every look-up takes the customer and answers only with that customer's records (None when there is no such record of
theirs). A port raises `SystemTimeout` when it does not know whether a call had its effect, `SystemUnavailable` when it
knows it had none, `SystemRefused` when the system said no; each carries `system`, the port's name, in its `facts`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from records.errors import CloseloopError
from records.ids import CustomerId, LedgerKey
from tools import facts


class SystemTimeout(CloseloopError):
    """The system did not answer in time; whether it acted is unknown."""


class SystemUnavailable(CloseloopError):
    """The system could not be reached; nothing was done."""


class SystemRefused(CloseloopError):
    """The system refused the call."""


@dataclass(frozen=True, kw_only=True)
class Effected:
    """A system's own record of an effect: its id there, and the amount moved in minor units, if any."""

    reference: str
    amount: int | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class AddressChange:
    """An entry of an order's change log: `revision` is the order's revision that the change made."""

    reference: str
    order: str
    address: str
    revision: int
    at: datetime


class Crm(Protocol):
    """Who the customer is."""

    async def customer(self, customer: CustomerId) -> facts.Customer | None: ...


class Billing(Protocol):
    """Charges, refunds, subscriptions. Honours idempotency keys: `effect` finds what was done under one."""

    async def charges(self, customer: CustomerId) -> list[facts.Charge]: ...
    async def subscription(self, customer: CustomerId) -> facts.Subscription | None: ...
    async def refund(self, customer: CustomerId, charge: str, amount: int, reason: str, key: LedgerKey) -> Effected: ...
    async def cancel(
        self, customer: CustomerId, subscription: str, at_period_end: bool, key: LedgerKey
    ) -> Effected: ...
    async def effect(self, key: LedgerKey) -> Effected | None: ...


class Commerce(Protocol):
    """Orders and parcels. Ignores idempotency keys, but what it did can be looked up on the order, in `changes`.
    It does not count days: `days_late` comes as 0, and `tools/sources.py` counts it."""

    async def orders(self, customer: CustomerId) -> list[facts.Order]: ...
    async def tracking(self, customer: CustomerId, order: str) -> facts.Tracking | None: ...
    async def changes(self, customer: CustomerId, order: str) -> list[AddressChange]: ...
    async def change_address(self, customer: CustomerId, order: str, address: str) -> Effected: ...


class Tracker(Protocol):
    """Bug reports. Has no idempotency keys and nothing to look a report up by."""

    async def file(self, customer: CustomerId, title: str, description: str) -> Effected: ...


class Status(Protocol):
    """Known incidents, open ones first."""

    async def incidents(self) -> list[facts.Incident]: ...


@dataclass(frozen=True, kw_only=True)
class Systems:
    """The company's systems, one per port."""

    crm: Crm
    billing: Billing
    commerce: Commerce
    tracker: Tracker
    status: Status
