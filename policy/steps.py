"""Steps: what a playbook takes a customer through, one message at a time, and where they lead.

A step is over before it is asked when its `skip_when` holds or its question names what is not there (outcome `skipped`),
or when its `check` on the records holds (`done`); otherwise by what the customer answers (the answer's name). Outcomes are kept among the slots, under the step's
name. The last step leads to `solved`, where the customer is told so, or to `rules`, where the playbook's rules go on.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from policy.cel import Condition, Environment
from policy.options import Options, options_of
from policy.source import Node, unknown_names
from policy.templates import Names, Text, text_of

SOLVED, RULES = "solved", "rules"
ENDS = (SOLVED, RULES)
SKIPPED, DONE = "skipped", "done"
_KEYS = ("id", "ask", "again", "answers", "skip_when", "check", "then")


@dataclass(frozen=True, kw_only=True)
class GuideStep:
    """`again`: the question in other words. `then`: every outcome to the next step or end. `facts`: those it looks at."""

    id: str
    ask: Text
    again: Text | None
    answers: Options
    skip_when: Condition | None
    check: Condition | None
    then: Mapping[str, str]
    facts: tuple[str, ...]

    def over(self, values: Mapping[str, Any]) -> str:
        """The outcome if nothing need be asked, or "". What the records do not decide is asked, unless the question
        names what is not there."""
        if self.skip_when is not None and self.skip_when.evaluate(values):
            return SKIPPED
        if self.check is not None and self.check.evaluate(values):
            return DONE
        return SKIPPED if self.ask.render(values) is None else ""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """How far the customer is: the step they are at, or the end, with the outcomes so far. `read`: facts to read first."""

    step: str
    slots: dict[str, str]
    read: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Guide:
    """The steps of a playbook, in the file's order; the first is where everybody begins."""

    steps: tuple[GuideStep, ...]

    def step(self, name: str) -> GuideStep | None:
        return next((step for step in self.steps if step.id == name), None)

    def number(self, name: str) -> int:
        """Counted from 1."""
        return [step.id for step in self.steps].index(name) + 1

    def walk(self, at: str, slots: Mapping[str, str], values: Mapping[str, Any], unread: Collection[str]) -> Walk:
        """On from `at` (from the beginning, if no such step is known) over all the steps that need not be asked.

        `values`: facts by name, and what else conditions and texts name. `unread`: facts nobody has looked for yet. Who
        would go round in a circle without being asked anything leaves for the rules.
        """
        at, found = at if at in ENDS or self.step(at) else self.steps[0].id, dict(slots)
        passed: set[str] = set()
        while (step := self.step(at)) and at not in passed:
            passed.add(at)
            missing = tuple(name for name in step.facts if name in unread)
            outcome = "" if missing else step.over({**values, "slots": found})
            if not outcome:
                return Walk(step=at, slots=found, read=missing)
            found[at], at = outcome, step.then[outcome]
        return Walk(step=at if at in ENDS else RULES, slots=found)


def guide_of(node: Node | None, environment: Environment, names: Names) -> Guide | None:
    """The `steps` of a playbook; None when it has none. `environment` and `names`: what conditions and texts may name,
    the steps among the slots."""
    if node is None:
        return None
    items = node.items()
    known = (*step_names(node), *ENDS)
    steps = [_step_of(item, following, known, environment, names) for item, following in _paired(items)]
    for item, step in zip(items, steps, strict=True):
        _check_way(item, step, steps)
    if not steps:
        node.fail("must have at least one step")
    return Guide(steps=tuple(steps)) if steps else None


def step_names(node: Node | None) -> tuple[str, ...]:
    """The names of the steps as they are written, before the steps are read: conditions may name any of them."""
    written = [item.get("id") for item in node.items()] if node else []
    return tuple(str(each.value) for each in written if each and str(each.value).isidentifier())


def _paired(items: list[Node]) -> list[tuple[Node, str]]:
    """Each step with what comes after it unless it says otherwise."""
    ids = [str(each.value) if (each := item.get("id")) else "" for item in items]
    return list(zip(items, [*ids[1:], RULES], strict=True))


def _step_of(node: Node, following: str, known: Collection[str], environment: Environment, names: Names) -> GuideStep:
    node.only(*_KEYS)
    again, answers = node.get("again"), node.get("answers")
    skip_when, check = node.get("skip_when"), node.get("check")
    options = options_of(answers) if answers else Options(patterns={})
    if not answers and not check:
        node.fail("can never be over: give it `answers`, or a `check` on the records")
    for name in (SKIPPED, DONE):
        if answers and name in options.names:
            answers.entries()[name].fail(f"'{name}' is the name of an outcome of its own")
    ask, repeated = text_of(node.need("ask"), names), text_of(again, names) if again else None
    outcomes = [*options.names, *([SKIPPED] if skip_when or ask.variables else []), *([DONE] if check else [])]
    conditions = [environment.condition(each) if each else None for each in (skip_when, check)]
    named = {name for each in (ask, repeated, *conditions) if each for name in each.variables}
    return GuideStep(
        id=_id_of(node.need("id"), known),
        ask=ask,
        again=repeated,
        answers=options,
        skip_when=conditions[0],
        check=conditions[1],
        then=dict.fromkeys(outcomes, following) | _then_of(node.get("then"), outcomes, known),
        facts=tuple(name for name in environment.structs if name in named and name != "slots"),
    )


def _id_of(node: Node, known: Collection[str]) -> str:
    name = node.text()
    if name and not name.isidentifier():
        node.fail("must be a name of letters, digits and underscores")
    if name in ENDS:
        node.fail(f"'{name}' is where steps may lead, and cannot be one")
    elif list(known).count(name) > 1:
        node.fail(f"a second step named '{name}'")
    return name


def _then_of(node: Node | None, outcomes: Collection[str], known: Collection[str]) -> dict[str, str]:
    """By outcome; one name is meant for all of them."""
    if node is None:
        return {}
    if isinstance(node.value, str):
        return dict.fromkeys(outcomes, _place_of(node, known))
    unknown_names(node, outcomes, "outcome")
    return {name: _place_of(entry, known) for name, entry in node.entries().items() if name in outcomes}


def _place_of(node: Node, known: Collection[str]) -> str:
    name = node.choice(known, "step")
    return name if name in known else RULES


def _check_way(item: Node, step: GuideStep, steps: list[GuideStep]) -> None:
    """Every step can be come to, and left for good."""
    if step.id not in {steps[0].id, *_reached(steps[0].id, steps)}:
        item.fail(f"nobody comes to the step '{step.id}': no other leads to it")
    elif not _reached(step.id, steps) & set(ENDS):
        item.fail(f"there is no way out of the step '{step.id}': what follows never ends in {' or '.join(ENDS)}")


def _reached(start: str, steps: list[GuideStep]) -> set[str]:
    """All that can follow on a step."""
    ways = {step.id: set(step.then.values()) for step in steps}
    found: set[str] = set()
    ahead = ways.get(start, set())
    while ahead:
        found |= ahead
        ahead = {after for name in ahead for after in ways.get(name, ())} - found
    return found
