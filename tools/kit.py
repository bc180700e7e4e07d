"""A kit: what an agent of a company can know and do. The standard kit is `tools.standard`; a company may bring its own.

What is in no kit does not exist: no fact can be named in a condition, and no tool can be called.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property

from records.errors import CloseloopError
from tools.arguments import Mention
from tools.sources import Source, plain
from tools.systems import Systems
from tools.tool import Call, Effect, Json, Tool, make_tool


class UnknownTool(CloseloopError):
    """There is no such tool."""


@dataclass(frozen=True, kw_only=True)
class Kit:
    """`sources`: by the fact's name. `actions`: the WRITE tools. `ids`: how customers write the id of a record, by the
    focus it gives; the first group that matched is the id. The fact `customer` is read in every run of a signed-in
    customer; its `plan` and `tier` are what triggers, thresholds and routing look at."""

    sources: Mapping[str, Source] = field(default_factory=dict)
    actions: tuple[Tool, ...] = ()
    ids: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    def __or__(self, other: "Kit") -> "Kit":
        """Both; where both have one of a name, the other's."""
        actions = {tool.name: tool for tool in (*self.actions, *other.actions)}
        return Kit(
            sources={**self.sources, **other.sources},
            actions=tuple(actions.values()),
            ids={**self.ids, **other.ids},
        )

    @cached_property
    def facts(self) -> dict[str, type]:
        """The dataclass of each fact."""
        return {name: source.fact for name, source in self.sources.items()}

    @cached_property
    def hidden(self) -> dict[str, tuple[str, ...]]:
        """The fields of each fact that customers are not shown."""
        found: dict[str, tuple[str, ...]] = {}
        for name, source in self.sources.items():
            found[name] = source.hidden if source.visible else tuple(each.name for each in fields(source.fact))
        return found

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """A READ tool `find_<fact>` for each source, and the WRITE tools."""
        return (*(looking_up(name, source) for name, source in self.sources.items()), *self.actions)

    def action(self, name: str) -> Tool | None:
        """The WRITE tool of this name."""
        return next((tool for tool in self.actions if tool.name == name), None)

    def action_named(self, name: str) -> Tool:
        """Raises UnknownTool."""
        found = self.action(name)
        if found is None:
            raise UnknownTool
        return found


def looking_up(name: str, source: Source) -> Tool:
    """The READ tool that answers with a fact as plain JSON, or None; its arguments are the source's focus."""

    async def look_up(systems: Systems, call: Call, **focus: str) -> Json | None:
        return plain(await source.read(systems, call.customer, focus, call.at))

    arguments = dict.fromkeys(source.focus, (Mention, ""))
    return make_tool(
        look_up, name=f"find_{name}", effect=Effect.READ, description=source.about, arguments=arguments, reads=name
    )
