"""Hands over to a person: routed by intent, plan, value and skill, with everything attached."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage

from graph import agenda
from graph.approvals.cards import evidence_of, transcript_of
from graph.contacts.joining import Told, tell_progress
from graph.deps import Deps
from graph.nodes.decide import situation
from graph.replies.confidence import confidence
from graph.replies.saying import say
from graph.replies.texts import text
from graph.state import Request, SupportState, Update
from graph.triage.answers import context_of
from graph.truth.stops import sendable
from policy.company import Company
from policy.entities import entities
from policy.routing import route
from records import audit, conversations, events, handoffs, history, joins, runs
from records.ids import HandoffId, new_id
from records.runs import Run
from records.sql import Connection

NOTICES = {"person_asked": "handed_over_person", "not_solved": "handed_over_not_solved"}
"""What the customer is told, by the reason; else `handed_over`."""


async def escalate(state: SupportState, deps: Deps) -> Update:
    """The handoff, the customer's notice and the agenda in one transaction, once."""
    because = _because(state)
    requests: list[Request] = [_handed(request) for request in state.get("requests", [])]
    async with deps.services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        settled = await sendable(conn, deps, run, requests, state.get("facts", {}))
        said = _said(deps.company, requests, settled, because)
        await _file(conn, state, deps, run, because)
        await _tell(conn, state, deps, run, said, requests)
    return {"outcome": "handed_over", "requests": requests, "messages": [AIMessage(content=said)]}


def _because(state: SupportState) -> str:
    approval = state.get("approval")
    if approval is not None and approval["status"] in ("expired", "rejected"):
        return f"approval_{approval['status']}"
    return state.get("step", {}).get("because", "") or "undecided"


def _said(company: Company, requests: Sequence[Request], settled: Sequence[str], because: str) -> str:
    """What was settled on the way is told; then who has the rest, by name where that is not all."""
    books = [company.playbooks.get(r["intent"]) for r in requests if r["status"] == "handed_over"]
    titles = list(dict.fromkeys(book.title for book in books if book is not None))
    if because in NOTICES or len(requests) < 2 or not titles:
        return "\n\n".join([*settled, text(NOTICES.get(because, "handed_over"))])
    return "\n\n".join([*settled, text("handed_over_of", titles="; ".join(titles))])


def _handed(request: Request) -> Request:
    return {**request, "status": "handed_over"} if request["status"] in agenda.OWED else request


async def _file(conn: Connection, state: SupportState, deps: Deps, run: Run, because: str) -> None:
    now = deps.services.clock.now()
    where = route(deps.company, _situation(state, deps, because))
    package = await _package(conn, state, deps, run, because) | {"routed_by": where.by}
    await handoffs.file(
        conn,
        id=HandoffId(new_id("hnd")),
        conversation=run.conversation_id,
        run=run.id,
        reason=because,
        queue=_queue(deps, because) or where.queue,
        skill=where.skill,
        priority=where.priority,
        due=now + where.due,
        package=package,
        now=now,
    )
    shown = {"reason": because, "queue": _queue(deps, because) or where.queue, "priority": where.priority}
    await events.append(conn, run.conversation_id, run.id, [("handoff", shown)], now=now)
    await audit.write(
        conn,
        actor="agent",
        action="run.handed_over",
        subject=run.id,
        conversation=run.conversation_id,
        policy_version=deps.company.version,
        now=now,
        reason=because,
    )


def _situation(state: SupportState, deps: Deps, because: str) -> Any:
    found = situation(state, deps, state.get("step", {}))
    return type(found)(**{**vars(found), "reason": because})


def _queue(deps: Deps, because: str) -> str:
    return next((trigger.queue for trigger in deps.company.triggers if trigger.id == because), "")


async def _package(conn: Connection, state: SupportState, deps: Deps, run: Run, because: str) -> dict[str, Any]:
    """What the person gets: the requests, what was owed before, who the customer is, the records, what was done, and why
    it came to them."""
    now = deps.services.clock.now()
    recent = await conversations.recent(conn, run.conversation_id, deps.services.limits.transcript)
    why = next((trigger.because for trigger in deps.company.triggers if trigger.id == because), because)
    said = str(state.get("triage", {}).get("text", ""))
    return {
        "why": why,
        "verified": run.customer_id is not None,
        "customer": run.customer_id,
        "requests": state.get("requests", []),
        "owed": (await conversations.get(conn, run.conversation_id)).agenda,
        "triage": state.get("triage", {}),
        "confidence": confidence(deps.company, state).told(),
        "entities": entities(said, context_of(deps)),
        "denials": state.get("denials", []),
        "receipts": state.get("receipts", []),
        "proposal": state.get("step", {}).get("proposal"),
        "transcript": transcript_of(recent),
        "earlier": [_earlier(each) for each in await history.earlier(conn, run, since=now - history.LATELY)],
        "joined": [_elsewhere(each) for each in await joins.to_conversation(conn, run.conversation_id)],
        **evidence_of(state),
    }


def _earlier(conversation: history.Earlier) -> dict[str, Any]:
    return {
        "conversation": conversation.id,
        "at": conversation.updated_at.isoformat(),
        "status": conversation.status,
        "intents": conversation.intents,
        "outcome": conversation.outcome,
        "receipts": conversation.receipts,
    }


def _elsewhere(join: joins.Join) -> dict[str, Any]:
    return {"conversation": join.conversation_id, "at": join.at.isoformat(), "text": join.words}


async def _tell(
    conn: Connection, state: SupportState, deps: Deps, run: Run, said: str, requests: list[Request]
) -> None:
    """The customer hears that a person takes over, unless one has already."""
    now = deps.services.clock.now()
    if run.assignee is None and run.asked_by is None:
        facts = state.get("facts", {})
        await say(conn, deps, run, said, part="handoff", facts=facts)
        await tell_progress(conn, deps, run, Told(said=said, part="handoff", facts=facts))
    conversation = await conversations.get(conn, run.conversation_id)
    owed = agenda.rewritten(conversation.agenda, requests)
    await conversations.set_agenda(conn, conversation.id, owed, "waiting_staff", now=now)
