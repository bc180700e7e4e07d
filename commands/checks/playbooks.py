"""Checks of the playbooks: rules nobody reaches, slots nobody fills, texts that cannot always be said."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from commands.checks.conditions import constant, parts
from commands.checks.finding import Checked, Finding, finding, in_playbook, line_of
from policy.cel import Condition
from policy.playbook import Playbook
from policy.rules import Rule
from policy.structs import Struct, struct_of
from policy.templates import Text

SURE = ("ask", "answer", "escalate")
"""Kinds of rule that are never passed over once their condition holds."""
FEWEST = 8
_FIELD = r"\b{fact}\.(\w+)"


def check_playbooks(found: Checked) -> Iterator[Finding]:
    for playbook in found.company.playbooks.values():
        yield from _rules(playbook)
        yield from _tools(playbook)
        yield from _slots(found, playbook)
        yield from _texts(found, playbook)
        yield from _examples(found, playbook)


def _rules(playbook: Playbook) -> Iterator[Finding]:
    for place, rule in enumerate(playbook.rules[:-1]):
        where = in_playbook(playbook, rule.line)
        if constant(rule.when) is False:
            yield finding(
                "warning", where, f"This rule never holds: {_said(rule)}.", "Remove it or mend its condition."
            )
        earlier = next((each for each in playbook.rules[:place] if _covers(each, rule)), None)
        if earlier is not None:
            what = f"This rule is never reached: the one on line {earlier.line} holds whenever it does."
            yield finding("warning", where, what, "Put the narrower rule first, or remove it.")
    final = next((rule for rule in playbook.rules[:-1] if constant(rule.when) and rule.kind in SURE), None)
    if final is not None:
        what = f"The last rule is never reached: the one on line {final.line} always holds."
        yield finding("warning", in_playbook(playbook, playbook.rules[-1].line), what, "Give that rule a condition.")


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether the later one can only hold when the earlier does, and the earlier is not passed over then."""
    if earlier.when is None or later.when is None:
        return False
    sure = earlier.kind in SURE or set(earlier.facts) <= set(earlier.when.variables)
    always = constant(earlier.when) is True
    return sure and (always or parts(earlier.when) <= parts(later.when))


def _said(rule: Rule) -> str:
    return rule.when.source if rule.when else "otherwise"


def _tools(playbook: Playbook) -> Iterator[Finding]:
    called = {rule.tool for rule in playbook.rules if rule.kind == "call"}
    for tool in playbook.tools:
        if tool not in called:
            what = f"{tool} is listed, but no rule proposes it."
            yield finding("warning", in_playbook(playbook), what, "Add a rule that calls it, or take it off the list.")


def _slots(found: Checked, playbook: Playbook) -> Iterator[Finding]:
    written = " ".join(_sources(playbook))
    looked_at = {name for source in found.kit.sources.values() for name in source.focus}
    for slot in playbook.slots:
        used = slot.name in looked_at or f"slots.{slot.name}" in written
        if not used and not any(rule.slot == slot.name for rule in playbook.rules):
            where = in_playbook(playbook, line_of(found.folder, playbook.file, f"name: {slot.name}"))
            yield finding(
                "warning", where, f"Nothing asks for the slot {slot.name} or looks at it.", "Remove the slot."
            )


def _sources(playbook: Playbook) -> Iterator[str]:
    for rule in playbook.rules:
        yield from (each.source for each in (rule.when, rule.say, *rule.arguments.values()) if each)
    steps = playbook.guide.steps if playbook.guide else ()
    for step in steps:
        yield from (each.source for each in (step.ask, step.again, step.skip_when, step.check) if each)
    yield from (text.source for _, text in _replies(playbook))


def _replies(playbook: Playbook) -> list[tuple[str, Text]]:
    named = vars(playbook.replies).items()
    return [(name, text) for name, text in named if text is not None]


def _texts(found: Checked, playbook: Playbook) -> Iterator[Finding]:
    facts = {name: struct_of(fact) for name, fact in found.kit.facts.items()}
    sure = set(playbook.needs) & set(playbook.ask_for)
    for rule in playbook.rules:
        if rule.say is not None and rule.kind == "say":
            yield from _said_surely(rule.say, facts, sure, [rule.when], "this rule is passed over", playbook)
    calls = [rule for rule in playbook.rules if rule.kind == "call"]
    for name, text in _replies(playbook):
        if calls and name in ("done", "holding", "declined"):
            named = [_named_by(rule) for rule in calls]
            ensured = sure | set.intersection(*named)
            conditions = [rule.when for rule in calls]
            yield from _said_surely(text, facts, ensured, conditions, "only a general sentence is sent", playbook)


def _named_by(rule: Rule) -> set[str]:
    arguments = {name for each in rule.arguments.values() for name in each.variables}
    return arguments | set(rule.when.variables if rule.when else ())


def _said_surely(
    text: Text,
    facts: Mapping[str, Struct],
    sure: Iterable[str],
    conditions: Sequence[Condition | None],
    otherwise: str,
    playbook: Playbook,
) -> Iterator[Finding]:
    """Every fact that a text names must be there, and every field of it that may be empty must have been looked at."""
    looked = " ".join(each.source for each in conditions if each)
    known = set(sure) | {name for each in conditions if each for name in each.variables}
    where = in_playbook(playbook, text.line)
    for fact in (name for name in text.variables if name in facts):
        if fact not in known and not _guarded(text, fact):
            what = f"The text names {fact}, which need not be there; {otherwise} then."
            yield finding("warning", where, what, f"Name {fact} in the condition, or ask for it with `ask_for`.")
        for name in dict.fromkeys(re.findall(_FIELD.format(fact=fact), text.source)):
            each = facts[fact].get(name)
            named = f"{fact}.{name}"
            if each and each.optional and named not in looked and not _guarded(text, named):
                what = f"The text names {named}, which may be empty; {otherwise} then."
                yield finding("warning", where, what, f"Add `{named} != null` to the condition.")


def _guarded(text: Text, name: str) -> bool:
    """Whether an `{% if %}` of the text looks at it."""
    return re.search(rf"{{%[^%]*\b{re.escape(name)}\b", text.source) is not None


def _examples(found: Checked, playbook: Playbook) -> Iterator[Finding]:
    if len(playbook.examples) < FEWEST:
        where = in_playbook(playbook, line_of(found.folder, playbook.file, "examples:"))
        what = f"Only {len(playbook.examples)} examples; an intent is learned from ten to fourteen."
        yield finding("warning", where, what, "Add sentences as different as customers are.")
