"""Reads a model's answer: the next step, or what is wrong with the answer. Nothing in it is believed but its words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from graph import agenda
from graph.reading import once, reading
from graph.reasoners.model.toolbox import UNSURE, missing, reads, reasons, serves, writes
from graph.reasoners.protocol import Decision, View
from graph.state import Proposal, Reading, Request, Step

Json = dict[str, Any]


class AnswerUnusable(Exception):
    """The answer names no step that can be taken: `args[0]` says why, for the trace and for the next attempt."""


@dataclass(frozen=True, kw_only=True)
class Called:
    """A call as it came: `arguments` is the text that the model wrote."""

    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, whole. `finish`: why it ended, in the endpoint's words."""

    text: str
    calls: tuple[Called, ...]
    finish: str


def decided(view: View, due: Sequence[Request], answer: Answer) -> Decision:
    """The first action, else the reads together, else a question, a person, a search, else the words are the answer.
    Raises AnswerUnusable."""
    if answer.finish == "length":
        raise AnswerUnusable("cut off by the token limit")
    calls = [(call.name, _arguments(call)) for call in answer.calls]
    steps = [_step(view, due, name, arguments) for name, arguments in calls]
    wanted = once(each for step in steps if step.get("kind") == "read" for each in step["reads"])
    for kind in ("propose", "read", "ask", "escalate", "search"):
        found = next(((place, step) for place, step in enumerate(steps) if step.get("kind") == kind), None)
        if found is not None:
            return _taken(view, due, kind, found[1], calls[found[0]][1], answer.text, wanted)
    if not answer.text.strip():
        raise AnswerUnusable("empty")
    return Decision(step={"kind": "reply"}, requests=_answered(view, due, answer.text))


def _arguments(call: Called) -> Json:
    try:
        found = json.loads(call.arguments or "{}")
    except json.JSONDecodeError as error:
        raise AnswerUnusable(f"the arguments of {call.name} are no JSON") from error
    if not isinstance(found, dict):
        raise AnswerUnusable(f"the arguments of {call.name} are no object")
    return found


def _step(view: View, due: Sequence[Request], name: str, arguments: Mapping[str, Any]) -> Json:
    match name:
        case "ask_customer":
            return {"kind": "ask"}
        case "hand_over":
            reason = str(arguments.get("reason", ""))
            return {"kind": "escalate", "because": reason if reason in reasons(view, due) else UNSURE}
        case "search_articles":
            return {"kind": "search", "query": str(arguments.get("query", ""))[:400]}
    if any(tool.name == name for tool in writes(view, due)):
        return {"kind": "propose", "proposal": _proposal(view, due, name, dict(arguments))}
    source = next((tool.reads for tool in reads(view, due) if tool.name == name), None)
    if source is None:
        raise AnswerUnusable(f"there is no tool {name} here")
    return {"kind": "read", "reads": [_reading(view, source, arguments)]}


def _reading(view: View, source: str, arguments: Mapping[str, Any]) -> Reading:
    focus = {key: value for key, value in arguments.items() if isinstance(value, str) and value}
    return reading(view.kit, source, focus)


def _proposal(view: View, due: Sequence[Request], tool: str, arguments: Json) -> Proposal:
    """For the request that is about the same record, else the first whose procedure may use the tool."""
    able = [request for request in due if serves(view, request, tool)]
    values = {value for value in arguments.values() if isinstance(value, str)}
    request = next((each for each in able if values & {*each["focus"].values(), *each["slots"].values()}), able[0])
    return {
        "request": request["id"],
        "intent": request["intent"],
        "tool": tool,
        "arguments": _parsed(view, tool, arguments),
        "reason": f"{view.company.playbooks[request['intent']].title}: proposed by the model",
    }


def _parsed(view: View, tool: str, arguments: Json) -> Json:
    """As the tool takes them, where it does; else as they came, for policy to refuse."""
    try:
        return view.kit.action_named(tool).parse(arguments)
    except ValidationError:
        return arguments


def _taken(
    view: View, due: Sequence[Request], kind: str, step: Json, arguments: Json, text: str, wanted: list[Reading]
) -> Decision:
    requests = list(view.requests)
    if kind == "ask":
        return Decision(step={"kind": "reply"}, requests=_asked(view, due, arguments, text))
    if kind == "read":
        fresh = [each for each in wanted if each["place"] not in view.facts and each["place"] not in view.gaps]
        if not fresh:
            raise AnswerUnusable("it asks for records that it was given")
        return Decision(step={"kind": "read", "reads": fresh}, requests=requests)
    if kind == "search" and (not step["query"].strip() or step["query"] in view.support):
        raise AnswerUnusable("it searches for what it was given")
    chosen: Step = step  # type: ignore[assignment]
    return Decision(step=chosen, requests=requests)


def _asked(view: View, due: Sequence[Request], arguments: Json, text: str) -> list[Request]:
    about, question = str(arguments.get("about", "")), str(arguments.get("question", "")).strip() or text.strip()
    request = next((each for each in due if each["id"] == arguments.get("request")), due[0] if due else None)
    if request is None or about not in missing(view, due) or not question:
        raise AnswerUnusable("the question is about nothing that is missing")
    book = view.company.playbooks[request["intent"]]
    known = about if book.slot(about) or about in book.ask_for else ""
    if not known:
        raise AnswerUnusable("the question is not about its request")
    asked: Request = {**request, "status": "asked", "asked": about, "said": question}
    return agenda.with_request(view.requests, asked)


def _answered(view: View, due: Sequence[Request], text: str) -> list[Request]:
    """One text for all of them: the first says it, the others are settled by it."""
    if not due:
        said: Request = {**agenda.new_request("", 1.0, view.triage["text"]), "status": "done", "said": text.strip()}
        return [*view.requests, said]
    requests = list(view.requests)
    for place, request in enumerate(due):
        settled: Request = {**request, "status": "done", "said": text.strip() if place == 0 else ""}
        requests = agenda.with_request(requests, settled)
    return requests
