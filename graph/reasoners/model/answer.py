"""Reads a model's answer: the next step, or what is wrong with the answer. Nothing in it is believed but its words.

An answer may settle several requests at once: an action for one, words for another. What its calls and its words are about
is told request by request; what it says nothing of is owed on.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from graph import agenda
from graph.reading import once, reading
from graph.reasoners.fixed import answered
from graph.reasoners.model.parts import numbered, parts_of
from graph.reasoners.model.toolbox import UNSURE, missing, reads, reasons, serves, writes
from graph.reasoners.protocol import Decision, View
from graph.state import Proposal, Reading, Request

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


@dataclass(frozen=True, kw_only=True)
class _Call:
    kind: Literal["write", "read", "ask", "hand_over", "search"]
    name: str
    arguments: Json


@dataclass
class _Settling:
    """`parts`: the words, by the number of the request that they are about. `settled`: the requests that the answer says
    something about, by id; the first word counts."""

    view: View
    due: Sequence[Request]
    calls: Sequence[_Call]
    parts: Mapping[int, str]
    settled: dict[str, Request] = field(default_factory=dict)

    @property
    def left(self) -> list[Request]:
        return [request for request in self.due if request["id"] not in self.settled]

    def of_kind(self, kind: str) -> Iterator[Json]:
        return (call.arguments for call in self.calls if call.kind == kind)

    def settle(self, request: Request) -> None:
        self.settled.setdefault(request["id"], request)

    def named(self, arguments: Mapping[str, Any]) -> Request | None:
        """The request that a call names by its number."""
        found = numbered(self.view.requests, arguments.get("request"))
        return next((each for each in self.due if found and each["id"] == found["id"]), None)


def decided(view: View, due: Sequence[Request], answer: Answer) -> Decision:
    """The requests as the answer settles them: with a planned step, asked, or answered. A look-up or a search is the step
    where something is left that it is for; a reply otherwise. Raises AnswerUnusable."""
    if answer.finish == "length":
        raise AnswerUnusable("cut off by the token limit")
    calls = [_call(view, due, call) for call in answer.calls]
    if not due:
        return _without_request(view, calls, answer.text.strip())
    work = _Settling(view=view, due=due, calls=calls, parts=parts_of(answer.text, len(view.requests)))
    _plan(work)
    _ask(work)
    _hand_over(work)
    _say(work)
    looked = _look(work)
    if looked is not None:
        return looked
    if not work.settled:
        raise AnswerUnusable(_why(work))
    for request in work.left:
        work.settle({**request, "passed_over": request.get("passed_over", 0) + 1})
    return Decision(step={"kind": "reply"}, requests=_with(work))


def _call(view: View, due: Sequence[Request], call: Called) -> _Call:
    arguments = _arguments(call)
    match call.name:
        case "ask_customer":
            return _Call(kind="ask", name=call.name, arguments=arguments)
        case "hand_over":
            return _Call(kind="hand_over", name=call.name, arguments=arguments)
        case "search_articles":
            return _Call(kind="search", name=call.name, arguments=arguments)
    if any(tool.name == call.name for tool in writes(view, due)):
        return _Call(kind="write", name=call.name, arguments=arguments)
    if any(tool.name == call.name for tool in reads(view, due)):
        return _Call(kind="read", name=call.name, arguments=arguments)
    raise AnswerUnusable(f"there is no tool {call.name} here")


def _arguments(call: Called) -> Json:
    try:
        found = json.loads(call.arguments or "{}")
    except json.JSONDecodeError as error:
        raise AnswerUnusable(f"the arguments of {call.name} are no JSON") from error
    if not isinstance(found, dict):
        raise AnswerUnusable(f"the arguments of {call.name} are no object")
    return found


def _without_request(view: View, calls: Sequence[_Call], text: str) -> Decision:
    """To a message in which no request was recognised."""
    requests = list(view.requests)
    for call in calls:
        if call.kind == "hand_over":
            return Decision(step={"kind": "escalate", "because": _reason(view, (), call.arguments)}, requests=requests)
        query = _query(call.arguments)
        if not query or query in view.support:
            raise AnswerUnusable("it searches for what it was given")
        return Decision(step={"kind": "search", "query": query}, requests=requests)
    if not text:
        raise AnswerUnusable("empty")
    said: Request = {**agenda.new_request("", 1.0, view.triage["text"]), "status": "done", "said": text}
    return Decision(step={"kind": "reply"}, requests=[*requests, said])


def _plan(work: _Settling) -> None:
    """Each action is planned for its request, one for each."""
    for call in work.calls:
        if call.kind == "write":
            proposal = _proposal(work, call)
            request = next(each for each in work.due if each["id"] == proposal["request"])
            work.settle({**request, "planned": {"kind": "propose", "proposal": proposal}})


def _proposal(work: _Settling, call: _Call) -> Proposal:
    """For the request whose records have the most of the arguments' values; of several, the first that has no step yet."""
    view, arguments = work.view, call.arguments
    able = [request for request in work.due if serves(view, request, call.name)]
    wanted = {value for value in arguments.values() if isinstance(value, str)}
    fits = {request["id"]: len(wanted & _values(view, request)) for request in able}
    best = [request for request in able if fits[request["id"]] == max(fits.values())]
    request = next((each for each in best if each["id"] not in work.settled), best[0])
    return {
        "request": request["id"],
        "intent": request["intent"],
        "tool": call.name,
        "arguments": _parsed(view, call.name, arguments),
        "reason": f"{view.company.playbooks[request['intent']].title}: proposed by the model",
    }


