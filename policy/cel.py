"""Conditions and values in CEL (Common Expression Language), checked against the vocabulary when they are loaded.

A variable whose record was not read, or does not fit its type, is left unset. An expression that needs it is then
undecided: neither true nor false, and never an error. `true || undecided` is true, as in CEL's own rules.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cel_expr_python import cel

from policy.source import Node
from policy.structs import PACKAGE, Kind, Messages, Struct, fits, moment

_TYPES: dict[str, cel.Type] = {
    "string": cel.Type.STRING,
    "int": cel.Type.INT,
    "bool": cel.Type.BOOL,
    "double": cel.Type.DOUBLE,
    "timestamp": cel.Type.TIMESTAMP,
    "strings": cel.Type.List(cel.Type.STRING),
}
_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_PATH = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?:\.(\w+))?")
_MISTAKE = re.compile(r"ERROR: <input>:(\d+):\d+: (.*)")
_FIELD = re.compile(rf"undefined field '(\w+)' not found in struct '{PACKAGE}\.(\w+)'")
_REFERENCE = re.compile(r"undeclared reference to '([\w.]+)'")
_OVERLOAD = re.compile(r"found no matching overload for '_?([^'_]+?)_?' applied to '\((.*)\)'")


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A CEL expression. `variables` are the names it reads; `file` and `line` say where it is written."""

    source: str
    variables: tuple[str, ...]
    file: str
    line: int
    program: Any = field(repr=False, compare=False)
    environment: "Environment" = field(repr=False, compare=False)

    @property
    def reads(self) -> frozenset[str]:
        """What it reads of the records, as `order.total`; all fields of a record that it reads as a whole."""
        structs = self.environment.structs
        found: set[str] = set()
        for name, key in _PATH.findall(_written(self.source)):
            struct = structs.get(name, {})
            found |= {f"{name}.{each}" for each in ([key] if key in struct else struct)}
        return frozenset(found)

    def evaluate(self, values: Mapping[str, Any]) -> Any | None:
        """Its value as plain Python; None when it is null or cannot be worked out from these values."""
        found = self.program.eval(data=self.environment.activation(self.variables, values))
        return None if found.type() == cel.Type.ERROR else found.plain_value()


@dataclass(frozen=True, kw_only=True)
class Condition(Expression):
    """A CEL expression that is true or false."""

    def evaluate(self, values: Mapping[str, Any]) -> bool | None:
        """Whether it holds; None when these values do not decide it."""
        found = super().evaluate(values)
        return found if isinstance(found, bool) else None


class Environment:
    """The names an expression may use: structs (records with fields) and single values of a kind."""

    def __init__(self, *, structs: Mapping[str, Struct], values: Mapping[str, Kind]) -> None:
        self.structs = structs
        self.values = values
        self._messages = Messages(structs)
        self._checker = self._made(Messages(structs, checked=True))
        self._runner = self._made(self._messages)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.structs, *self.values)

    def activation(self, names: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
        """The given values under these names, as CEL takes them; those that are absent or do not fit are left out."""
        found = {name: self._value(name, values[name]) for name in names if values.get(name) is not None}
        return {name: value for name, value in found.items() if value is not None}

    def condition(self, node: Node) -> Condition:
        """The condition written at a node; mistakes are noted there."""
        source = str(node.value).lower() if isinstance(node.value, bool) else node.text()
        kind, program = self._compiled(node, source)
        if program is not None and kind != "BOOL":
            node.fail(f"must be true or false, but is {kind.lower()}")
        return Condition(**self._parts(node, source, program))

    def expression(self, node: Node, *, kind: Kind) -> Expression:
        """The expression of a kind written at a node; mistakes are noted there."""
        source = node.text() if isinstance(node.value, str) else str(node.value).lower()
        found, program = self._compiled(node, source)
        if program is not None and not _gives(found, kind):
            hint = f" (a text is written \"'{source}'\")" if kind == "string" else ""
            node.fail(f"must be a {kind}, but is {found.lower()}{hint}")
        return Expression(**self._parts(node, source, program))

    def _made(self, messages: Messages) -> Any:
        variables = {name: cel.Type(f"{PACKAGE}.{name}") for name in self.structs}
        variables |= {name: _TYPES[kind] for name, kind in self.values.items()}
        return cel.NewEnv(descriptor_pool=messages.pool, variables=variables)

    def _value(self, name: str, value: Any) -> Any | None:
        if name in self.structs:
            return self._messages.make(name, value) if isinstance(value, Mapping) else None
        kind = self.values[name]
        if not fits(value, kind):
            return None
        return moment(value) if kind == "timestamp" else value

    def _compiled(self, node: Node, source: str) -> tuple[str, Any | None]:
        """Its type's name and its program; no program after a mistake."""
        if not source:
            return "", None
        if re.search(r"\bhas\s*\(", _QUOTED.sub("''", source)):
            node.fail("has() is not used here: compare with null instead, as in order.delivered_at != null")
            return "", None
        try:
            kind = self._checker.compile(source).return_type().name()
            return kind, self._runner.compile(source)
        except RuntimeError as error:
            for line, message in self._mistakes(str(error)):
                node.fail(message, line=node.text_line + line - 1)
            return "", None

    def _parts(self, node: Node, source: str, program: Any | None) -> dict[str, Any]:
        return {
            "source": source,
            "variables": self._variables(source),
            "file": node.file,
            "line": node.line,
            "program": program or self._runner.compile("false"),
            "environment": self,
        }

    def _variables(self, source: str) -> tuple[str, ...]:
        named = {found.group() for found in _NAME.finditer(_written(source))}
        return tuple(name for name in self.names if name in named)

    def _mistakes(self, said: str) -> Iterator[tuple[int, str]]:
        found = _MISTAKE.findall(said) or [("1", said)]
        for line, message in found:
            plain = message.removesuffix(" [INVALID_ARGUMENT]").replace("google.protobuf.Timestamp", "time")
            yield int(line), self._in_words(plain)

    def _in_words(self, message: str) -> str:
        if match := _FIELD.search(message):
            name, struct = match.groups()
            return f"undefined field '{name}' of {struct}; it has: {', '.join(self.structs[struct])}"
        if match := _REFERENCE.search(message):
            return f"unknown name '{match[1]}'; known here: {', '.join(self.names)}"
        if match := _OVERLOAD.search(message):
            hint = (
                "; write the number with a decimal point" if sorted(match[2].split(", ")) == ["double", "int"] else ""
            )
            return f"'{match[1]}' cannot be used on ({match[2]}){hint}"
        return message


def _written(source: str) -> str:
    """Without what stands in quotes, and without space around dots."""
    return re.sub(r"\s*\.\s*", ".", _QUOTED.sub("''", source))


def _gives(found: str, kind: Kind) -> bool:
    return found in {_TYPES[kind].name(), "DYN"}
