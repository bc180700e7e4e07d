"""What policy says about a proposal: allow, needs approval, or deny, with every clause that was looked at.

Pure: the same company and the same ask give the same verdict. Nothing in a text can change it; amounts and entitlement
come from records, and what cannot be checked does not hold.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from policy.ask import Approver, Ask, Clause, Verdict, said
from policy.authority import ApprovalRule, may_decide, rule_for
from policy.budgets import kept
from policy.cel import Expression
from policy.company import Company
from policy.entitlement import ClauseRule, ToolPolicy
from policy.limits import Money, allowance, at_most, bounds, money_of, room
from policy.margin import kept_off
from policy.structs import Struct
from policy.words import listed, plain, span

STALE = "fresh"
"""The clause by which a tool wants a sign-in of a short while ago."""

__all__ = ["STALE", "Approver", "Ask", "Clause", "Money", "Verdict", "judge", "moved_by"]


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
    bounded = entitled + bounds(policy, moved, ask) + kept(company.budgets, policy, moved, ask, "deny")
    if not _all_held(bounded):
        return Verdict(kind="deny", clauses=bounded, allowed=at_most(policy, moved))
    if ask.approver is not None:
        return _approved(company, ask, ask.approver, moved, bounded, values)
    alone = allowance(policy, moved, ask, values) + kept(company.budgets, policy, moved, ask, "approval")
    return _alone(company, ask, moved, bounded + alone, values)


def basis_of(company: Company, ask: Ask) -> dict[str, Any]:
    """What an approval of this stands on: the clauses that nobody's approval lifts, as they read, and the values of the
    records that they are worked out from, but for those that change with the clock alone. Plain JSON."""
    policy = company.tools.get(ask.tool)
    if policy is None:
        return {"clauses": {}, "values": {}}
    values, moved = _values(policy, ask), money_of(policy, _values(policy, ask))
    clauses = (*(_checked(rule, values) for rule in policy.clauses), *bounds(policy, moved, ask))
    clauses += kept(company.budgets, policy, moved, ask, "deny")
    expressions: list[Expression] = [rule.when for rule in policy.clauses]
    expressions += [each for each in (policy.amount, policy.currency, policy.approval.two_people_when) if each]
    read = {path: each.environment.structs for each in expressions for path in each.reads}
    steady = [path for path, structs in read.items() if _steady(path, structs)]
    return {
        "clauses": {clause.id: [clause.sentence, clause.held] for clause in clauses},
        "values": {path: _at(ask.facts, path) for path in sorted(steady)},
    }


def _steady(path: str, structs: Mapping[str, Struct]) -> bool:
    record, _, key = path.partition(".")
    return record != "arguments" and not structs[record][key].ages


def _at(facts: Mapping[str, Mapping[str, Any]], path: str) -> Any:
    record, _, key = path.partition(".")
    value = (facts.get(record) or {}).get(key)
    return value.isoformat() if isinstance(value, datetime) else value


def moved_by(company: Company, ask: Ask) -> Money:
    """What the call would move: what the ledger books when it is reserved."""
    policy = company.tools[ask.tool]
    return money_of(policy, _values(policy, ask))


def _doors(company: Company, ask: Ask) -> tuple[Clause, ...]:
    """The checks before any record is looked at, up to the first that fails."""
    playbook, policy = company.playbooks.get(ask.intent), company.tools.get(ask.tool)
    listed_there = bool(ask.asked_by) or (playbook is not None and ask.tool in playbook.tools)
    fit = policy is not None and policy.takes(ask.arguments)
    checks = (
        (
            "kill_switch",
            not ask.kill_switch,
            "Actions are switched on.",
            "Such actions are switched off at the moment.",
        ),
        ("verified", ask.verified, "The customer is signed in.", "The customer is not signed in."),
        ("listed", policy is not None, "The action has a policy.", "There is no policy for this action."),
        ("playbook", listed_there, "The request allows this action.", "The request does not allow this action."),
        ("arguments", fit, "The action is fully described.", "The action is not described as it must be."),
    )
    clauses = (*(said(*check) for check in checks), *_fresh(policy, ask))
    failed = next((index for index, clause in enumerate(clauses) if not clause.held), len(clauses))
    return clauses[: failed + 1]


def _fresh(policy: ToolPolicy | None, ask: Ask) -> tuple[Clause, ...]:
    """Nobody's approval stands in for the customer's own sign-in."""
    if policy is None or policy.fresh_within is None:
        return ()
    fresh = ask.signed_in_ago is not None and ask.signed_in_ago <= policy.fresh_within
    no = f"For this the customer must have signed in within the last {span(policy.fresh_within)}."
    return (said(STALE, fresh, "The customer had just signed in.", no),)


def _values(policy: ToolPolicy, ask: Ask) -> dict[str, Any]:
    bare = {name: ask.arguments[name] for name in policy.bare if name in ask.arguments}
    return {**ask.facts, **bare, "arguments": ask.arguments, "ledger": ask.ledger, "now": ask.now}


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
    sure = ask.confidence >= max(company.thresholds.act_for(ask.tier), company.sure(ask.intent).send)
    clauses += (
        said("suggest", ask.autonomy == "auto", "The agent may act by itself.", "A person looks at this first."),
        said("confidence", sure, "The request was understood.", "It is not certain enough that this is meant."),
        *kept_off(company, company.tools[ask.tool], moved, ask),
        *_by_hand(ask),
    )
    if _all_held(clauses):
        return Verdict(kind="allow", clauses=clauses)
    policy = company.tools[ask.tool]
    rule = rule_for(company, policy.approval, ask.tool, _weight(company, policy, moved), values, ask.tier)
    return _asking(rule, clauses, allowed=room(policy.allow, moved, ask))


def _by_hand(ask: Ask) -> tuple[Clause, ...]:
    """What a person wants or wanted otherwise is never done without another one."""
    clauses = []
    if ask.asked_by:
        no = "A colleague asks for this, not the customer, so another colleague decides."
        clauses.append(Clause(id="colleague", sentence=no, held=False))
    if ask.undone:
        no = "This was done before and taken back, so a person decides whether it is done again."
        clauses.append(Clause(id="undone", sentence=no, held=False))
    return tuple(clauses)


def _approved(
    company: Company, ask: Ask, by: Approver, moved: Money, clauses: tuple[Clause, ...], values: Mapping[str, Any]
) -> Verdict:
    """The verdict once somebody has approved: their limits stand in the place of the agent's."""
    policy = company.tools[ask.tool]
    weight = _weight(company, policy, moved)
    rule = rule_for(company, policy.approval, ask.tool, weight, values, ask.tier)
    enough = rule is not None and _people(company, by, rule, ask.tool, weight) >= rule.people
    enough = enough and rule is not None and may_decide(company, by.roles, rule, ask.tool, weight)
    no = "This needs the approval of somebody with a higher limit, or of a second person."
    clauses = (*clauses, said("authority", enough, "Approved by somebody who may.", no))
    return Verdict(kind="allow", clauses=clauses) if enough else _asking(rule, clauses, allowed="")


def _people(company: Company, by: Approver, rule: ApprovalRule, tool: str, weight: float) -> int:
    """How many different people approved; the first of two counts only while they may."""
    first = by.first is None or may_decide(company, by.first, rule, tool, weight)
    return by.people if first else by.people - 1


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
