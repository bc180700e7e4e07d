"""What policy says about a proposal: allow, needs approval, or deny, with every clause that was looked at.

Pure: the same company and the same ask give the same verdict. Nothing in a text can change it; amounts and entitlement
come from records, and what cannot be checked does not hold.
"""

import math
from collections.abc import Mapping
from typing import Any

from policy.ask import Approver, Ask, Clause, Verdict, said
from policy.authority import ApprovalRule, may_decide, rule_for
from policy.company import Company
from policy.entitlement import ClauseRule, ToolPolicy
from policy.limits import Money, allowance, at_most, bounds, money_of, room
from policy.words import listed, plain

__all__ = ["Approver", "Ask", "Clause", "Money", "Verdict", "judge", "moved_by"]


def judge(company: Company, ask: Ask) -> Verdict:
    """The verdict on a proposal."""
    doors = _doors(company, ask)
    if not _all_held(doors):
        return Verdict(kind="deny", clauses=doors)
    policy = company.tools[ask.tool]
    values = _values(policy, ask)
    entitled = doors + tuple(_checked(rule, values) for rule in policy.clauses)
    if not _all_held(entitled):
        return Verdict(kind="deny", clauses=entitled, allowed=_instead(policy, entitled, values))
    moved = money_of(policy, values)
    bounded = entitled + bounds(policy, moved, ask)
    if not _all_held(bounded):
        return Verdict(kind="deny", clauses=bounded, allowed=at_most(policy, moved))
    if ask.approver is not None:
        return _approved(company, ask, ask.approver, moved, bounded, values)
    return _alone(company, ask, moved, bounded + allowance(policy, moved, ask, values), values)


def moved_by(company: Company, ask: Ask) -> Money:
    """What the call would move: what the ledger books when it is reserved."""
    policy = company.tools[ask.tool]
    return money_of(policy, _values(policy, ask))


def _doors(company: Company, ask: Ask) -> tuple[Clause, ...]:
    """The checks before any record is looked at, up to the first that fails."""
    playbook, policy = company.playbooks.get(ask.intent), company.tools.get(ask.tool)
    listed_there = playbook is not None and ask.tool in playbook.tools
    fit = policy is not None and policy.takes(ask.arguments)
    checks = (
        ("kill_switch", not ask.kill_switch, "Actions are switched on.", "All actions are switched off at the moment."),
        ("verified", ask.verified, "The customer is signed in.", "The customer is not signed in."),
        ("listed", policy is not None, "The action has a policy.", "There is no policy for this action."),
        ("playbook", listed_there, "The request allows this action.", "The request does not allow this action."),
        ("arguments", fit, "The action is fully described.", "The action is not described as it must be."),
    )
    clauses = tuple(said(*check) for check in checks)
    failed = next((index for index, clause in enumerate(clauses) if not clause.held), len(clauses))
    return clauses[: failed + 1]


def _values(policy: ToolPolicy, ask: Ask) -> dict[str, Any]:
    bare = {name: ask.arguments[name] for name in policy.bare if name in ask.arguments}
    return {**ask.facts, **bare, "arguments": ask.arguments, "now": ask.now}


def _checked(rule: ClauseRule, values: Mapping[str, Any]) -> Clause:
    held = rule.when.evaluate(values)
    if held:
        return Clause(id=rule.id, sentence=rule.holds or f"Checked: {plain(rule.id)}.", held=True)
    return Clause(id=rule.id, sentence=rule.otherwise if held is False else _unchecked(rule, values), held=False)


def _unchecked(rule: ClauseRule, values: Mapping[str, Any]) -> str:
    absent = [name for name in rule.when.variables if values.get(name) is None]
    if absent:
        return f"This could not be checked ({plain(rule.id)}): there is no record of the {listed(absent)}."
    return f"This could not be checked ({plain(rule.id)}): a record is incomplete."


def _instead(policy: ToolPolicy, clauses: tuple[Clause, ...], values: Mapping[str, Any]) -> str:
    failed = {clause.id for clause in clauses if not clause.held}
    said = [rule.instead.render(values) for rule in policy.clauses if rule.instead and rule.id in failed]
    return " ".join(each for each in said if each)


def _alone(company: Company, ask: Ask, moved: Money, clauses: tuple[Clause, ...], values: Mapping[str, Any]) -> Verdict:
    """The verdict when nobody has approved yet."""
    sure = ask.confidence >= company.thresholds.act_for(ask.tier)
    clauses += (
        said("suggest", ask.autonomy == "auto", "The agent may act by itself.", "A person looks at this first."),
        said("confidence", sure, "The request was understood.", "It is not certain enough that this is meant."),
    )
    if _all_held(clauses):
        return Verdict(kind="allow", clauses=clauses)
    policy = company.tools[ask.tool]
    rule = rule_for(company, policy.approval, ask.tool, _weight(company, policy, moved), values)
    return _asking(rule, clauses, allowed=room(policy.allow, moved, ask))


def _approved(
    company: Company, ask: Ask, by: Approver, moved: Money, clauses: tuple[Clause, ...], values: Mapping[str, Any]
) -> Verdict:
    """The verdict once somebody has approved: their limits stand in the place of the agent's."""
    policy = company.tools[ask.tool]
    weight = _weight(company, policy, moved)
    rule = rule_for(company, policy.approval, ask.tool, weight, values)
    enough = rule is not None and by.people >= rule.people and may_decide(company, by.roles, rule, ask.tool, weight)
    no = "This needs the approval of somebody with a higher limit, or of a second person."
    clauses = (*clauses, said("authority", enough, "Approved by somebody who may.", no))
    return Verdict(kind="allow", clauses=clauses) if enough else _asking(rule, clauses, allowed="")


def _weight(company: Company, policy: ToolPolicy, moved: Money) -> float:
    """The amount as roles' limits see it; one in another currency compares with none of them."""
    if policy.amount is None:
        return 0.0
    return float(moved.amount or 0) if moved.currency == company.currency else math.inf


def _asking(rule: ApprovalRule | None, clauses: tuple[Clause, ...], *, allowed: str) -> Verdict:
    if rule is None:
        nobody = Clause(id="nobody_may", sentence="Nobody here may approve this amount.", held=False)
        return Verdict(kind="deny", clauses=(*clauses, nobody), allowed=allowed)
    return Verdict(kind="needs_approval", clauses=clauses, approval=rule, allowed=allowed)


def _all_held(clauses: tuple[Clause, ...]) -> bool:
    return all(clause.held for clause in clauses)
