"""One call of a WRITE tool that the demo company's seed allows, and what may happen to it on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from records.clock import ManualClock
from records.ids import CustomerId
from tests.demo_fixtures import NOW, call_of
from tools.executor import Outcome, execute, recover
from tools.sources import FactRead, read_fact
from tools.standard import KIT
from tools.systems import Systems

FAULTS = ("timeout_after", "fail_after", "answer_twice")
SETTLE = 0.01


@dataclass(frozen=True, kw_only=True)
class Action:
    """`operation` is the port's method behind the tool; `kind` the effect it has there."""

    tool: str
    system: str
    operation: str
    kind: str
    customer: CustomerId
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        return self.tool

    async def key(self, systems: Systems) -> str:
        """The identity that the facts as they are now give the call."""
        tool = KIT.action_named(self.tool)
        return tool.key(tool.parse(self.arguments), await facts_of(systems, self.customer, tool.needs, self.arguments))

    async def carried_out(self, systems: Systems, key: str) -> Outcome:
        tool = KIT.action_named(self.tool)
        call = call_of(self.customer, key)
        return await execute(tool, systems, call, tool.parse(self.arguments), settle_after=SETTLE)

    async def recovered(self, systems: Systems, key: str) -> Outcome:
        """As after a crash: nobody knows whether the call was made."""
        tool = KIT.action_named(self.tool)
        call = call_of(self.customer, key)
        return await recover(tool, systems, call, tool.parse(self.arguments), settle_after=SETTLE)


async def facts_of(
    systems: Systems, customer: CustomerId, names: tuple[str, ...], focus: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The facts that are there, as plain values."""
    found = {name: await fact(name, systems, customer, focus) for name in names}
    return {name: value for name, value in found.items() if value is not None}


async def fact(
    name: str, systems: Systems, customer: CustomerId, focus: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    read = await read_fact(name, KIT.sources[name], systems, customer, focus or {}, ManualClock(NOW), 5)
    assert isinstance(read, FactRead), read
    return read.value
