"""Where a conversation goes when a person takes it: the `routing` of company.yaml."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from policy.cel import Condition, Environment
from policy.playbook import PRIORITIES, Playbook
from policy.source import Node
from policy.triggers import Situation

EVERYTHING_ELSE = "everything else"


@dataclass(frozen=True, kw_only=True)
class RoutingRule:
    """What a rule sets when it holds; empty or None: left to a later rule. The last rule has no condition."""

    when: Condition | None
    queue: str
    skill: str
    priority: str
    due: timedelta | None

    @property
    def name(self) -> str:
        """How people and tables call the rule."""
        return self.when.source if self.when else EVERYTHING_ELSE


@dataclass(frozen=True, kw_only=True)
class Route:
    """`skill` is empty when anyone of the queue will do; `due` is how soon a person should answer; `by`: the rules that
    set any of it."""

    queue: str
    skill: str
    priority: str
    due: timedelta
    by: tuple[str, ...] = ()


class Routed(Protocol):
    """A company, as far as routing goes."""

    @property
    def routing(self) -> tuple[RoutingRule, ...]: ...

    @property
    def playbooks(self) -> Mapping[str, Playbook]: ...


def route(company: Routed, situation: Situation) -> Route:
    """Each of queue, skill, priority and due comes from the first rule that holds and sets it; then from the intent's
    playbook; then from the last rule."""
    *rules, last = company.routing
    values = situation.values()
    found = [rule for rule in rules if rule.when is not None and rule.when.evaluate(values)]
    playbook = company.playbooks.get(situation.intent)
    own = RoutingRule(
        when=None,
        queue=playbook.queue if playbook else "",
        skill=situation.skill,
        priority=playbook.priority if playbook else "",
        due=None,
    )
    order = [*found, own, last]
    queue = next(rule for rule in order if rule.queue)
    skill = next((rule for rule in order if rule.skill), own)
    priority = next(rule for rule in order if rule.priority)
    due = next(rule for rule in order if rule.due is not None)
    return Route(
        queue=queue.queue,
        skill=skill.skill,
        priority=priority.priority,
        due=due.due or timedelta(0),
        by=tuple(rule.name for rule in (*found, last) if rule in (queue, skill, priority, due)),
    )


def routing_of(node: Node, environment: Environment, queues: Collection[str]) -> tuple[RoutingRule, ...]:
    """The `routing` of company.yaml: the last rule has no `when` and sets queue, priority and due."""
    items = node.items()
    for item in items[:-1]:
        item.need("when")
    if items:
        _whole(items[-1])
    else:
        node.fail("needs at least one rule: the last, without `when`, is for everything else")
    return tuple(_rule_of(item, environment, queues) for item in items)


def _whole(last: Node) -> None:
    if last.get("when"):
        last.need("when").fail("the last rule is for everything else and has no `when`")
    for key in ("queue", "priority", "due"):
        last.need(key)


def _rule_of(node: Node, environment: Environment, queues: Collection[str]) -> RoutingRule:
    node.only("when", "queue", "skill", "priority", "due")
    when, queue, skill = node.get("when"), node.get("queue"), node.get("skill")
    priority, due = node.get("priority"), node.get("due")
    return RoutingRule(
        when=environment.condition(when) if when else None,
        queue=queue.choice(queues, "queue") if queue else "",
        skill=skill.text() if skill else "",
        priority=priority.choice(PRIORITIES, "priority") if priority else "",
        due=due.duration() if due else None,
    )
