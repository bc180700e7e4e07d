"""Fact sources: which system tells a fact, and how the record that is meant is found in it.

A source answers None when the customer has no such record. It checks the owner of every record once more, whatever
the system was asked for: somebody else's record is dropped as if it were not there.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol, TypeVar

from pydantic import TypeAdapter

from records.clock import Clock
from records.ids import CustomerId
from tools.answers import SystemRefused, SystemTimeout, SystemUnavailable
from tools.systems import Systems

Json = dict[str, Any]

Focus = Mapping[str, Any]
"""What is being talked about: the ids the customer named and their answers (texts), or a proposal's arguments."""

Read = Callable[[Systems, CustomerId, Focus, datetime], Awaitable[object | None]]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a fact comes from. `fact`: its dataclass. `system`: the port's name. `about`: what a look-up tells, for a
    model. `focus`: the keys of the focus that `read` looks at. `visible`: whether the customer may be shown it, but for the
    fields that are `hidden`."""

    fact: type
    system: str
    about: str
    read: Read
    focus: tuple[str, ...] = ()
    visible: bool = True
    hidden: tuple[str, ...] = ()

    def place(self, name: str, focus: Focus) -> str:
        """Where a run keeps this fact, read with this focus: two orders in one message are two facts."""
        seen = {key: focus[key] for key in self.focus if focus.get(key)}
        return f"{name} {json.dumps(seen, sort_keys=True, ensure_ascii=False, default=str)}" if seen else name


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


class Owned(Protocol):
    """A record that names its customer."""

    @property
    def customer(self) -> str: ...


O = TypeVar("O", bound=Owned)  # noqa: E741


def access_own(record: O | None, customer: CustomerId) -> O | None:
    if record is None:
        return None
    if record.customer != customer:
        return None
    return record


def same_id(left: str, right: str) -> bool:
    """People write ids in any case, and `1001` for `ord_1001`."""
    if right.isdecimal():
        return re.split(r"[-_]", left)[-1] == right
    return left.casefold() == right.casefold()


def plain(fact: object | None) -> Json | None:
    """A fact as JSON: times are ISO strings in UTC."""
    if fact is None:
        return None
    kind: Any = type(fact)
    value: Json = _adapter(kind).dump_python(fact, mode="json")
    return value


@cache
def _adapter(fact: Any) -> TypeAdapter[Any]:
    """Made once for each kind of fact: making one takes longer than reading the record does."""
    return TypeAdapter(fact)


async def read_fact(
    name: str, source: Source, systems: Systems, customer: CustomerId, focus: Focus, clock: Clock, timeout: float
) -> FactRead | Gap:
    """Reads one fact within `timeout` seconds. What goes wrong at the system becomes a gap."""
    try:
        async with asyncio.timeout(timeout):
            value = await source.read(systems, customer, focus, clock.now())
    except TimeoutError:
        systems.too_slow(source.system)
        return Gap(fact=name, source=source.system, reason=f"No answer within {timeout:g} seconds.")
    except (SystemTimeout, SystemUnavailable, SystemRefused) as error:
        return Gap(fact=name, source=error.facts.get("system", source.system), reason=error.detail)
    return FactRead(fact=name, source=source.system, read_at=clock.now(), visible=source.visible, value=plain(value))
