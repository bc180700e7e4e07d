"""What a tool is: a plain typed function, marked READ or WRITE, whose docstring is what a model reads.

A READ tool looks and changes nothing. A WRITE tool changes a business system; it runs only through the ledger, which
needs three things of it: what it acts on and why (the business identity, so that the same thing is never done twice),
a way to ask the system afterwards whether it happened, and how far the system itself protects against a repeat.
"""

import hashlib
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.json_schema import GenerateJsonSchema

from records.ids import CustomerId, LedgerKey
from tools.systems import Systems

Json = dict[str, Any]
_ID = re.compile(r"(?=.*\d)[A-Za-z0-9_.:-]{1,80}")
"""What names a record; a word without a digit may be somebody's."""

UNTOLD = "?"
"""The cause when the facts it is read from are missing. Such a call has no identity, and is never executed."""


class Effect(Enum):
    READ = "read"
    WRITE = "write"


class Idempotency(Enum):
    """What a system does about a repeated call, and what it can say about one whose answer was lost."""

    KEYED = "keyed"
    """Honours the key: a repeat with the same key has no second effect, and the effect is found by the key."""
    LOOKUP = "lookup"
    """Ignores keys: a repeat has a second effect. What was done can be seen on the record."""
    BLIND = "blind"
    """Neither: a lost answer stays lost."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One execution of a tool. `key` is the identity of a WRITE and goes to the business system as the idempotency
    key (a READ has none: ""); `customer` is the verified customer of the run, never an argument of the model."""

    key: LedgerKey
    customer: CustomerId
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a system says it did. `reference` is the system's own id of the effect; `amount` is minor units or None."""

    system: str
    reference: str
    amount: int | None = None
    currency: str | None = None
    details: Mapping[str, str] | None = None


class Settled(Enum):
    """What a system can say about a call whose answer was lost, when it does not show a receipt."""

    NOT_DONE = "not_done"
    CANNOT_TELL = "cannot_tell"


Facts = Mapping[str, Mapping[str, Any]]
Execute = Callable[..., Awaitable[Any]]
Settle = Callable[[Systems, Call, Json], Awaitable[Receipt | Settled]]
Cause = Callable[[Json, Facts], str]
UndoArguments = Callable[[Json, Json, Facts], Json | None]
"""From a call's arguments, its receipt and the facts that the undo needs, as they are now, the undo's arguments; None when
the records do not show what there would be to take back."""


class _Untitled(GenerateJsonSchema):
    """JSON schema without the generated titles, which only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool of the catalogue. `object` names the argument a WRITE acts on, `needs` the facts its policy reads,
    `reads` the fact a READ answers with, `undo` the tool that takes a WRITE back ("": none does), `undo_arguments` what that one is called with, `system` the port a WRITE uses
    ("": told by the package it stands in)."""

    name: str
    effect: Effect
    description: str
    run: Execute
    arguments: type[BaseModel]
    needs: tuple[str, ...]
    reads: str
    object: str
    idempotency: Idempotency
    cause: Cause
    settle: Settle
    undo: str
    undo_arguments: UndoArguments
    system: str

    @property
    def port(self) -> str:
        """Where the tool acts: as it says, or by the package it stands in (`tools.billing.actions`); "" where neither
        tells."""
        package, _, rest = self.run.__module__.partition(".")
        return self.system or (rest.split(".")[0] if package == "tools" and "." in rest else "")

    def parse(self, arguments: Mapping[str, Any]) -> Json:
        """The arguments, checked against the function's types: an int is not a float, a bool or a string.
        Raises pydantic.ValidationError; extra names are errors."""
        return dict(self.arguments.model_validate(dict(arguments), strict=True).model_dump(mode="json"))

    def schema(self) -> Json:
        """The JSON schema of the arguments, for a model and for the company folder's checks."""
        schema = self.arguments.model_json_schema(schema_generator=_Untitled)
        return {name: value for name, value in schema.items() if name != "title"}

    def key(self, arguments: Json, facts: Facts) -> LedgerKey:
        """The business identity of a call: tool, object, cause. Never the run, the conversation or the amount. Keys stand
        in the audit log for good, so words and the customer are in them as a digest.
        Ends in `:?` when the facts do not tell the cause; the executor does nothing under such a key."""
        acted_on = str(arguments[self.object])
        customer = (facts.get("customer") or {}).get("id")
        named = acted_on if _ID.fullmatch(acted_on) and acted_on != customer else digest_of(acted_on)
        return LedgerKey(f"{self.name}:{named}:{self.cause(arguments, facts)}")


def digest_of(words: str) -> str:
    """Stands for words in a key: the same for the same words, whatever their spacing and case."""
    return hashlib.sha256(" ".join(words.casefold().split()).encode()).hexdigest()[:12]


async def _nothing_to_settle(_systems: Systems, _call: Call, _arguments: Json) -> Receipt | Settled:
    return Settled.CANNOT_TELL


def same_arguments(arguments: Json, _receipt: Json, _facts: Facts) -> Json:
    """For an undo that takes what the call took."""
    return dict(arguments)


def _no_cause(_arguments: Json, _facts: Facts) -> str:
    return UNTOLD


def tool(
    *,
    effect: Effect,
    needs: tuple[str, ...] = (),
    reads: str = "",
    object: str = "",  # noqa: A002 - the field's word for what is acted on
    idempotency: Idempotency = Idempotency.BLIND,
    cause: Cause = _no_cause,
    settle: Settle = _nothing_to_settle,
    undo: str = "",
    undo_arguments: UndoArguments = same_arguments,
    system: str = "",
) -> Callable[[Execute], Tool]:
    """Makes a Tool of `async def name(systems, call, *, …)`; the keyword-only parameters are the tool's arguments."""

    def make(function: Execute) -> Tool:
        return make_tool(
            function,
            name=function.__name__,
            effect=effect,
            description=inspect.getdoc(function) or "",
            arguments=_arguments_of(function),
            needs=needs,
            reads=reads,
            object=object,
            idempotency=idempotency,
            cause=cause,
            settle=settle,
            undo=undo,
            undo_arguments=undo_arguments,
            system=system,
        )

    return make


def make_tool(
    function: Execute,
    *,
    name: str,
    effect: Effect,
    description: str,
    arguments: Mapping[str, Any],
    needs: tuple[str, ...] = (),
    reads: str = "",
    object: str = "",  # noqa: A002
    idempotency: Idempotency = Idempotency.BLIND,
    cause: Cause = _no_cause,
    settle: Settle = _nothing_to_settle,
    undo: str = "",
    undo_arguments: UndoArguments = same_arguments,
    system: str = "",
) -> Tool:
    """A tool from a function and its `arguments`, as pydantic's create_model takes them: (type, default or ...)."""
    model: type[BaseModel] = create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **arguments)
    return Tool(
        name=name,
        effect=effect,
        description=description,
        run=function,
        arguments=model,
        needs=needs,
        reads=reads,
        object=object,
        idempotency=idempotency,
        cause=cause,
        settle=settle,
        undo=undo,
        undo_arguments=undo_arguments,
        system=system,
    )


def _arguments_of(function: Execute) -> dict[str, Any]:
    hints = get_type_hints(function, include_extras=True)
    return {
        name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
