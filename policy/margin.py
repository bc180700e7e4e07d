"""How near a call comes to what the agent may do without a person."""

from collections.abc import Iterator

from policy.ask import Ask, Clause, Used, said
from policy.company import Company
from policy.entitlement import ToolPolicy
from policy.limits import Money


def margin(company: Company, policy: ToolPolicy, moved: Money, ask: Ask) -> float | None:
    """The share of the nearest limit that the call leaves, 0 to 1: of the tool's `allow` and `limits`, and of the budgets.
    None: there is no limit to be near to, or nothing is moved."""
    if not moved.amount:
        return None
    left = [(limit - used - moved.amount) / limit if limit else 0.0 for limit, used in _limits(company, policy, ask)]
    return max(min(left), 0.0) if left else None


def kept_off(company: Company, policy: ToolPolicy, moved: Money, ask: Ask) -> tuple[Clause, ...]:
    """The clause of the margin that the intent asks for; none where it asks for none."""
    wanted, left = company.sure(ask.intent).margin, margin(company, policy, moved, ask)
    if not wanted or left is None:
        return ()
    yes, no = "The nearest limit is far enough.", "This is so near to a limit that a person looks at it first."
    return (said("margin", left >= wanted, yes, no),)


def _limits(company: Company, policy: ToolPolicy, ask: Ask) -> Iterator[tuple[int, int]]:
    """Each limit and what is used of it already, in minor units."""
    if policy.limits:
        yield policy.limits.amount_at_most, 0
    if policy.allow and policy.allow.amount_at_most is not None:
        yield policy.allow.amount_at_most, 0
    if policy.allow and policy.allow.per_customer is not None:
        yield policy.allow.per_customer, max(ask.spent, 0)
    for budget in company.budgets if policy.direction == "out" else ():
        if budget.amount is not None and (not budget.tools or policy.name in budget.tools):
            yield budget.amount, max(ask.used.get(budget.id, Used()).amount, 0)
