"""When a conversation goes to a person whatever the agent could do: the `triggers` and `thresholds` of policy.yaml."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from policy.cel import Condition, Environment
from policy.source import Node, unknown_names
from policy.sure import Sure, sure_of


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What triggers and routing look at. Probabilities are 0 to 1; `value` is the money at stake in minor units;
    `repeat` counts earlier contacts about the same matter; `reason` is why it goes to a person."""

    intent: str = ""
    plan: str = ""
    tier: str = ""
    value: int = 0
    skill: str = ""
    reason: str = ""
    confidence: float = 1.0
    none: float = 0.0
    emotion: float = 0.0
    urgency: float = 0.0
    asked_for_person: bool = False
    repeat: int = 0

    def values(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """`tiers` replaces `when` for the customers of a tier; `queue` is empty when routing chooses it."""

    id: str
    when: Condition
    tiers: Mapping[str, Condition]
    because: str
    queue: str


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Probabilities from which something counts. `act`: confidence to act without a person, by tier. `understand`: an
    intent is taken as understood. `another`: a further intent counts as a request of its own. `none`: the message is
    nothing the company handles. `signal`: a signal is present. `support`: articles carry an answer. `sure`: for every intent
    whose playbook does not say otherwise."""

    act: Mapping[str, float]
    understand: float
    another: float
    none: float
    signal: float
    support: float
    sure: Sure

    def act_for(self, tier: str) -> float:
        """The tier's own threshold; the strictest of all for a tier nobody named."""
        return self.act.get(tier, max(self.act.values(), default=1.0))


class Watched(Protocol):
    """A company, as far as its triggers go."""

    @property
    def triggers(self) -> tuple[Trigger, ...]: ...


def fired_triggers(company: Watched, situation: Situation) -> tuple[Trigger, ...]:
    """The triggers that apply, in the file's order. One that cannot be decided fires: doubt goes to a person."""
    values = situation.values()
    return tuple(
        trigger
        for trigger in company.triggers
        if trigger.tiers.get(situation.tier, trigger.when).evaluate(values) is not False
    )


def triggers_of(
    node: Node, environment: Environment, tiers: Collection[str], queues: Collection[str]
) -> tuple[Trigger, ...]:
    """The `triggers` of policy.yaml."""
    return tuple(_trigger_of(item, environment, tiers, queues) for item in node.items())


def _trigger_of(node: Node, environment: Environment, tiers: Collection[str], queues: Collection[str]) -> Trigger:
    node.only("id", "when", "tiers", "because", "queue")
    stricter, queue = node.get("tiers"), node.get("queue")
    if stricter:
        unknown_names(stricter, tiers, "tier")
    return Trigger(
        id=node.need("id").text(),
        when=environment.condition(node.need("when")),
        tiers={tier: environment.condition(entry) for tier, entry in stricter.entries().items()} if stricter else {},
        because=node.need("because").text(),
        queue=queue.choice(queues, "queue") if queue else "",
    )


def thresholds_of(node: Node, tiers: Collection[str]) -> Thresholds:
    """The `thresholds` of policy.yaml. Every tier needs its `act`."""
    node.only("act", "understand", "another", "none", "signal", "support", "sure")
    act = node.need("act")
    unknown_names(act, tiers, "tier")
    support = node.need("support").share()
    return Thresholds(
        act={tier: act.need(tier).share() for tier in tiers},
        understand=node.need("understand").share(),
        another=node.need("another").share(),
        none=node.need("none").share(),
        signal=node.need("signal").share(),
        support=support,
        sure=sure_of(node.get("sure"), Sure(support=support)),
    )
