"""Model: what the customer wants. Learned intents, moves, emotion, urgency; the ids they mention; what was owed before."""

from collections.abc import Sequence
from datetime import timedelta

from langgraph.types import Overwrite

from graph import agenda
from graph.deps import Deps
from graph.nodes.opening import Turn, open_turn
from graph.reading import needed
from graph.state import Request, Step, SupportState, Triage, Update
from graph.understanding import focused, mentioned, understood
from policy.company import Company
from records import events, runs
from records.sql import Connection
from tools.kit import Kit

REPEAT_WINDOW = timedelta(days=14)


async def classify(state: SupportState, deps: Deps) -> Update:
    """Starts a pass: takes up the unanswered messages, and forgets whatever an earlier pass left in this thread."""
    turn = await open_turn(state, deps)
    company = deps.company
    triage, found = (
        understood(deps.services.classifier, company, deps.services.kit, turn.text) if turn.text else (_silent(), [])
    )
    requests = _continued(deps, turn, triage, found)
    verified = turn.conversation.customer_id is not None
    step: Step = {"kind": "read", "reads": needed(company, deps.services.kit, requests, verified=verified)}
    async with deps.services.database.transaction() as conn:
        triage["repeat"] = await _repeat(conn, deps, requests)
        await runs.classified(conn, deps.run_id, requests, company.version)
        shown = {"intents": [[r["intent"], round(r["probability"], 3)] for r in requests], "move": triage["move"]}
        now = deps.services.clock.now()
        await events.append(conn, turn.conversation.id, deps.run_id, [("triage", shown)], now=now)
    return {
        "conversation_id": turn.conversation.id,
        "verified": verified,
        "messages": turn.messages,
        "requests": requests,
        "triage": triage,
        "facts": Overwrite({}),
        "gaps": Overwrite({}),
        "passages": Overwrite({}),
        "support": Overwrite({}),
        "step": step,
        "verdict": None,
        "denials": [],
        "receipts": [],
        "trouble": "",
        "approval": None,
        "draft": None,
        "visits": 0,
        "outcome": "",
    }


async def _repeat(conn: Connection, deps: Deps, requests: Sequence[Request]) -> int:
    """How often the customer has come with the same lately, over the request they came with most."""
    run, since = await runs.get(conn, deps.run_id), deps.services.clock.now() - REPEAT_WINDOW
    counts = [await runs.earlier_contacts(conn, run, request["intent"], since=since) for request in requests]
    return max(counts, default=0)


def _silent() -> Triage:
    """No new words: the run is over what the agenda holds."""
    return Triage(text="", move="", none=0.0, emotion=0.0, urgency=0.0, language="", repeat=0)


def _continued(deps: Deps, turn: Turn, triage: Triage, found: Sequence[Request]) -> list[Request]:
    """A question that was out is answered first; what was understood besides is new."""
    company, kit = deps.company, deps.services.kit
    asked = agenda.asked(turn.conversation.agenda)
    answered = [filled for request in asked if (filled := _answer(company, kit, request, turn.text, triage, found))]
    taken = {request["intent"] for request in answered}
    weak = company.thresholds.understand
    fresh = [r for r in found if r["intent"] not in taken and (not answered or r["probability"] >= max(weak, 0.75))]
    for request in fresh:
        _read_slots(company, request)
    owed = [*agenda.left_open(turn.conversation.agenda), *answered]
    return [*owed, *(each for request in fresh for each in focused(kit, company, request, turn.text))]


def _answer(
    company: Company, kit: Kit, request: Request, text: str, triage: Triage, found: Sequence[Request]
) -> Request | None:
    """The asked request with its answer filled in; None when the message does not answer it."""
    playbook = company.playbooks.get(request["intent"])
    if playbook is None or triage["move"] in ("person", "withdraw"):
        return None
    slot = playbook.slot(request["asked"])
    same = any(each["intent"] == request["intent"] for each in found)
    value = slot.answer(text) if slot else None
    named = mentioned(kit, text, expected="" if slot else request["asked"])
    focus = request["focus"] | {kind: ids[0] for kind, ids in named.items()}
    reopened: Request = {**request, "status": "open", "asked": "", "said": "", "citations": [], "probability": 1.0}
    reopened["focus"] = focus
    if slot is not None and value is not None:
        return {**reopened, "slots": {**request["slots"], slot.name: value}}
    return reopened if same or (slot is None and named) else None


def _read_slots(company: Company, request: Request) -> None:
    playbook = company.playbooks.get(request["intent"])
    for slot in playbook.slots if playbook else ():
        value = slot.find(request["text"])
        if value is not None:
            request["slots"][slot.name] = value
