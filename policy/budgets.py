"""Budgets that hold for the company as a whole: what one customer may get within some days, over all conversations and
tools. `limits` and `allow` of a tool bound one call; these bound what all calls come to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from policy.ask import Ask, Clause, Used, said
from policy.entitlement import ToolPolicy
from policy.limits import Money
from policy.source import Node
from policy.words import money

Beyond = Literal["approval", "deny"]


@dataclass(frozen=True, kw_only=True)
class Budget:
    """`amount`: minor units that leave within `window`; `actions`: how many there may be, whatever they move; one of the
    two. `beyond` says what a call needs that would exceed it. `tools`: empty for all."""

    id: str
    amount: int | None
    currency: str
    actions: int | None
    window: timedelta
    beyond: Beyond
    tools: tuple[str, ...]


def budgets_of(node: Node | None, tools: Collection[str]) -> tuple[Budget, ...]:
    """The `budgets` of policy.yaml; none when it has none."""
    if node is None:
        return ()
    found = tuple(_budget_of(item, tools) for item in node.items())
    seen: set[str] = set()
    for item, budget in zip(node.items(), found, strict=True):
        if budget.id in seen:
            item.need("id").fail(f"a second budget named '{budget.id}'")
        seen.add(budget.id)
    return found


def _budget_of(node: Node, tools: Collection[str]) -> Budget:
    node.only("id", "per", "amount", "currency", "actions", "days", "beyond", "tools")
    node.need("per").choice(("customer",), "holder of a budget")
    amount, actions, of = node.get("amount"), node.get("actions"), node.get("tools")
    if (amount is None) == (actions is None):
        node.fail("needs either an amount with its currency, or a number of actions")
    beyond = node.need("beyond").choice(("approval", "deny"), "consequence")
    return Budget(
        id=node.need("id").text(),
        amount=amount.integer() if amount else None,
        currency=node.need("currency").text() if amount else "",
        actions=actions.integer() if actions else None,
        window=timedelta(days=node.need("days").integer(at_least=1)),
        beyond="deny" if beyond == "deny" else "approval",
        tools=of.choices(tuple(tools), "tool") if of else (),
    )


def kept(budgets: Collection[Budget], policy: ToolPolicy, moved: Money, ask: Ask, beyond: Beyond) -> tuple[Clause, ...]:
    """Whether the call stays within the budgets that have this consequence, counted with all that is reserved."""
    concerned = [each for each in budgets if each.beyond == beyond and (not each.tools or policy.name in each.tools)]
    return tuple(_clause(budget, policy, moved, ask.used) for budget in concerned)


def _clause(budget: Budget, policy: ToolPolicy, moved: Money, used: Mapping[str, Used]) -> Clause:
    so_far = used.get(budget.id, Used())
    days = f"{budget.window.days} days" if budget.window.days > 1 else "a day"
    if budget.actions is not None:
        held, most = so_far.actions < budget.actions, f"{budget.actions} actions"
    else:
        limit = budget.amount or 0
        leaves = policy.direction == "out" and moved.amount != 0
        held = not leaves or moved.within(limit - max(so_far.amount, 0), budget.currency)
        most = money(limit, budget.currency)
    no = "is never done here" if budget.beyond == "deny" else "needs a person"
    return said(
        f"budget_{budget.id}",
        held,
        f"Not more than {most} within {days} for one customer.",
        f"More than {most} within {days} for one customer {no}.",
    )
