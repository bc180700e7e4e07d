"""Texts with values in them: Jinja, sandboxed, every name and field checked when the company folder is loaded."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, meta, nodes
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from policy.source import Node
from policy.words import date, money, time

Names = Mapping[str, Collection[str]]
RECEIPT = ("system", "reference", "amount", "currency", "details")
COMPANY = ("name", "currency")


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text with values. `variables` are the names it reads."""

    source: str
    variables: tuple[str, ...]
    file: str
    line: int
    template: Template = field(repr=False, compare=False)

    def render(self, values: Mapping[str, Any]) -> str | None:
        """The text; None when something it names is absent, so that half a sentence is never sent."""
        try:
            said = self.template.render(**{name: values[name] for name in self.variables if _there(values, name)})
        except (UndefinedError, TypeError, ValueError, AttributeError, SecurityError, TemplateRuntimeError):
            return None
        return said.strip()


def text_of(node: Node, names: Names) -> Text:
    """The text written at a node; it may use `names`, each with the fields it has (none: a single value)."""
    source = node.text()
    try:
        tree = _ENVIRONMENT.parse(source)
        template = _ENVIRONMENT.from_string(source)
    except TemplateSyntaxError as error:
        node.fail(f"not a valid template: {error.message}", line=node.text_line + error.lineno - 1)
        return Text(source="", variables=(), file=node.file, line=node.line, template=_ENVIRONMENT.from_string(""))
    _check(node, tree, names)
    return Text(
        source=source,
        variables=tuple(sorted(meta.find_undeclared_variables(tree))),
        file=node.file,
        line=node.line,
        template=template,
    )


def _there(values: Mapping[str, Any], name: str) -> bool:
    return values.get(name) is not None


def _check(node: Node, tree: nodes.Template, names: Names) -> None:
    undeclared = meta.find_undeclared_variables(tree)
    for each in tree.find_all(nodes.Name):
        if each.name in undeclared and each.name not in names:
            _fail(node, each, f"unknown name '{each.name}'; known here: {', '.join(names)}")
    for access in tree.find_all(nodes.Getattr):
        _check_field(node, access, names)


def _check_field(node: Node, access: nodes.Getattr, names: Names) -> None:
    owner = access.node.name if isinstance(access.node, nodes.Name) else ""
    known = names.get(owner, ())
    if known and access.attr not in known:
        _fail(node, access, f"undefined field '{access.attr}' of {owner}; it has: {', '.join(known)}")


def _fail(node: Node, at: nodes.Node, message: str) -> None:
    node.fail(message, line=node.text_line + at.lineno - 1)


class _Environment(ImmutableSandboxedEnvironment):
    """A dot after a record reads its field and nothing else: `order.items` is the items, never a method of the dict."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def _said(value: Any) -> Any:
    if value is None:
        raise UndefinedError("a value is absent")
    return value


def _environment() -> _Environment:
    made = _Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_said)
    made.globals = {}
    made.filters |= {"money": money, "date": date, "time": time}
    return made


_ENVIRONMENT = _environment()
