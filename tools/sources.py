"""The fact sources: which system tells which fact, and how the one that is meant is read from it.

A source answers None when the customer has no such record. It checks the owner of every record once more, whatever
the system was asked for: somebody else's record is dropped as if it were not there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter

from records.clock import Clock
from records.ids import CustomerId
from tools import facts, picks
from tools.picks import Focus
from tools.ports import SystemRefused, Systems, SystemTimeout, SystemUnavailable
from tools.tool import Json


class Owned(Protocol):
    """A record that names its customer."""

    @property
    def customer(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class FactRead:
    """A fact as it was read. `value` is plain JSON with ISO times, or None when there is no such record of this
    customer's; `source` is the system; `visible` tells whether the customer may be shown it."""

    fact: str
    source: str
    read_at: datetime
    visible: bool
    value: Json | None


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A fact that could not be read, because `source` did not answer."""

    fact: str
    source: str
    reason: str


Read = Callable[[Systems, CustomerId, Focus, datetime], Awaitable[object | None]]


@dataclass(frozen=True, kw_only=True)
class Source:
    """`system` is the port's name."""

    system: str
    visible: bool
    read: Read


O = TypeVar("O", bound=Owned)  # noqa: E741


def access_customer(record: facts.Customer | None, customer: CustomerId) -> facts.Customer | None:
    if record is None:
        return None
    if record.id != customer:
        return None
    return record


def access_own(record: O | None, customer: CustomerId) -> O | None:
    if record is None:
        return None
    if record.customer != customer:
        return None
    return record


def access_tracking(record: facts.Tracking | None, order: facts.Order) -> facts.Tracking | None:
    """A parcel is its order's, and `order` is the customer's own."""
    if record is None:
        return None
    if record.order != order.id:
        return None
    return record


async def _orders(systems: Systems, customer: CustomerId, now: datetime) -> list[facts.Order]:
    found = await systems.commerce.orders(customer)
    return [picks.counted(order, now) for order in found if access_own(order, customer)]


async def _charges(systems: Systems, customer: CustomerId) -> list[facts.Charge]:
    return [charge for charge in await systems.billing.charges(customer) if access_own(charge, customer)]


async def read_customer(systems: Systems, customer: CustomerId, _focus: Focus, _now: datetime) -> facts.Customer | None:
    return access_customer(await systems.crm.customer(customer), customer)


async def read_order(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> facts.Order | None:
    return picks.pick_order(await _orders(systems, customer, now), focus)


async def read_tracking(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> facts.Tracking | None:
    order = await read_order(systems, customer, focus, now)
    if order is None:
        return None
    return access_tracking(await systems.commerce.tracking(customer, order.id), order)


async def read_charge(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> facts.Charge | None:
    order = None if focus.get("charge") else await read_order(systems, customer, focus, now)
    return picks.pick_charge(await _charges(systems, customer), order, focus)


async def read_duplicate_charge(
    systems: Systems, customer: CustomerId, focus: Focus, _now: datetime
) -> facts.DuplicateCharge | None:
    return picks.pick_duplicate(await _charges(systems, customer), focus)


async def read_subscription(
    systems: Systems, customer: CustomerId, focus: Focus, _now: datetime
) -> facts.Subscription | None:
    return picks.pick_subscription(access_own(await systems.billing.subscription(customer), customer), focus)


async def read_incident(
    systems: Systems, _customer: CustomerId, _focus: Focus, _now: datetime
) -> facts.Incident | None:
    return picks.pick_incident(await systems.status.incidents())


SOURCES: Mapping[str, Source] = {
    "customer": Source(system="crm", visible=False, read=read_customer),  # tier and lifetime value are for staff
    "order": Source(system="commerce", visible=True, read=read_order),
    "tracking": Source(system="commerce", visible=True, read=read_tracking),
    "charge": Source(system="billing", visible=True, read=read_charge),
    "duplicate_charge": Source(system="billing", visible=True, read=read_duplicate_charge),
    "subscription": Source(system="billing", visible=True, read=read_subscription),
    "incident": Source(system="status", visible=True, read=read_incident),
}


def plain(fact: object | None) -> Json | None:
    """A fact as JSON: times are ISO strings in UTC."""
    if fact is None:
        return None
    value: dict[str, Any] = TypeAdapter(type(fact)).dump_python(fact, mode="json")
    return value


async def read_fact(
    name: str, systems: Systems, customer: CustomerId, focus: Focus, clock: Clock, timeout: float
) -> FactRead | Gap:
    """Reads one fact within `timeout` seconds. Raises KeyError for a name that is not in SOURCES, and nothing else."""
    source = SOURCES[name]
    try:
        async with asyncio.timeout(timeout):
            value = await source.read(systems, customer, focus, clock.now())
    except TimeoutError:
        return Gap(fact=name, source=source.system, reason=f"No answer within {timeout:g} seconds.")
    except (SystemTimeout, SystemUnavailable, SystemRefused) as error:
        return Gap(fact=name, source=error.facts.get("system", source.system), reason=error.detail)
    return FactRead(fact=name, source=source.system, read_at=clock.now(), visible=source.visible, value=plain(value))
