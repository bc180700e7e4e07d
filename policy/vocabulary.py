"""What a company's conditions and texts may name: the facts, the tools' arguments, slots, and a situation's values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from policy.cel import Environment
from policy.structs import Field, Kind, Struct, struct_of, struct_of_schema
from policy.templates import COMPANY, RECEIPT, Names

SITUATION: Mapping[str, Kind] = {
    "intent": "string",
    "plan": "string",
    "tier": "string",
    "value": "int",
    "skill": "string",
    "reason": "string",
    "confidence": "double",
    "none": "double",
    "emotion": "double",
    "urgency": "double",
    "asked_for_person": "bool",
    "repeat": "int",
}
LEDGER: Struct = {name: Field(kind="strings") for name in ("standing", "open", "done")}
"""What Closeloop itself did for the customer, each as the tool and what it acted on: `issue_refund ch_12`. `standing`:
done or about to be, and not taken back; `open`: those of them whose outcome is not known yet; `done`: the others."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """`facts`: a fact's name to its dataclass. `tools`: a WRITE tool's name to its arguments' JSON schema. `hidden`: the
    fields of a fact that customers are not shown, so that no text may name them."""

    facts: Mapping[str, type]
    tools: Mapping[str, Mapping[str, Any]]
    hidden: Mapping[str, Collection[str]] = field(default_factory=dict)

    def fact_structs(self) -> dict[str, Struct]:
        return {name: struct_of(fact) for name, fact in self.facts.items()}

    def arguments(self, tool: str) -> Struct:
        """The fields of a tool's arguments; none for an unknown tool."""
        return struct_of_schema(self.tools.get(tool, {}))

    def options(self, tool: str) -> dict[str, tuple[Any, ...]]:
        """The arguments of a tool that take one of a few values, with these."""
        properties = dict(self.tools.get(tool, {}).get("properties", {}))
        return {name: tuple(schema["enum"]) for name, schema in properties.items() if "enum" in schema}

    def bare_arguments(self, tool: str) -> Struct:
        """The arguments that clauses may name alone; the others share a fact's name and are read as `arguments.x`."""
        taken = {*self.facts, "now", "arguments", "ledger"}
        return {name: each for name, each in self.arguments(tool).items() if name not in taken}

    def tool_environment(self, tool: str) -> Environment:
        """For clauses: every fact, `arguments`, the arguments whose names are free, `ledger`, `now`."""
        bare = {name: each.kind for name, each in self.bare_arguments(tool).items()}
        structs = self.fact_structs() | {"arguments": self.arguments(tool), "ledger": LEDGER}
        return Environment(structs=structs, values=bare | {"now": "timestamp"})

    def playbook_environment(self, slots: Collection[str]) -> Environment:
        """For a playbook's rules: every fact, its own `slots` (null until known), `now`."""
        given: Struct = {name: Field(kind="string", optional=True) for name in slots}
        return Environment(structs=self.fact_structs() | {"slots": given}, values={"now": "timestamp"})

    def text_names(self, *, slots: Collection[str] = (), tools: Collection[str] = ()) -> Names:
        """For texts: every fact and its fields that customers may be shown, the arguments of these tools, slots, the
        receipt, the company."""
        shown = {
            name: tuple(each for each in struct if each not in self.hidden.get(name, ()))
            for name, struct in self.fact_structs().items()
        }
        facts = {name: fields for name, fields in shown.items() if fields}
        arguments = {name: None for tool in tools for name in self.arguments(tool)}
        return facts | {
            "receipt": RECEIPT,
            "company": COMPANY,
            "arguments": tuple(arguments),
            "slots": tuple(slots),
        }


def situation_environment() -> Environment:
    """For triggers and routing: the values of a situation."""
    return Environment(structs={}, values=SITUATION)
