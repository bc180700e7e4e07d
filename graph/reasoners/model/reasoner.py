"""The model reasoner: what code settles first, then one call; when no endpoint helps, the playbooks' own rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from langchain_core.messages import SystemMessage

from graph import agenda
from graph.reasoners.fixed import by_records
from graph.reasoners.model.answer import AnswerUnusable, decided
from graph.reasoners.model.client import Client, ModelFailed
from graph.reasoners.model.prompt import prompt_of
from graph.reasoners.model.toolbox import toolbox
from graph.reasoners.protocol import Decision, ModelCall, View
from graph.reasoners.rules import RulesReasoner, due_of
from graph.state import Request, Step

TRIES = 2
"""Answers of one endpoint, when the first cannot be used."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class _Open:
    """What is left to the model, once code has settled what it settles. `step`: what code wants done in the end."""

    view: View
    due: tuple[Request, ...]
    step: Step | None


class ModelReasoner:
    """Asks the endpoints in their order. Its words are checked by whoever called it (graph/truth/guard.py)."""

    def __init__(self, clients: Sequence[Client]) -> None:
        self._clients = tuple(clients)
        self._rules = RulesReasoner()

    async def decide(self, view: View) -> Decision:
        """Never raises for an endpoint's sake. `asked` holds every attempt; where none helped, the rules' decision."""
        left = _left(view)
        if left is None:
            return await self._rules.decide(view)
        used: list[ModelCall] = []
        for client in self._clients:
            decision = await _asked(client, left, used)
            if decision is not None:
                return replace(_joined(decision, left), asked=tuple(used))
        return replace(await self._rules.decide(view), asked=tuple(used))


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


async def _asked(client: Client, left: _Open, used: list[ModelCall]) -> Decision | None:
    """One endpoint's decision; None when it gave none that can be used."""
    tools, short, note = toolbox(left.view, left.due), False, ""
    for _ in range(TRIES):
        messages = prompt_of(left.view, left.due, short=short).messages
        try:
            answer = await client.ask(
                [*messages, *([SystemMessage(note)] if note else [])], tools, _silent, used.append
            )
            return decided(left.view, left.due, answer)
        except AnswerUnusable as error:
            used[-1] = replace(used[-1], failure=f"unusable: {error.args[0]}")
            note = f"Your last answer could not be used: {error.args[0]}. Answer again."
        except ModelFailed as error:
            await log.awarning("model.failed", model=client.endpoint.model, kind=error.kind)
            if error.kind != "overflow" or short:
                return None
            short = True
    return None


async def _silent(_words: str) -> None:
    """Nobody listens while it is being decided."""


def _joined(decision: Decision, left: _Open) -> Decision:
    """When the model has settled the rest, what code wants for the others is done."""
    if decision.step["kind"] == "reply" and left.step is not None:
        return replace(decision, step=left.step)
    return decision