def _values(view: View, request: Request) -> set[str]:
    """The texts of its records, and what the customer said about it."""
    records = (fact["value"] or {} for fact in view.facts_of(request).values())
    told = {value for record in records for value in record.values() if isinstance(value, str)}
    return told | {*request["focus"].values(), *request["slots"].values()}


def _parsed(view: View, tool: str, arguments: Json) -> Json:
    """As the tool takes them, where it does; else as they came, for policy to refuse."""
    try:
        return view.kit.action_named(tool).parse(arguments)
    except ValidationError:
        return arguments


def _ask(work: _Settling) -> None:
    for arguments in work.of_kind("ask"):
        about = str(arguments.get("about", ""))
        question = str(arguments.get("question", "")).strip() or work.parts.get(0, "")
        request = work.named(arguments) or next((each for each in work.left if _asks(work.view, each, about)), None)
        if request is None or not question or not _asks(work.view, request, about):
            raise AnswerUnusable("the question is about nothing that is missing")
        work.settle({**request, "status": "asked", "asked": about, "said": question})


def _asks(view: View, request: Request, about: str) -> bool:
    return about in missing(view, [request])


def _hand_over(work: _Settling) -> None:
    """The request that the call names; without a number, what nothing else is about."""
    told = {request["id"] for number in work.parts if (request := numbered(work.view.requests, number))}
    for arguments in work.of_kind("hand_over"):
        named, left = work.named(arguments), work.left
        for request in [named] if named else [each for each in left if each["id"] not in told] or left:
            because = _reason(work.view, [request], arguments)
            work.settle({**request, "planned": {"kind": "escalate", "because": because}})


def _reason(view: View, due: Sequence[Request], arguments: Mapping[str, Any]) -> str:
    reason = str(arguments.get("reason", ""))
    return reason if reason in reasons(view, due) else UNSURE


def _say(work: _Settling) -> None:
    """Words behind a request's mark are its answer. Words without a mark are the answer to the first that is left, unless
    they only stand before a call."""
    for number, words in work.parts.items():
        request = numbered(work.view.requests, number)
        if request is not None and any(each["id"] == request["id"] for each in work.due):
            work.settle(answered(work.view, request, words))
    if 0 in work.parts and not work.calls and work.left:
        work.settle(answered(work.view, work.left[0], work.parts[0]))


def _look(work: _Settling) -> Decision | None:
    """What is looked up for what is left; all look-ups together."""
    view = work.view
    if not work.left:
        return None
    wanted = once(_reading(view, call) for call in work.calls if call.kind == "read")
    fresh = [each for each in wanted if each["place"] not in view.facts and each["place"] not in view.gaps]
    if fresh:
        return Decision(step={"kind": "read", "reads": fresh}, requests=_with(work))
    queries = [_query(arguments) for arguments in work.of_kind("search")]
    query = next((each for each in queries if each and each not in view.support), "")
    return Decision(step={"kind": "search", "query": query}, requests=_with(work)) if query else None


def _reading(view: View, call: _Call) -> Reading:
    source = next(tool.reads for tool in view.kit.tools if tool.name == call.name and tool.reads)
    focus = {key: value for key, value in call.arguments.items() if isinstance(value, str) and value}
    return reading(view.kit, source, focus)


def _query(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("query", ""))[:400].strip()


def _with(work: _Settling) -> list[Request]:
    return [work.settled.get(request["id"], request) for request in work.view.requests]


def _why(work: _Settling) -> str:
    if any(work.of_kind("read")):
        return "it asks for records that it was given"
    return "it searches for what it was given" if any(work.of_kind("search")) else "empty"
