"""The model reasoner: what code settles first, then one call; when no endpoint helps, the playbooks' own rules."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, convert_to_openai_messages

from graph import agenda
from graph.reasoners.model.answer import AnswerUnusable, decided
from graph.reasoners.model.client import Client
from graph.reasoners.model.failures import ModelFailed
from graph.reasoners.model.plan import Plan, beside, plan_of
from graph.reasoners.model.prompt import prompt_of
from graph.reasoners.model.toolbox import toolbox, writes
from graph.reasoners.protocol import Decision, ModelCall, Sent, View, Voice
from graph.reasoners.rules import RulesReasoner
from graph.state import Request, Step

LEAST = 0.1
"""Seconds that are left of a run's time, below which nobody is asked."""
TRIES = 2
"""Answers of one endpoint, when the first cannot be used."""
MOVES_BY_CODE = ("withdraw", "status", "thanks", "confirm")
"""What a message may be that asks for nothing new: no model is asked for words about it."""
BROKEN_OFF = "broken_off"
"""Why a person takes over: an answer ended in the middle, and no model went on with it."""
GO_ON = "The customer has read these words of your answer; then it broke off. Go on after them, and repeat nothing."

log = structlog.get_logger()


class ModelReasoner:
    """Asks the endpoints in their order. Its words are checked by whoever called it (graph/truth/guard.py)."""

    def __init__(self, clients: Sequence[Client], *, turn_seconds: float = 60.0) -> None:
        """`turn_seconds`: what one run may wait for all of them, over all of its steps."""
        self._clients = tuple(clients)
        self._turn_seconds = turn_seconds
        self._rules = RulesReasoner()

    @property
    def broken(self) -> dict[str, str]:
        """The models that are left alone for a while, each with the state of its breaker: open or half_open."""
        states = {client.endpoint.model: client.health.state for client in self._clients}
        return {model: state for model, state in states.items() if state != "closed"}

    async def decide(self, view: View) -> Decision:
        """Never raises for an endpoint's sake. `asked` holds every attempt; what no model settled, the rules settle."""
        if not view.requests and view.triage["move"] in MOVES_BY_CODE:
            return await self._rules.decide(view)
        used: list[ModelCall] = []
        plan = plan_of(view)
        while plan.asks:
            decision = await self._by_models(plan, _voice(plan), used)
            if decision is None and not view.requests:
                return replace(await self._rules.decide(view), asked=tuple(used))
            if decision is None:
                plan = plan_of(plan.view, unhelped=True)
            elif decision.step["kind"] != "reply":
                return replace(decision, asked=tuple(used))
            else:
                plan = plan_of(replace(plan.view, requests=decision.requests))
        return replace(plan.decision(), asked=tuple(used))

    async def _by_models(self, plan: Plan, voice: Voice | None, used: list[ModelCall]) -> Decision | None:
        """Within the time that the run has left for it. None where no model helped, and the customer has read nothing."""
        left = self._turn_seconds - plan.view.waited - sum(call.whole for call in used)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, left)):
                for client in self._clients if left >= LEAST else ():
                    decision = await _within(client, plan, voice, used)
                    if decision is not None:
                        return decision
        return _broken_off(plan, voice.sent) if voice is not None and voice.sent else None


def _voice(plan: Plan) -> Voice | None:
    """Words before an action would speak of what is not done yet, and an answer to several requests is put in order
    first: both are held until the answer is whole."""
    voice = plan.view.voice
    several = len(plan.due) > 1 or beside(plan.view, plan.due)
    if voice is None or several or writes(plan.view, plan.due):
        return None
    voice.about(plan.due[0] if plan.due else None)
    return voice


def _broken_off(plan: Plan, begun: str) -> Decision:
    """What the customer has read stands, and a person goes on from there."""
    step: Step = {"kind": "escalate", "because": BROKEN_OFF}
    if plan.due:
        about: Request = {**plan.due[0], "said": begun}
        return Decision(step=step, requests=agenda.with_request(plan.view.requests, about))
    about = {**agenda.new_request("", 1.0, plan.view.triage["text"]), "said": begun}
    return Decision(step=step, requests=[*plan.view.requests, about])


async def _within(client: Client, plan: Plan, voice: Voice | None, used: list[ModelCall]) -> Decision | None:
    """As `_asked`; None when all of it took longer than the endpoint may take."""
    try:
        async with asyncio.timeout(client.endpoint.seconds):
            return await _asked(client, plan, voice, used)
    except TimeoutError:
        await log.awarning("model.failed", model=client.endpoint.model, kind="timeout")
        return None


async def _asked(client: Client, plan: Plan, voice: Voice | None, used: list[ModelCall]) -> Decision | None:
    """One endpoint's decision; None when it gave none that can be used. An answer that broke off is gone on with."""
    tools, short, note = toolbox(plan.view, plan.due), False, ""
    for _ in range(TRIES):
        prompt = prompt_of(plan.view, plan.due, short=short)
        begun = voice.sent if voice else ""
        messages = [*prompt.messages, *_so_far(begun), *([SystemMessage(note)] if note else [])]
        sent = Sent(version=prompt.version, messages=convert_to_openai_messages(messages), tools=tools)
        try:
            answer = await client.ask(messages, tools, voice, partial(_noted, used, sent))
            return decided(plan.view, plan.due, replace(answer, text=begun + answer.text))
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
