"""Checks of triggers, routing and thresholds: what can never fire, or always does."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from commands.checks.conditions import numbers_in, outcomes, parts, texts_in
from commands.checks.finding import Checked, Finding, finding, place
from policy.cel import Condition
from policy.vocabulary import SITUATION

_LIMITED = ("confidence", "none", "emotion", "urgency")


def check_situations(found: Checked) -> Iterator[Finding]:
    yield from _triggers(found)
    yield from _routing(found)
    yield from _thresholds(found)


def _triggers(found: Checked) -> Iterator[Finding]:
    triggers = found.company.triggers
    for place_, trigger in enumerate(triggers):
        for condition in (trigger.when, *trigger.tiers.values()):
            where = (condition.file, condition.line)
            possible = outcomes(condition, _candidates(found, condition))
            if True not in possible:
                what = f"The trigger {trigger.id} can never fire: {condition.source}."
                yield finding("warning", where, what, "Mend the condition, or remove the trigger.")
            elif False not in possible:
                what = f"The trigger {trigger.id} always fires, so every conversation goes to a person."
                yield finding("warning", where, what, "Narrow its condition.")
        same = next((each for each in triggers[:place_] if parts(each.when) <= parts(trigger.when)), None)
        if same is not None and not trigger.tiers:
            what = f"The trigger {trigger.id} never comes first: {same.id} fires whenever it does."
            yield finding("warning", (trigger.when.file, trigger.when.line), what, "Put the narrower one first.")


def _routing(found: Checked) -> Iterator[Finding]:
    for rule in found.company.routing:
        if rule.when is not None and True not in outcomes(rule.when, _candidates(found, rule.when)):
            what = f"This routing rule never holds: {rule.when.source}."
            yield finding("warning", (rule.when.file, rule.when.line), what, "Mend its condition, or remove it.")


def _candidates(found: Checked, condition: Condition) -> Mapping[str, Sequence[Any]]:
    """Values of each variable on both sides of every number and text in the condition, as far as they can occur."""
    numbers, texts = numbers_in([condition.source]), texts_in([condition.source])
    tiers, intents = found.company.tiers, tuple(found.company.playbooks)
    known: dict[str, Sequence[Any]] = {"tier": (*tiers, ""), "intent": (*intents, "")}
    return {name: known.get(name) or _values(name, numbers, texts) for name in condition.variables}


def _values(name: str, numbers: Sequence[float], texts: Sequence[str]) -> Sequence[Any]:
    kind = SITUATION[name]
    if kind == "bool":
        return (True, False)
    if kind == "string":
        return (*texts, "something else")
    around = sorted({0.0, 1.0, *(value + step for value in numbers for step in (-0.001, 0.0, 0.001))})
    if name in _LIMITED:
        return [value for value in around if 0 <= value <= 1]
    return sorted({int(value) + step for value in around for step in (0, 1) if value >= 0})


def _thresholds(found: Checked) -> Iterator[Finding]:
    limits = found.company.thresholds
    for tier, value in limits.act.items():
        if value <= limits.understand:
            what = f"The confidence to act for {tier} is not above that to understand at all, so it stops nothing."
            yield finding("warning", _at(found, "act"), what, "Raise it above `understand`.")
    if limits.another < limits.understand:
        what = "A second request is taken from a lower probability than the first."
        yield finding("warning", _at(found, "another"), what, "Raise `another` above `understand`.")
    for name in ("understand", "none", "signal", "support"):
        if getattr(limits, name) >= 1.0:
            what = f"The threshold {name} is 1, which no probability reaches."
            yield finding("warning", _at(found, name), what, "Lower it.")
    for name in ("send", "draft", "margin"):
        if getattr(limits.sure, name) >= 1.0:
            what = f"The threshold sure.{name} is 1, which nothing reaches: a person sees all of it."
            yield finding("warning", _at(found, "sure"), what, "Lower it.")


def _at(found: Checked, name: str) -> tuple[str, int]:
    return place(found.rules, "thresholds", name)
