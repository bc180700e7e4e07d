"""What a message answers: the questions that are out, and the step a customer is at. The words only; no records."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graph import agenda
from graph.deps import Deps
from graph.replies.texts import text
from graph.state import Request, Triage
from graph.triage.understanding import mentioned, readable
from policy.company import MOVES, Company
from policy.entities import Context
from policy.playbook import Playbook
from policy.steps import GuideStep
from tools.kit import Kit

CLEAR = 0.75
"""Probability from which a request stands although the message also answers a question."""
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+|,?\s+\balso,?\s+", re.I)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message as it is understood: `found` are the requests in it."""

    deps: Deps
    text: str
    triage: Triage
    found: Sequence[Request]

    @property
    def company(self) -> Company:
        return self.deps.company

    @property
    def kit(self) -> Kit:
        return self.deps.services.kit

    @property
    def context(self) -> Context:
        return context_of(self.deps)


def context_of(deps: Deps) -> Context:
    """What days, times and amounts are understood against."""
    company = deps.company
    return Context(
        now=deps.services.clock.now(), zone=company.hours.zone, currency=company.currency, language=company.language
    )


def answered(said: Said, owed: Sequence[dict[str, object]]) -> list[Request]:
    """The requests of an agenda whose question this message answers, with the answer. The newest question may also be
    answered in words that are not understood; of a guide, only where nothing newer was answered."""
    found: list[Request] = []
    asked = agenda.asked(owed) if said.text else []
    for request in reversed(asked):
        playbook = said.company.playbooks.get(request["intent"])
        if playbook is None:
            continue
        step = playbook.guide.step(request["asked"]) if playbook.guide else None
        if step is None:
            filled = _slot_answer(said, playbook, request)
        else:
            filled = _step_answer(said, playbook, step, request, newest=request is asked[-1]) if not found else None
        found = [filled, *found] if filled else found
    return found


def fresh(said: Said, taken: Sequence[Request]) -> list[Request]:
    """What the message asks for besides the questions it answers. Kindred words beside an answer within a guide only
    tell how it went."""
    intents = {request["intent"] for request in taken}
    sure = max(said.company.thresholds.understand, CLEAR) if taken else 0.0
    guides = [said.company.playbooks[request["intent"]] for request in taken if request["step"]]
    new = [each for each in said.found if each["intent"] not in intents and each["probability"] >= sure]
    new = [each for each in new if not any(_kindred(said.company, each["intent"], guide) for guide in guides)]
    for request in new:
        playbook = said.company.playbooks.get(request["intent"])
        values = {slot.name: slot.find(request["text"], said.context) for slot in (playbook.slots if playbook else ())}
        request["slots"] |= {name: value for name, value in values.items() if value is not None}
    return new


def _reopened(request: Request) -> Request:
    return {**request, "status": "open", "asked": "", "said": "", "citations": [], "probability": 1.0}


def _slot_answer(said: Said, playbook: Playbook, request: Request) -> Request | None:
    """The asked request with its answer filled in; None when the message does not answer it."""
    if said.triage["move"] in ("person", "withdraw"):
        return None
    slot = playbook.slot(request["asked"])
    same = any(each["intent"] == request["intent"] for each in said.found)
    value = slot.answer(said.text, said.context) if slot else None
    named = mentioned(said.kit, said.text, expected="" if slot else request["asked"])
    reopened = _reopened(request)
    reopened["focus"] = request["focus"] | {kind: ids[0] for kind, ids in named.items()}
    if slot is not None and value is not None:
        return {**reopened, "slots": {**request["slots"], slot.name: value}}
    return reopened if same or (slot is None and named) else None


def _step_answer(said: Said, playbook: Playbook, step: GuideStep, request: Request, *, newest: bool) -> Request | None:
    """The request one step on; or once more at this step, if the words were meant for it and settle nothing. None when
    the customer is about something else: the place is kept."""
    move, rest = said.triage["move"], _about(said, playbook)
    if move == "person":
        return None
    if move == "withdraw" and _surely(said, move):
        return {**request, "status": "done", "said": text("guide_left")} if newest else None
    answer = step.answers.pick(_told(rest))
    if answer is not None:
        slots = {**request["slots"], step.id: answer}
        return {**_reopened(request), "slots": slots, "step": step.then[answer], "tries": 0}
    elsewhere = move in ("thanks", "status") and step.check is None
    if not newest or elsewhere or rest != said.text:
        return None
    return {**_reopened(request), "tries": request["tries"] + 1}


def _surely(said: Said, move: str) -> bool:
    """A step is left for a clear word only: "now it is there" sounds a little like never minding."""
    top, probability = said.deps.services.classifier.predict(readable(said.kit, said.text)).intents[0]
    return top == move and probability >= CLEAR


def _told(words: str) -> str:
    """Without what asks back: "is it the small light?" answers nothing."""
    return " ".join(part for part in _SENTENCES.split(words) if part and not part.rstrip().endswith("?"))


def _about(said: Said, playbook: Playbook) -> str:
    """The message without the sentences that clearly ask for something else."""
    if not any(each["probability"] >= CLEAR and _other(said, playbook, each["intent"]) for each in said.found):
        return said.text
    return " ".join(part for part in _SENTENCES.split(said.text) if part and not _asks_else(said, playbook, part))


def _asks_else(said: Said, playbook: Playbook, part: str) -> bool:
    top, probability = said.deps.services.classifier.predict(readable(said.kit, part)).intents[0]
    return probability >= CLEAR and top not in MOVES and _other(said, playbook, top)


def _other(said: Said, playbook: Playbook, intent: str) -> bool:
    return intent != playbook.intent and not _kindred(said.company, intent, playbook)


def _kindred(company: Company, intent: str, playbook: Playbook) -> bool:
    other = company.playbooks.get(intent)
    return other is not None and playbook.kindred(other)
