"""Who may approve what: the company's roles, what each may approve and up to which amount."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol, cast

from policy.cel import Condition, Environment
from policy.source import Node

REPLY = "reply"
"""The name under which a drafted reply is approved: no amount, the rule's role is enough."""

EVERY_TOOL = "*"
UNLIMITED = math.inf
NOTHING = -1.0

Then = Literal["deny", "hold", "escalate", "next_role", "end"]
"""What follows when a card's time is over. `deny`: the customer is told what they would be told on a rejection. `hold`: it
stays, with a new deadline. `escalate`: a person gets the conversation. `next_role`: the next role up decides, and above the
last it is escalated. `end`: it ends without a word."""
THEN: tuple[Then, ...] = ("deny", "hold", "escalate", "next_role", "end")

_OF_TOOLS = ("two_people_when", "two_people_tiers")


@dataclass(frozen=True, kw_only=True)
class Role:
    """`approves`: a tool, or `*`, to the highest amount in minor units of the company's currency; inf for `any`.
    Whoever holds the role also holds all it `includes`. `queues`: what a holder sees; empty: all of them."""

    name: str
    title: str
    approves: Mapping[str, float]
    includes: tuple[str, ...]
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """Who must approve: `people` different holders of `role`, and what follows when nobody does in time."""

    role: str
    people: int
    expires: timedelta
    then: Then


@dataclass(frozen=True, kw_only=True)
class ApprovalPolicy:
    """A tool's `approval` block, from which each call's ApprovalRule follows. Two people approve above an amount, where a
    condition on the call and its facts holds, or for customers of some tiers."""

    role: str
    expires: timedelta
    then: Then
    two_people_above: int | None
    two_people_when: Condition | None = None
    two_people_tiers: tuple[str, ...] = ()


class Staffed(Protocol):
    """A company, as far as its roles go."""

    @property
    def roles(self) -> Mapping[str, Role]: ...
    @property
    def tiers(self) -> tuple[str, ...]: ...


def powers(roles: Mapping[str, Role], held: Collection[str]) -> frozenset[str]:
    """The roles held and all those they include, directly or not. Unknown names give nothing."""
    found: set[str] = set()
    waiting = [name for name in held if name in roles]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(each for each in roles[name].includes if each in roles)
    return frozenset(found)


def queues_of(roles: Mapping[str, Role], held: Collection[str]) -> frozenset[str] | None:
    """The queues that holders of these roles see; None: all of them, since one of the roles is not tied to any."""
    tied = [roles[name].queues for name in powers(roles, held)]
    return frozenset(queue for queues in tied for queue in queues) if all(tied) else None


def reach(roles: Mapping[str, Role], held: Collection[str], tool: str) -> float:
    """The highest amount these roles may approve for a tool, in minor units; inf without limit, below 0 for nothing."""
    amounts = [
        roles[name].approves[key]
        for name in powers(roles, held)
        for key in (tool, EVERY_TOOL)
        if key in roles[name].approves
    ]
    return max(amounts, default=NOTHING)


def may_decide(company: Staffed, roles: Collection[str], rule: ApprovalRule, tool: str, amount: float) -> bool:
    """Whether a holder of these roles may decide: they hold the rule's role and their amount for the tool suffices."""
    if rule.role not in powers(company.roles, roles):
        return False
    return tool == REPLY or reach(company.roles, roles, tool) >= amount


def rule_for(
    company: Staffed, policy: ApprovalPolicy, tool: str, amount: float, values: Mapping[str, Any], tier: str = ""
) -> ApprovalRule | None:
    """The rule for a call: the tool's own role, or the lowest above it that may approve the amount; None when nobody may.
    `values`: what the tool's conditions see. A condition that these do not decide asks for two people, and so does a
    `tier` that is not known where tiers matter."""
    role = _lowest(company.roles, policy.role, tool, amount)
    if role is None:
        return None
    above, when = policy.two_people_above, policy.two_people_when
    two = (above is not None and amount > above) or (when is not None and when.evaluate(values) is not False)
    two = two or (bool(policy.two_people_tiers) and tier not in company.tiers)
    two = two or tier in policy.two_people_tiers
    return ApprovalRule(role=role, people=2 if two else 1, expires=policy.expires, then=policy.then)


def _lowest(roles: Mapping[str, Role], wanted: str, tool: str, amount: float) -> str | None:
    able = [name for name in roles if wanted in powers(roles, [name]) and reach(roles, [name], tool) >= amount]
    if wanted in able:
        return wanted
    return min(able, key=lambda name: (reach(roles, [name], tool), len(powers(roles, [name])), name), default=None)


def next_role(company: Staffed, role: str, tool: str, amount: float) -> str | None:
    """The lowest role that includes this one and may approve the amount; None at the top."""
    above = [
        name
        for name in company.roles
        if role in powers(company.roles, [name]) and name not in powers(company.roles, [role])
    ]
    able = [name for name in above if tool == REPLY or reach(company.roles, [name], tool) >= amount]
    return min(able, key=lambda name: (len(powers(company.roles, [name])), name), default=None)


def roles_of(node: Node, tools: Collection[str], queues: Collection[str]) -> dict[str, Role]:
    """The `roles` of company.yaml."""
    names = tuple(node.entries())
    return {name: _role_of(name, entry, names, tools, queues) for name, entry in node.entries().items()}


def _role_of(name: str, node: Node, names: Collection[str], tools: Collection[str], queues: Collection[str]) -> Role:
    node.only("title", "approves", "includes", "queues")
    approves, includes, title = node.get("approves"), node.get("includes"), node.get("title")
    tied = node.get("queues")
    return Role(
        name=name,
        title=title.text() if title else name,
        approves=_amounts_of(approves, tools) if approves else {},
        includes=includes.choices(names, "role") if includes else (),
        queues=tied.choices(queues, "queue") if tied else (),
    )


def _amounts_of(node: Node, tools: Collection[str]) -> dict[str, float]:
    amounts: dict[str, float] = {}
    for tool, entry in node.entries().items():
        if tool not in (*tools, EVERY_TOOL):
            entry.fail(f"unknown tool '{tool}'; known: {', '.join((*tools, EVERY_TOOL))}")
        amounts[tool] = UNLIMITED if entry.value == "any" else float(entry.integer())
    return amounts


def approval_of(
    node: Node,
    roles: Collection[str],
    *,
    money: bool,
    environment: Environment | None = None,
    tiers: Collection[str] = (),
    then: Sequence[Then] = THEN,
) -> ApprovalPolicy:
    """An `approval` block. `two_people_above` needs a tool that moves money, `two_people_when` an `environment`: a tool's
    facts and arguments; `two_people_tiers` some of `tiers`."""
    node.only("role", "expires", "then", "two_people_above", *(_OF_TOOLS if environment else ()))
    above, when, some = (node.get(f"two_people_{name}") for name in ("above", "when", "tiers"))
    if above and not money:
        above.fail("needs an amount: give the tool a `money` block")
    return ApprovalPolicy(
        role=node.need("role").choice(roles, "role"),
        expires=node.need("expires").duration(),
        then=cast(Then, node.need("then").choice(then, "ending")),
        two_people_above=above.integer() if above else None,
        two_people_when=environment.condition(when) if environment and when else None,
        two_people_tiers=some.choices(tiers, "tier") if environment and some else (),
    )
