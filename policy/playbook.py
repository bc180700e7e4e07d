"""Playbooks: one Markdown file per intent, front matter for code and a body that a model reads."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from policy.rules import Choice, Rule, RuleReader, choose
from policy.source import Node, Problem, document, unknown_names
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
    "search",
    "slots",
    "propose",
    "replies",
)
_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Something only the customer can say. `ask`: the question. `pattern` finds it in a message (group `value`);
    `take` is `message` when a whole message is the value; `matches` is what a value must satisfy."""

    name: str
    ask: str
    pattern: re.Pattern[str] | None
    matches: re.Pattern[str] | None
    take: Literal["", "message"]

    def find(self, message: str) -> str | None:
        """The value a message holds, by `pattern` alone; None when it holds none that is fit."""
        found = self.pattern.search(message) if self.pattern else None
        return self._fit(found["value"]) if found else None

    def answer(self, message: str) -> str | None:
        """The value in a message that answers this slot's question: found by pattern, else all of it if allowed."""
        return self.find(message) or (self._fit(message) if self.take == "message" else None)

    def _fit(self, value: str) -> str | None:
        value = value.strip()
        return value if value and (self.matches is None or self.matches.search(value)) else None


@dataclass(frozen=True, kw_only=True)
class Replies:
    """What the customer is told: `done` after an action, `holding` while a person decides, `declined` on a no."""

    done: Text | None
    holding: Text | None
    declined: Text | None


@dataclass(frozen=True, kw_only=True)
class Playbook:
    """`needs`: facts read before anything is decided; `ask_for`: the question for a needed fact that was not found.
    `search`: words for a second search of the articles. `body`: the procedure, Markdown."""

    intent: str
    title: str
    examples: tuple[str, ...]
    needs: tuple[str, ...]
    ask_for: Mapping[str, str]
    tools: tuple[str, ...]
    queue: str
    priority: str
    autonomy: Autonomy
    search: str
    slots: tuple[Slot, ...]
    rules: tuple[Rule, ...]
    replies: Replies
    body: str
    file: str

    def choose(self, values: Mapping[str, Any], unread: Collection[str] = ()) -> Choice:
        """The rule to follow; see `policy.rules.choose`."""
        return choose(self.rules, values, unread)

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
) -> Playbook:
    """A playbook file. `stem` is the file's name without `.md`, which is its intent; `tools`: those with a policy."""
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
    known: tuple[str, ...],
    used: tuple[str, ...],
) -> Playbook:
    title, search, priority = node.get("title"), node.get("search"), node.get("priority")
    slots = _slots_of(node)
    names = tuple(slot.name for slot in slots)
    reader = RuleReader(
        vocabulary=vocabulary, environment=vocabulary.playbook_environment(names), tools=used, slots=names
    )
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
        search=search.text() if search else "",
        slots=slots,
        rules=reader.rules(node.need("propose")),
        replies=_replies_of(node, vocabulary.text_names(slots=names, tools=used), needed=bool(used)),
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


def _slots_of(node: Node) -> tuple[Slot, ...]:
    slots = node.get("slots")
    return tuple(_slot_of(item) for item in slots.items()) if slots else ()


def _slot_of(node: Node) -> Slot:
    node.only("name", "ask", "pattern", "matches", "take")
    pattern, matches, take = node.get("pattern"), node.get("matches"), node.get("take")
    found = pattern.pattern() if pattern else None
    if pattern and found and "value" not in found.groupindex:
        pattern.fail("must have a group (?P<value>...)")
    if not pattern and not take:
        node.fail("can never be filled: give it a `pattern`, or `take: message`")
    name = node.need("name").text()
    if name and not name.isidentifier():
        node.need("name").fail("must be a name of letters, digits and underscores")
    return Slot(
        name=name if name.isidentifier() else "unnamed",
        ask=node.need("ask").text(),
        pattern=found,
        matches=matches.pattern() if matches else None,
        take="message" if take and take.choice(("message",), "source") else "",
    )


def _replies_of(node: Node, names: Mapping[str, Collection[str]], *, needed: bool) -> Replies:
    replies = node.need("replies") if needed else node.get("replies")
    if replies is None:
        return Replies(done=None, holding=None, declined=None)
    replies.only("done", "holding", "declined")
    found = {key: replies.need(key) if needed else replies.get(key) for key in ("done", "holding", "declined")}
    texts = {key: text_of(entry, names) if entry else None for key, entry in found.items()}
    return Replies(done=texts["done"], holding=texts["holding"], declined=texts["declined"])
