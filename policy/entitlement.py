"""The `tools` of policy.yaml: for each WRITE tool its clauses, its money, what is allowed without a person, and by whom
the rest is approved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from policy.authority import ApprovalPolicy, approval_of
from policy.cel import Condition, Environment, Expression
from policy.source import Node
from policy.structs import Struct, record_fits
from policy.templates import Text, text_of
from policy.vocabulary import Vocabulary

FRESHEST = timedelta(hours=24)

Direction = Literal["out", "in"]


@dataclass(frozen=True, kw_only=True)
class ClauseRule:
    """A condition of entitlement. `otherwise`: the sentence when it does not hold; `holds`: the sentence when it does;
    `instead`: what would be allowed."""

    id: str
    when: Condition
    otherwise: str
    holds: str
    instead: Text | None


@dataclass(frozen=True, kw_only=True)
class Limit:
    """No call above this amount, in minor units, whoever approves it."""

    amount_at_most: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Allow:
    """What the agent may do alone. None: no such limit. `per_customer` counts what was spent within `window`."""

    when: Condition | None
    amount_at_most: int | None
    currency: str
    per_customer: int | None
    window: timedelta


@dataclass(frozen=True, kw_only=True)
class ToolPolicy:
    """`amount` and `currency` work out the money a call moves (both None: it moves none), which is `least` minor units or
    more; `direction`: out of the company, or in. Without `allow` every call needs approval. `arguments` and `options` are what the tool takes; `bare`: the arguments that clauses name without
    `arguments.` before them. `fresh_within`: how long ago the customer may have signed in when they ask; None: whenever."""

    name: str
    clauses: tuple[ClauseRule, ...]
    amount: Expression | None
    currency: Expression | None
    least: int
    limits: Limit | None
    allow: Allow | None
    approval: ApprovalPolicy
    fresh_within: timedelta | None
    arguments: Struct
    options: Mapping[str, tuple[Any, ...]]
    bare: tuple[str, ...]
    direction: Direction = "out"

    @property
    def window(self) -> timedelta:
        """How far back `Ask.spent` counts; zero when no budget is kept."""
        return self.allow.window if self.allow else timedelta(0)

    def takes(self, arguments: Mapping[str, Any]) -> bool:
        """Whether these are arguments of the tool: all it needs, of their types and options, and nothing else."""
        if not arguments.keys() <= self.arguments.keys() or not record_fits(arguments, self.arguments):
            return False
        return all(arguments.get(name) in options for name, options in self.options.items() if name in arguments)


def tools_of(
    node: Node, vocabulary: Vocabulary, roles: Collection[str], tiers: Collection[str] = ()
) -> dict[str, ToolPolicy]:
    """The `tools` of policy.yaml."""
    policies = {}
    for name, entry in node.entries().items():
        if name not in vocabulary.tools:
            entry.fail(f"unknown tool '{name}'; known: {', '.join(vocabulary.tools)}")
        else:
            policies[name] = _tool_of(name, entry, vocabulary, roles, tiers)
    return policies


def _tool_of(
    name: str, node: Node, vocabulary: Vocabulary, roles: Collection[str], tiers: Collection[str]
) -> ToolPolicy:
    node.only("money", "clauses", "limits", "allow", "approval", "fresh_within")
    environment = vocabulary.tool_environment(name)
    money, limits, allow = node.get("money"), node.get("limits"), node.get("allow")
    fresh = node.get("fresh_within")
    if money:
        money.only("amount", "currency", "at_least", "direction")
    least, way = (money.get("at_least"), money.get("direction")) if money else (None, None)
    return ToolPolicy(
        name=name,
        clauses=_clauses_of(node.need("clauses"), environment, vocabulary, name),
        amount=environment.expression(money.need("amount"), kind="int") if money else None,
        currency=environment.expression(money.need("currency"), kind="string") if money else None,
        least=least.integer(at_least=0) if least else 1,
        limits=_limit_of(limits, money=money is not None) if limits else None,
        allow=_allow_of(allow, environment, money=money is not None) if allow else None,
        approval=approval_of(
            node.need("approval"), roles, money=money is not None, environment=environment, tiers=tiers
        ),
        fresh_within=_fresh_of(fresh) if fresh else None,
        arguments=vocabulary.arguments(name),
        options=vocabulary.options(name),
        bare=tuple(vocabulary.bare_arguments(name)),
        direction="in" if way and way.choice(("out", "in"), "direction") == "in" else "out",
    )


def _fresh_of(node: Node) -> timedelta:
    within = node.duration()
    if not timedelta(0) < within <= FRESHEST:
        node.fail("must be more than nothing and at most 24h: no token of a customer lives longer")
    return within


def _clauses_of(node: Node, environment: Environment, vocabulary: Vocabulary, tool: str) -> tuple[ClauseRule, ...]:
    clauses = tuple(_clause_of(item, environment, vocabulary, tool) for item in node.items())
    seen: set[str] = set()
    for item, clause in zip(node.items(), clauses, strict=True):
        if clause.id in seen:
            item.need("id").fail(f"a second clause named '{clause.id}'")
        seen.add(clause.id)
    return clauses


def _clause_of(node: Node, environment: Environment, vocabulary: Vocabulary, tool: str) -> ClauseRule:
    node.only("id", "when", "else", "holds", "instead")
    holds, instead = node.get("holds"), node.get("instead")
    otherwise = node.need("else").text()
    return ClauseRule(
        id=node.need("id").text(),
        when=environment.condition(node.need("when")),
        otherwise=otherwise,
        holds=holds.text() if holds else "",
        instead=text_of(instead, vocabulary.text_names(tools=[tool])) if instead else None,
    )


def _limit_of(node: Node, *, money: bool) -> Limit:
    node.only("amount_at_most", "currency")
    _needs_money(node, money)
    return Limit(amount_at_most=node.need("amount_at_most").integer(), currency=node.need("currency").text())


def _allow_of(node: Node, environment: Environment, *, money: bool) -> Allow:
    node.only("when", "amount_at_most", "currency", "per")
    when, at_most, per = node.get("when"), node.get("amount_at_most"), node.get("per")
    if at_most or per:
        _needs_money(node, money)
    if per:
        per.only("customer", "days")
    return Allow(
        when=environment.condition(when) if when else None,
        amount_at_most=at_most.integer() if at_most else None,
        currency=node.need("currency").text() if money else "",
        per_customer=per.need("customer").integer() if per else None,
        window=timedelta(days=per.need("days").integer(at_least=1)) if per else timedelta(0),
    )


def _needs_money(node: Node, money: bool) -> None:
    if not money:
        node.fail("needs an amount: give the tool a `money` block")
