"""Checks of policy.yaml's tools: used, reachable, and approvable by somebody."""

from collections.abc import Iterator

from commands.checks.finding import Checked, Finding, finding, place
from policy.authority import rule_for
from policy.entitlement import ToolPolicy
from policy.words import money
from tools.standard import KIT as STANDARD


def check_actions(found: Checked) -> Iterator[Finding]:
    used = {tool for playbook in found.company.playbooks.values() for tool in playbook.tools}
    for name, policy in found.company.tools.items():
        if name not in used:
            what = f"No playbook may propose {name}."
            yield finding(
                "warning", found.tool(name), what, "List it under a playbook's `tools`, or remove its policy."
            )
        yield from _limits(found, policy)
        yield from _approvers(found, policy)
    yield from _without_policy(found)


def _limits(found: Checked, policy: ToolPolicy) -> Iterator[Finding]:
    """Numbers that another number keeps from ever mattering."""
    name, limits, allow = policy.name, policy.limits, policy.allow
    most = limits.amount_at_most if limits else None
    if allow and most is not None and (allow.amount_at_most or 0) > most:
        what = f"{name} is allowed up to more than its limit; the limit alone counts."
        yield finding("warning", found.tool(name, "allow", "amount_at_most"), what, "Lower the allowance.")
    if allow and allow.per_customer is not None and allow.per_customer < (allow.amount_at_most or 0):
        what = f"{name} may never reach its amount: the budget of a customer is smaller."
        yield finding("warning", found.tool(name, "allow", "per"), what, "Raise the budget, or lower the amount.")
    two = policy.approval.two_people_above
    if two is not None and most is not None and two >= most:
        what = f"Two people are never needed for {name}: nothing above its limit is done."
        yield finding("warning", found.tool(name, "approval", "two_people_above"), what, "Lower it, or remove it.")


def _approvers(found: Checked, policy: ToolPolicy) -> Iterator[Finding]:
    """Somebody must be able to approve what needs approval, up to the limit."""
    where = found.tool(policy.name, "approval")
    smallest = (policy.allow.amount_at_most or 0) + 1 if policy.allow and policy.amount else 1
    amount = smallest if policy.amount else 0
    if not _somebody(found, policy, amount):
        what = f"Nobody may approve {policy.name}: no role that is or includes {policy.approval.role} approves it."
        yield finding("error", where, what, f"Give a role in company.yaml `approves: {{{policy.name}: …}}`.")
    elif policy.limits and not _somebody(found, policy, policy.limits.amount_at_most):
        limit = money(policy.limits.amount_at_most, policy.limits.currency)
        what = f"Nobody may approve {policy.name} as far as its limit of {limit}."
        yield finding("warning", where, what, "Lower the limit, or let a role approve more.")


def _somebody(found: Checked, policy: ToolPolicy, amount: int) -> bool:
    return rule_for(found.company, policy.approval, policy.name, amount, {}) is not None


def _without_policy(found: Checked) -> Iterator[Finding]:
    bare = [tool.name for tool in found.kit.actions if tool.name not in found.company.tools]
    where = place(found.rules, "tools")
    standard = [name for name in bare if STANDARD.action(name)]
    for name in bare:
        if name not in standard:
            what = f"{name} is a tool of the company's own kit and has no policy; it is always denied."
            yield finding("warning", where, what, f"Add `{name}:` with its clauses, or take it out of the kit.")
    if standard:
        what = f"Tools of the standard kit without a policy are never used: {', '.join(standard)}."
        yield finding("note", where, what, "Nothing, unless one of them would help.")
