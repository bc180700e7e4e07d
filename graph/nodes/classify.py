"""Model: what the customer wants. Learned intents, moves, emotion, urgency; the ids they mention; what was owed before."""

from collections.abc import Sequence

from langchain_core.messages import HumanMessage

from graph import agenda
from graph.begun import begun, blank, silent
from graph.contacts.joining import joined
from graph.contacts.repeat import recalled
from graph.deps import Deps
from graph.nodes.opening import Turn, open_turn
from graph.reading import needed
from graph.state import Request, Step, SupportState, Triage, Update
from graph.triage.answers import Said, answered, context_of, fresh
from graph.triage.page import filled
from graph.triage.understanding import focused, understood
from policy.entities import entities
from records import events, runs


async def classify(state: SupportState, deps: Deps) -> Update:
    """Starts a pass: takes up the unanswered messages, and forgets whatever an earlier pass left in this thread."""
    given = await begun(deps)
    if given is not None:
        return given
    turn = await open_turn(state, deps)
    company = deps.company
    triage, found = (
        understood(deps.services.classifier, company, deps.services.kit, turn.text) if turn.text else (silent(), [])
    )
    triage["language"] = triage["language"] or _spoken_before(deps, turn)
    requests = _continued(deps, turn, triage, found)
    verified = turn.conversation.customer_id is not None
    requests = await _on_record(deps, turn, triage, requests)
    step: Step = {"kind": "read", "reads": needed(company, deps.services.kit, requests, verified=verified)}
    return {
        **blank(),
        "conversation_id": turn.conversation.id,
        "verified": verified,
        "messages": turn.messages,
        "page": turn.page,
        "requests": requests,
        "triage": triage,
        "step": step,
        "trouble": turn.trouble,
    }


def _spoken_before(deps: Deps, turn: Turn) -> str:
    """The language of the newest words of theirs that tell: "yes, 1001" is in none."""
    said = [message.text for message in turn.messages if isinstance(message, HumanMessage)]
    return next(filter(None, map(deps.services.classifier.language, reversed(said))), "")


async def _on_record(deps: Deps, turn: Turn, triage: Triage, requests: list[Request]) -> list[Request]:
    """The requests in the light of what the customer wrote before, and of the page they are on; written down."""
    async with deps.services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        requests = await recalled(conn, deps, run, triage, requests)
        requests = await joined(conn, deps, run, turn, triage, requests)
        requests = [filled(deps.company, request, turn.page, context_of(deps)) for request in requests]
        await runs.classified(conn, run.id, requests, deps.company.version)
        intents = [[r["intent"], round(r["probability"], 3)] for r in requests]
        shown = {"intents": intents, "move": triage["move"], "entities": entities(turn.text, context_of(deps))}
        now = deps.services.clock.now()
        await events.append(conn, run.conversation_id, run.id, [("triage", shown)], now=now)
    return requests


def _continued(deps: Deps, turn: Turn, triage: Triage, found: Sequence[Request]) -> list[Request]:
    """A question that was out is answered first; what was understood besides is new. What was planned before the customer
    wrote again is thought over."""
    said = Said(deps=deps, text=turn.text, triage=triage, found=found)
    settled = answered(said, turn.conversation.agenda)
    if any(request["step"] and request["status"] == "open" for request in settled):
        triage["move"] = ""  # an answer to a step is nothing else besides
    new = [
        each
        for request in fresh(said, settled)
        for each in focused(deps.services.kit, deps.company, request, turn.text)
    ]
    left = agenda.left_open(turn.conversation.agenda)
    return [*([agenda.without(each, "planned") for each in left] if turn.text else left), *settled, *new]
