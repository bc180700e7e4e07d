"""What a model is sent: first what is always the same, then the procedures, then the records, then the conversation.

In this order a provider can keep the beginning of the prompt from one call to the next.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, SystemMessage

from graph.reasoners.model.manner import manner_of
from graph.reasoners.model.parts import number_of
from graph.reasoners.model.plan import beside
from graph.reasoners.protocol import View
from graph.replies.letter import bare
from graph.state import PassageState, Request
from graph.truth.known import Value, facts_shown
from policy.company import Company
from policy.entitlement import ToolPolicy
from policy.playbook import Playbook
from policy.words import money

FILES = ("model.md", "situation.md")
PASSAGES = 4
"""Of the searches for one request, the best of each; of several requests each has its share. With less room only the first."""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """`version`: sha256 of the prompt files, so that a trace tells which words were used."""

    messages: tuple[BaseMessage, ...]
    version: str


def prompt_of(view: View, due: Sequence[Request], *, short: bool = False) -> Prompt:
    """For the requests that are still to be settled. `short`: with what can be left out left out, for a model that has no
    room for more."""
    books = [view.company.playbooks[intent] for intent in dict.fromkeys(r["intent"] for r in due) if intent]
    always = render(
        "model.md",
        company={"name": view.company.name, "voice": view.company.voice},
        playbooks=[_book(view, book) for book in books],
    )
    now = render("situation.md", **_situation(view, due, passages=1 if short else PASSAGES))
    said = _transcript(view.company, view.messages[-4:] if short else view.messages)
    return Prompt(messages=(SystemMessage(always), SystemMessage(now), *said), version=version())


@cache
def version() -> str:
    return hashlib.sha256("".join(_source(name) for name in FILES).encode()).hexdigest()


@cache
def _source(name: str) -> str:
    return resources.files("graph").joinpath(f"prompts/{name}").read_text("utf-8")


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, keep_trailing_newline=True
    )


@cache
def _template(name: str) -> Template:
    return _environment().from_string(_source(name))


def render(name: str, **values: Any) -> str:
    """Raises jinja2.UndefinedError for a value that is missing."""
    return _template(name).render(**values).strip()


def _book(view: View, book: Playbook) -> dict[str, Any]:
    tools = [{"name": name, "checks": _checks(view.company.tools[name])} for name in book.tools]
    return {"title": book.title, "intent": book.intent, "body": book.body, "tools": tools}


def _checks(policy: ToolPolicy) -> list[str]:
    """In words, why it may be refused and from when a person decides."""
    told = [f"Refused with: “{clause.otherwise}”" for clause in policy.clauses]
    allow = policy.allow
    if allow is None:
        return [*told, "A colleague decides every one."]
    limit = allow.amount_at_most
    return [*told, f"Above {money(limit, allow.currency)} a colleague decides."] if limit is not None else told


def _situation(view: View, due: Sequence[Request], *, passages: int) -> dict[str, Any]:
    found: dict[str, PassageState] = {}
    apart = {request["text"] for request in beside(view, due)} - {request["text"] for request in due}
    for some in (some for query, some in view.passages.items() if query not in apart):
        found |= {passage["id"]: passage for passage in some[: max(1, passages // max(1, len(due)))]}
    return {
        "requests": [_asked(view, request) for request in due],
        "beside": [_apart(view, request) for request in beside(view, due)],
        "facts": [line for request in due for line in _facts(view, request)],
        "gaps": sorted({gap["fact"] for gap in view.gaps.values()}),
        "passages": list(found.values()),
        "happened": _happened(view, due),
        "manner": manner_of(view),
    }


def _asked(view: View, request: Request) -> dict[str, Any]:
    book = view.company.playbooks.get(request["intent"])
    facts = view.facts_of(request)
    absent = [name for name in (book.needs if book else ()) if name in facts and facts[name]["value"] is None]
    slots = [slot.name for slot in (book.slots if book else ()) if slot.name not in request["slots"]]
    return {
        "number": number_of(view.requests, request["id"]),
        "intent": request["intent"],
        "about": [f"{kind} {name}" for kind, name in request["focus"].items()],
        "missing": [*absent, *slots],
    }


def _apart(view: View, request: Request) -> str:
    book = view.company.playbooks.get(request["intent"])
    return f"{number_of(view.requests, request['id'])}: {book.title if book else 'a question'}"


def _facts(view: View, request: Request) -> list[str]:
    """`name.field: value`, what customers may be shown, and what they said themselves."""
    told = [f"{name}: {_plain(value)}" for name, value in facts_shown(view, request).items()]
    said = [f"said.{name}: {value}" for name, value in request["slots"].items()]
    return [f"({number_of(view.requests, request['id'])})", *told, *said]


def _plain(value: Value) -> str:
    if value.kind == "money":
        return f"{value.value} (minor units of {value.currency})"
    return ", ".join(map(str, value.value)) if isinstance(value.value, list) else str(value.value)


def _happened(view: View, due: Sequence[Request]) -> list[str]:
    numbers = {request["id"]: number_of(view.requests, request["id"]) for request in due}
    done = [
        f"{numbers[each['request']]}: {each['tool']} was done; its slot is {{{{receipt:{each['key']}}}}}"
        for each in view.receipts
        if each["request"] in numbers
    ]
    refused = [
        f"{numbers[each['request']]}: refused: {' '.join(c['sentence'] for c in each['clauses'] if not c['held'])} {each['allowed']}".strip()
        for each in view.denials
        if each["request"] in numbers
    ]
    waiting = [f"Waits for a colleague: {card.title}; its slot is {{{{approval:{card.id}}}}}" for card in view.waiting]
    return [*done, *refused, *waiting]


def _transcript(company: Company, messages: Sequence[AnyMessage]) -> list[BaseMessage]:
    """Words alone: no names, no ids of ours, no letter around them."""
    return [
        AIMessage(bare(company, message.text)) if isinstance(message, AIMessage) else HumanMessage(message.text)
        for message in messages
    ]
