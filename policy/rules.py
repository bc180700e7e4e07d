"""The `propose` rules of a playbook: what to do next, chosen from facts and slots."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from policy.cel import Condition, Environment, Expression
from policy.source import Node
from policy.templates import Names, Text, text_of
from policy.vocabulary import Vocabulary

Kind = Literal["call", "ask", "guide", "answer", "say", "escalate"]

NO_RULE = "no_rule_fits"
_KINDS: tuple[Kind, ...] = ("call", "ask", "guide", "answer", "escalate")
_KEYS: dict[Kind, tuple[str, ...]] = {
    "call": ("with", "say"),
    "ask": ("say",),
    "guide": (),
    "answer": (),
    "say": (),
    "escalate": ("because", "say"),
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing a playbook may do. `when` is None for the last rule, and for one that guides. `facts` are the facts that the rule names
    outside its condition; `say` is the answer, or what is told before a question or a handover; `because` is a word for an
    escalation's reason."""

    kind: Kind
    when: Condition | None
    tool: str
    arguments: Mapping[str, Expression]
    slot: str
    say: Text | None
    because: str
    facts: tuple[str, ...]
    file: str
    line: int

    def arguments_of(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The call's arguments from facts and slots; None when one of them cannot be worked out."""
        found = {name: expression.evaluate(values) for name, expression in self.arguments.items()}
        return None if None in found.values() else found


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A rule to follow, or else the facts to read before one can be chosen."""

    rule: Rule | None
    read: tuple[str, ...] = ()


def choose(
    rules: tuple[Rule, ...], values: Mapping[str, Any], unread: Collection[str], *, guided: bool = False
) -> Choice:
    """The first rule that holds. A rule that hangs on a fact in `unread` asks for it; once read and not found, the rule
    is passed over, as is one whose arguments or text cannot be worked out. The last rule always holds.

    `values`: facts by name, `slots`, `now`, and `company` if texts name it. `unread`: facts nobody has looked for yet.
    `guided`: the customer has been through all the steps; who has not is taken through them by a rule that guides.
    """
    for rule in rules[:-1]:
        if guided and rule.kind == "guide":
            continue
        held = rule.when.evaluate(values) if rule.when else True
        named = () if held is False else _named(rule, held)
        missing = tuple(name for name in named if name in unread)
        if missing:
            return Choice(rule=None, read=missing)
        if held and _ready(rule, values):
            return Choice(rule=rule)
    return Choice(rule=rules[-1])


def _named(rule: Rule, held: bool | None) -> tuple[str, ...]:
    return rule.facts if held or rule.when is None else rule.when.variables


def _ready(rule: Rule, values: Mapping[str, Any]) -> bool:
    if rule.kind == "call":
        return rule.arguments_of(values) is not None
    return rule.say is None or rule.say.render(values) is not None


@dataclass(frozen=True, kw_only=True)
class RuleReader:
    """Reads the rules of one playbook: what its conditions and `texts` may name, and which tools and slots it has."""

    vocabulary: Vocabulary
    environment: Environment
    tools: tuple[str, ...]
    slots: tuple[str, ...]
    texts: Names

    def rules(self, node: Node) -> tuple[Rule, ...]:
        """The `propose` list: every rule but the last has a condition, the last escalates or answers."""
        items = node.items()
        found = tuple(self._rule(item) for item in items)
        for item, rule in zip(items[:-1], found, strict=False):
            if rule.when is None and rule.kind != "guide":
                item.fail("a rule without `when` must be the last")
        if not found or found[-1].when is not None or found[-1].kind not in ("escalate", "answer"):
            (items[-1] if items else node).fail("the last rule must be `otherwise: escalate` or `otherwise: answer`")
        return found

    def _rule(self, node: Node) -> Rule:
        otherwise = node.get("otherwise")
        kind = self._otherwise(otherwise) if otherwise else _kind_of(node)
        first = ("otherwise",) if otherwise else ("when", kind)
        node.only(*first, *_KEYS[kind])
        when, say, because = node.get("when"), node.get("say"), node.get("because")
        arguments = self._arguments(node) if kind == "call" else {}
        text = text_of(say, self.texts) if say else None
        return Rule(
            kind=kind,
            when=self.environment.condition(when) if when else None,
            tool=node.need("call").choice(self.tools, "tool of this playbook") if kind == "call" else "",
            arguments=arguments,
            slot=node.need("ask").choice(self.slots, "slot") if kind == "ask" else "",
            say=text,
            because=because.text() if because else NO_RULE,
            facts=self._facts(arguments, text),
            file=node.file,
            line=node.line,
        )

    def _otherwise(self, node: Node) -> Kind:
        return "answer" if node.choice(("escalate", "answer"), "last rule") == "answer" else "escalate"

    def _facts(self, arguments: Mapping[str, Expression], text: Text | None) -> tuple[str, ...]:
        named = {name for expression in arguments.values() for name in expression.variables}
        named |= set(text.variables) if text else set()
        return tuple(name for name in self.vocabulary.facts if name in named)

    def _arguments(self, node: Node) -> dict[str, Expression]:
        tool = str(node.need("call").value)
        given, struct = node.need("with"), self.vocabulary.arguments(tool)
        if tool not in self.vocabulary.tools:
            return {}
        given.only(*struct)
        for name, each in struct.items():
            if not each.optional:
                given.need(name)
        return {name: self._argument(tool, name, given.need(name)) for name in given.entries() if name in struct}

    def _argument(self, tool: str, name: str, node: Node) -> Expression:
        expression = self.environment.expression(node, kind=self.vocabulary.arguments(tool)[name].kind)
        options = self.vocabulary.options(tool).get(name)
        if options and not expression.variables and expression.source:
            value = expression.evaluate({})
            if value is not None and value not in options:
                node.fail(f"must be one of {', '.join(map(str, options))}, but is {value}")
        return expression


def _kind_of(node: Node) -> Kind:
    found = [kind for kind in _KINDS if node.get(kind)]
    if len(found) > 1:
        node.fail(f"does two things at once: {' and '.join(found)}")
    for kind in ("guide", "answer", "escalate"):
        flag = node.get(kind)
        if flag and flag.value is not True:
            flag.fail("must be true")
    if not found and not node.get("say"):
        node.fail("must do one thing: call, ask, guide, answer, say or escalate")
    return found[0] if found else "say"
