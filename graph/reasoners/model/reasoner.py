"""The model reasoner: what code settles first, then one call; when no endpoint helps, the playbooks' own rules."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import structlog
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, convert_to_openai_messages

from graph import agenda
from graph.reasoners.fixed import by_records
from graph.reasoners.model.answer import AnswerUnusable, decided
from graph.reasoners.model.client import Client
from graph.reasoners.model.failures import ModelFailed
from graph.reasoners.model.prompt import prompt_of
from graph.reasoners.model.toolbox import toolbox, writes
from graph.reasoners.protocol import Decision, ModelCall, Sent, View, Voice
from graph.reasoners.rules import RulesReasoner, due_of
from graph.state import Request, Step

TRIES = 2
"""Answers of one endpoint, when the first cannot be used."""
BROKEN_OFF = "broken_off"
"""Why a person takes over: an answer ended in the middle, and no model went on with it."""
GO_ON = "The customer has read these words of your answer; then it broke off. Go on after them, and repeat nothing."

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class _Open:
    """What is left to the model, once code has settled what it settles. `step`: what code wants done in the end."""

    view: View
    due: tuple[Request, ...]
    step: Step | None


class ModelReasoner:
    """Asks the endpoints in their order. Its words are checked by whoever called it (graph/truth/guard.py)."""

    def __init__(self, clients: Sequence[Client], *, turn_seconds: float = 60.0) -> None:
        """`turn_seconds`: what one run may wait for all of them, over all of its steps."""
        self._clients = tuple(clients)
        self._turn_seconds = turn_seconds
        self._rules = RulesReasoner()

    async def decide(self, view: View) -> Decision:
        """Never raises for an endpoint's sake. `asked` holds every attempt; where none helped, the rules' decision."""
        left = _left(view)
        if left is None:
            return await self._rules.decide(view)
        used: list[ModelCall] = []
        voice = _voice(left)
        decision = await self._by_models(left, voice, used)
        if decision is not None:
            return replace(_joined(decision, left), asked=tuple(used))
        if voice is not None and voice.sent:
            return replace(_broken_off(left, voice.sent), asked=tuple(used))
        return replace(await self._rules.decide(view), asked=tuple(used))

    async def _by_models(self, left: _Open, voice: Voice | None, used: list[ModelCall]) -> Decision | None:
        """Within the time that the run has left for it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._turn_seconds - left.view.waited)):
                for client in self._clients:
                    decision = await _within(client, left, voice, used)
                    if decision is not None:
                        return decision
        return None


def _left(view: View) -> _Open | None:
    """None where there is nothing for a model: a message that asks for nothing new, a guided workflow, or requests that
    code settles alone."""
    if not view.requests:
        return (
            None
            if view.triage["move"] in ("withdraw", "status", "thanks", "confirm")
            else _Open(view=view, due=(), step=None)
        )
    requests, due, wanted = list(view.requests), list[Request](), list[Step]()
    for request in due_of(view):
        fixed = by_records(view, request)
        if fixed is None:
            due.append(request)
            continue
        requests = agenda.with_request(requests, fixed[0])
        wanted += [fixed[1]] if fixed[1] else []
    if not due or any(view.company.playbooks[request["intent"]].guide for request in due):
        return None
    return _Open(view=replace(view, requests=requests), due=tuple(due), step=wanted[0] if wanted else None)


def _voice(left: _Open) -> Voice | None:
    """Words before an action would speak of what is not done yet, and an answer to several requests is put in order
    first: both are held until the answer is whole."""
    voice = left.view.voice
    if voice is None or len(left.due) > 1 or writes(left.view, left.due):
        return None
    voice.about(left.due[0] if left.due else None)
    return voice


def _broken_off(left: _Open, begun: str) -> Decision:
    """What the customer has read stands, and a person goes on from there."""
    about = left.due[0] if left.due else agenda.new_request("", 1.0, left.view.triage["text"])
    requests = agenda.with_request(left.view.requests, {**about, "said": begun})
    return Decision(step={"kind": "escalate", "because": BROKEN_OFF}, requests=requests)


async def _within(client: Client, left: _Open, voice: Voice | None, used: list[ModelCall]) -> Decision | None:
    """As `_asked`; None when all of it took longer than the endpoint may take."""
    try:
        async with asyncio.timeout(client.endpoint.seconds):
            return await _asked(client, left, voice, used)
    except TimeoutError:
        await log.awarning("model.failed", model=client.endpoint.model, kind="timeout")
        return None


async def _asked(client: Client, left: _Open, voice: Voice | None, used: list[ModelCall]) -> Decision | None:
    """One endpoint's decision; None when it gave none that can be used. An answer that broke off is gone on with."""
    tools, short, note = toolbox(left.view, left.due), False, ""
    for _ in range(TRIES):
        prompt = prompt_of(left.view, left.due, short=short)
        begun = voice.sent if voice else ""
        messages = [*prompt.messages, *_so_far(begun), *([SystemMessage(note)] if note else [])]
        sent = Sent(version=prompt.version, messages=convert_to_openai_messages(messages), tools=tools)
        try:
            answer = await client.ask(messages, tools, voice, partial(_noted, used, sent))
            return decided(left.view, left.due, replace(answer, text=begun + answer.text))
        except AnswerUnusable as error:
            used[-1] = replace(used[-1], failure=f"unusable: {error.args[0]}")
            note = f"Your last answer could not be used: {error.args[0]}. Answer again."
        except ModelFailed as error:
            await log.awarning("model.failed", model=client.endpoint.model, kind=error.kind)
            if not _worth_another(error, short=short, more=bool(voice and voice.sent != begun)):
                return None
            short = short or error.kind == "overflow"
    return None


def _worth_another(error: ModelFailed, *, short: bool, more: bool) -> bool:
    """`more`: the customer has read some of this answer, which nobody has tried to go on with yet."""
    return more or (error.kind == "overflow" and not short)


def _so_far(begun: str) -> list[BaseMessage]:
    return [AIMessage(begun), SystemMessage(GO_ON)] if begun else []


def _noted(used: list[ModelCall], sent: Sent, call: ModelCall) -> None:
    used.append(replace(call, sent=sent))


def _joined(decision: Decision, left: _Open) -> Decision:
    """When the model has settled the rest, what code wants for the others is done."""
    if decision.step["kind"] == "reply" and left.step is not None:
        return replace(decision, step=left.step)
    return decision
