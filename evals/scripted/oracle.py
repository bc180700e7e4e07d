"""What a good model would answer: the playbook's next step, as it goes over the wire.

The step is the rules reasoner's, for the requests that the prompt lists; the answer holds calls with arguments and words
with slots, as a model writes them. Which requests it is asked about it reads from the prompt like any model.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from evals.fake_model.script import Script, ScriptedTurn, ToolCall, said_last, text_of
from graph.reasoners.model.toolbox import ASK, HAND_OVER, SEARCH, UNSURE
from graph.reasoners.protocol import Decision, View
from graph.reasoners.rules import consider
from graph.state import Request, Step

Json = dict[str, Any]
_LISTED = re.compile(r"^- (\d+): ", re.MULTILINE)
_REQUESTS = re.compile(r"^# The requests\n((?:- .*(?:\n|\Z))+)", re.MULTILINE)
_MENTIONED = re.compile(r"\b[a-z]{2,6}_[a-z0-9]+\b")


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer, the view that it was given for, and the ids in it that the prompt did not hold: what no model could
    have known."""

    view: View
    turn: ScriptedTurn
    unknown: tuple[str, ...]


@dataclass
class Oracle:
    """A player for the fake model. `views`: those that are being decided on now, with the rules reasoner's decision;
    `said`: what was answered, in order."""

    views: list[tuple[View, Decision]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    script: Script = field(default_factory=lambda: Script(turns=(ScriptedTurn(),)))

    def turn_for(self, request: Json) -> ScriptedTurn | None:
        found = next((each for each in self.views if _asks(each[0], request)), None)
        if found is None:
            return None
        view, own = found
        turn = self.answer(view, own, request)
        self.said.append(Said(view=view, turn=turn, unknown=_unknown(turn, request)))
        return turn

    def answer(self, view: View, own: Decision, request: Json) -> ScriptedTurn:
        """What is said to this request. `own`: the rules reasoner's decision."""
        return answer_of(view, own, request)

    @contextmanager
    def watching(self, view: View, own: Decision) -> Iterator[None]:
        self.views.append((view, own))
        try:
            yield
        finally:
            self.views = [each for each in self.views if each[0] is not view]


def _asks(view: View, request: Json) -> bool:
    """Whether the request is about this view: its last words are the customer's."""
    said = [message.text for message in view.messages if message.type == "human"]
    return not said or said[-1] == said_last(request)


def numbers_in(request: Json) -> list[int]:
    """The requests that the newest prompt asks about, by their numbers."""
    system = "\n".join(text_of(each["content"]) for each in request["messages"] if each["role"] == "system")
    listed = _REQUESTS.search(system)
    return [int(number) for number in _LISTED.findall(listed[1])] if listed else []


def answer_of(view: View, own: Decision, request: Json) -> ScriptedTurn:
    """All that can be said and called now, request by request."""
    numbers, reasons = numbers_in(request), _reasons(request)
    if not numbers:
        return _unasked(own, reasons)
    calls, words = list[ToolCall](), list[str]()
    for number in numbers:
        settled, step = consider(view, view.requests[number - 1])
        about = {"request": number} if len(numbers) > 1 else {}
        mark = f"{{{{about:{number}}}}} " if about else ""
        calls += _calls(view, settled, step, about, reasons)
        words += [mark + _words(settled)] if step is None and settled["status"] != "asked" else []
    return ScriptedTurn(text="\n\n".join(words), calls=tuple(calls))


def _unasked(own: Decision, reasons: Sequence[str]) -> ScriptedTurn:
    """To a message in which no request was recognised: from the articles, or a person."""
    if own.step["kind"] == "reply":
        return ScriptedTurn(text=_words(own.requests[-1]))
    return ScriptedTurn(calls=(_hand_over(own.step, {}, reasons),))


def _reasons(request: Json) -> list[str]:
    """Why a person may be called, as the offered tool lists it."""
    tools = {tool["function"]["name"]: tool["function"] for tool in request.get("tools") or []}
    found: list[str] = tools[HAND_OVER]["parameters"]["properties"]["reason"]["enum"]
    return found


def _hand_over(step: Step, about: Json, reasons: Sequence[str]) -> ToolCall:
    because = step.get("because", "")
    return ToolCall(name=HAND_OVER, arguments={**about, "reason": because if because in reasons else UNSURE})


def _calls(view: View, settled: Request, step: Step | None, about: Json, reasons: Sequence[str]) -> list[ToolCall]:
    if step is None:
        asks = settled["status"] == "asked"
        question = {"about": settled["asked"], "question": settled["said"]}
        return [ToolCall(name=ASK, arguments={**about, **question})] if asks else []
    match step["kind"]:
        case "propose":
            return [ToolCall(name=step["proposal"]["tool"], arguments=step["proposal"]["arguments"])]
        case "read":
            tools = {tool.reads: tool.name for tool in view.kit.tools if tool.reads}
            return [ToolCall(name=tools[each["fact"]], arguments=dict(each["focus"])) for each in step["reads"]]
        case "search":
            return [ToolCall(name=SEARCH, arguments={"query": step["query"]})]
        case _:
            return [_hand_over(step, about, reasons)]


def _words(settled: Request) -> str:
    """The company's words, or the passage that answers."""
    cited = [citation["passage"] for citation in settled["citations"]]
    return f"{{{{quote:{cited[0]}}}}}" if cited else "{{playbook}}"


def _unknown(turn: ScriptedTurn, request: Json) -> tuple[str, ...]:
    sent = "\n".join(text_of(message["content"]) for message in request["messages"])
    used = _MENTIONED.findall(" ".join(json.dumps(call.arguments) for call in turn.calls))
    names = {tool["function"]["name"] for tool in request.get("tools") or []}
    schemas = json.dumps(request.get("tools") or [])
    return tuple(each for each in dict.fromkeys(used) if each not in sent and each not in names and each not in schemas)
