"""Playbooks: one Markdown file per intent, front matter for code and a body that a model reads."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from policy.rules import Choice, Rule, RuleReader, choose
from policy.slots import Slot, slots_of
from policy.source import Node, Problem, document, unknown_names
from policy.steps import RULES, Guide, guide_of, step_names
from policy.sure import Sure, sure_of
from policy.templates import Text, text_of
from policy.vocabulary import Vocabulary
from policy.words import plain

Autonomy = Literal["off", "suggest", "auto"]

AUTONOMIES: tuple[Autonomy, ...] = ("off", "suggest", "auto")
PRIORITIES = ("low", "normal", "high", "urgent")
KEYS = (
    "intent",
    "title",
    "examples",
    "needs",
    "ask_for",
    "tools",
    "queue",
    "priority",
    "autonomy",
    "sure",
    "search",
    "slots",
    "steps",
    "propose",
    "replies",
)
_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Replies:
    """What the customer is told: `done` after an action, `holding` while a person decides, `declined` on a no, `solved`
    when the steps have helped."""

    done: Text | None
    holding: Text | None
    declined: Text | None
    solved: Text | None


@dataclass(frozen=True, kw_only=True)
class Playbook:
    """`needs`: facts read before anything is decided; `ask_for`: the question for a needed fact that was not found.
    `search`: words for a second search of the articles. `guide`: steps to take the customer through, where a rule says
    so. `sure`: how sure the agent must be. `body`: the procedure, Markdown."""

    intent: str
    title: str
    examples: tuple[str, ...]
    needs: tuple[str, ...]
    ask_for: Mapping[str, str]
    tools: tuple[str, ...]
    queue: str
    priority: str
    autonomy: Autonomy
    sure: Sure
    search: str
    slots: tuple[Slot, ...]
    guide: Guide | None
    rules: tuple[Rule, ...]
    replies: Replies
    body: str
    file: str

    def choose(self, values: Mapping[str, Any], unread: Collection[str] = (), step: str = "") -> Choice:
        """The rule to follow; see `policy.rules.choose`. `step`: where in the guide the customer is."""
        return choose(self.rules, values, unread, guided=step == RULES)

    def kindred(self, other: "Playbook") -> bool:
        """About the same records, or settled by the same action."""
        return bool({*self.needs, *self.tools} & {*other.needs, *other.tools})

    def slot(self, name: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.name == name), None)


def playbook_of(
    text: str,
    *,
    file: str,
    stem: str,
    vocabulary: Vocabulary,
    queues: Collection[str],
    tools: Collection[str],
    problems: list[Problem],
    sure: Sure,
) -> Playbook:
    """A playbook file. `sure`: where it does not say. `stem` is the file's name without `.md`, which is its intent; `tools`: those with a policy."""
    front = _FRONT.match(text.replace("\r\n", "\n"))
    if front is None:
        problems.append(
            Problem(file=file, line=1, field="", message="must begin with front matter between two --- lines")
        )
    node = document(front[1] if front else "", file=file, problems=problems if front else [], first_line=2)
    node.only(*KEYS)
    intent, body = node.need("intent"), text.replace("\r\n", "\n")[front.end() if front else 0 :].strip()
    if intent.value != stem and isinstance(intent.value, str):
        intent.fail(f"must be the file's name, {stem}")
    if not body:
        node.fail("has no procedure below the front matter")
    needs, used = node.get("needs"), node.get("tools")
    return _playbook(
        node,
        intent=stem,
        body=body,
        vocabulary=vocabulary,
        queues=queues,
        sure=sure,
        known=needs.choices(tuple(vocabulary.facts), "fact") if needs else (),
        used=used.choices(tools, "tool with a policy") if used else (),
    )


def _playbook(
    node: Node,
    *,
    intent: str,
    body: str,
    vocabulary: Vocabulary,
    queues: Collection[str],
    sure: Sure,
    known: tuple[str, ...],
    used: tuple[str, ...],
) -> Playbook:
    title, search, priority = node.get("title"), node.get("search"), node.get("priority")
    slots = slots_of(node.get("slots"))
    asked = tuple(slot.name for slot in slots)
    names = tuple(dict.fromkeys((*asked, *_steps_beside(node.get("steps"), (*asked, *vocabulary.facts)))))
    environment, texts = vocabulary.playbook_environment(names), vocabulary.text_names(slots=names, tools=used)
    guide = guide_of(node.get("steps"), environment, texts)
    reader = RuleReader(vocabulary=vocabulary, environment=environment, tools=used, slots=asked, texts=texts)
    rules = reader.rules(node.need("propose"))
    _check_guided(node, guide, rules)
    return Playbook(
        intent=intent,
        title=title.text() if title else plain(intent).capitalize(),
        examples=node.need("examples").texts(),
        needs=known,
        ask_for=_questions_of(node, known),
        tools=used,
        queue=node.need("queue").choice(queues, "queue"),
        priority=priority.choice(PRIORITIES, "priority") if priority else "normal",
        autonomy=_autonomy_of(node.need("autonomy")),
        sure=sure_of(node.get("sure"), sure),
        search=search.text() if search else "",
        slots=slots,
        guide=guide,
        rules=rules,
        replies=_replies_of(node, texts, needed=bool(used)),
        body=body,
        file=node.file,
    )


def _autonomy_of(node: Node) -> Autonomy:
    word = node.choice(AUTONOMIES, "autonomy")
    return next((each for each in AUTONOMIES if each == word), "off")


def _questions_of(node: Node, needs: Collection[str]) -> dict[str, str]:
    questions = node.get("ask_for")
    if questions is None:
        return {}
    unknown_names(questions, needs, "needed fact")
    return {fact: entry.text() for fact, entry in questions.entries().items()}


def _steps_beside(steps: Node | None, taken: Collection[str]) -> tuple[str, ...]:
    """The names of the steps. Their outcomes are kept among the slots, which also say which records are meant."""
    names = step_names(steps)
    for item in steps.items() if steps else []:
        name = item.get("id")
        if name and name.value in taken:
            name.fail(f"'{name.value}' is the name of a slot or a fact already")
    return names


def _check_guided(node: Node, guide: Guide | None, rules: tuple[Rule, ...]) -> None:
    guided = any(rule.kind == "guide" for rule in rules)
    if guide is None and guided and node.get("steps") is None:
        node.need("propose").fail("a rule with `guide: true` needs `steps` to take the customer through")
    if guide is not None and not guided:
        node.need("steps").fail("nobody is taken through these: `propose` has no rule with `guide: true`")


def _replies_of(node: Node, names: Mapping[str, Collection[str]], *, needed: bool) -> Replies:
    replies = node.need("replies") if needed else node.get("replies")
    if replies is None:
        return Replies(done=None, holding=None, declined=None, solved=None)
    replies.only("done", "holding", "declined", "solved")
    found = {key: replies.need(key) if needed else replies.get(key) for key in ("done", "holding", "declined")}
    found["solved"] = replies.get("solved")
    texts = {key: text_of(entry, names) if entry else None for key, entry in found.items()}
    return Replies(**texts)
