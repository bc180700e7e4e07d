"""Answers the customer: what the requests settled, what was done from receipts; or files a draft where a person looks first."""

from datetime import datetime
from typing import Any

from langchain_core.messages import AIMessage

from graph import agenda
from graph.approvals import desk
from graph.contacts.joining import Told, tell_outcome, unsaid
from graph.deps import Deps
from graph.replies.saying import say
from graph.replies.sending import needs_person, tell_confidence
from graph.replies.streaming import drafted
from graph.replies.texts import text
from graph.state import ApprovalState, Draft, ReceiptState, Request, SupportState, Update
from graph.truth.stops import as_draft
from records import approvals, audit, conversations, joins, runs
from records.conversations import Conversation, Status
from records.ids import ApprovalId, ConversationId
from records.runs import Outcome, Run
from records.sql import Connection


async def reply(state: SupportState, deps: Deps) -> Update:
    """One message a visit, once. Whether it is sent or drafted is settled before a word of it leaves."""
    services = deps.services
    async with services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        conversation = await conversations.get(conn, run.conversation_id)
        approval = await _decided(conn, run, state)
        state = {**state, "requests": await unsaid(conn, run, state.get("requests", []))}
        draft = _composed(state)
        if approval is None:
            await tell_confidence(conn, state, deps, run)
        stopped = (
            None if approval else await as_draft(conn, deps, run, draft, state["requests"], state.get("facts", {}))
        )
        if stopped or (approval is None and await needs_person(conn, state, deps, conversation)):
            return await drafted(conn, deps, run, state, stopped or draft)
        said, citations = _words(state, approval)
        said = "\n\n".join([*await _withdrawn(conn, state, deps, conversation), *([said] if said else [])])
        return await _send(conn, state, deps, run, conversation, said, citations, approval)


async def _decided(conn: Connection, run: Run, state: SupportState) -> ApprovalState | None:
    """The state's approval, if PostgreSQL says that a person decided it and it is what the reply is about."""
    approval = state.get("approval")
    if approval is None or (approval["kind"] == "action" and approval["status"] in ("approved", "edited")):
        return None
    card = await approvals.newest_of_run(conn, run.id)
    return approval if card and card.id == approval["id"] and card.status == approval["status"] else None


def _composed(state: SupportState) -> Draft:
    requests = state.get("requests", [])
    return {
        "text": "\n\n".join(r["said"] for r in requests if r["said"]),
        "citations": [citation for r in requests for citation in r["citations"]],
    }


def _words(state: SupportState, approval: ApprovalState | None) -> tuple[str, list[dict[str, Any]]]:
    """As shown on the card, where a person decided; else what the requests settled."""
    if approval is None:
        composed = _composed(state)
        return composed["text"], composed["citations"]
    draft = state.get("draft")
    citations = draft["citations"] if draft else []
    match approval["status"]:
        case "answered":
            return approval["message"], []
        case "rejected" | "expired":
            return approval["reject"], []
        case "edited":
            return approval["message"] or approval["approve"], citations
        case _:
            return approval["approve"], citations


async def _withdrawn(conn: Connection, state: SupportState, deps: Deps, conversation: Conversation) -> list[str]:
    """Withdraws what the customer no longer wants; whoever decided a moment earlier wins, and the customer is told."""
    told: list[str] = []
    for card in state.get("step", {}).get("withdraw", []):
        found = await approvals.get(conn, ApprovalId(card))
        if found.conversation_id != conversation.id and not await joins.reaches(conn, conversation, found):
            continue
        closed = await desk.withdraw(deps.services, conn, found.id, "customer")
        told.append(text("withdrawn", title=found.card["title"]) if closed else text("withdrawn_late"))
        if closed:
            await _nobody_waits(conn, found.conversation_id, deps.services.clock.now())
    return told


async def _nobody_waits(conn: Connection, conversation: ConversationId, now: datetime) -> None:
    """Where the card was filed, unless a person has that conversation or another card waits there."""
    there = await conversations.get(conn, conversation)
    if there.assignee is None and not await approvals.open_of_conversation(conn, conversation):
        await conversations.set_status(conn, conversation, "waiting_customer", now=now)


async def _send(
    conn: Connection,
    state: SupportState,
    deps: Deps,
    run: Run,
    conversation: Conversation,
    said: str,
    citations: list[dict[str, Any]],
    approval: ApprovalState | None,
) -> Update:
    now, receipts = deps.services.clock.now(), list(state.get("receipts", []))
    part = f"reply:{approval['id']}" if approval else "reply"
    told = {"citations": citations, "receipts": _shown(receipts)}
    facts, decided = state.get("facts", {}), approval is not None
    begun = None if decided else state.get("released")
    own = approval is not None and approval["status"] == "answered"
    sent = (
        await say(conn, deps, run, said, part=part, **told, facts=facts, decided=decided, own=own, released=begun)
        if said
        else None
    )
    if sent is not None:
        await tell_outcome(conn, deps, run, Told(said=said, part=part, **told, facts=facts, own=own))
    current = await conversations.get(conn, conversation.id)
    owed = agenda.rewritten(current.agenda, [_after(r, approval) for r in state.get("requests", [])])
    waiting = bool(await approvals.open_of_conversation(conn, conversation.id))
    await conversations.set_agenda(conn, conversation.id, owed, _status(state, conversation, waiting), now=now)
    outcome = _outcome(state, approval)
    if sent is not None:
        await audit.write(
            conn, actor="agent", action=f"run.{outcome}", subject=run.id, conversation=conversation.id, now=now
        )
    return {"outcome": outcome, "draft": None, "released": None, "messages": [AIMessage(content=said, id=sent)]}


def _after(request: Request, approval: ApprovalState | None) -> Request:
    """A request whose card was decided without an action owes nothing any more."""
    return {**request, "status": "declined"} if approval and request["id"] == approval["request"] else request


def _status(state: SupportState, conversation: Conversation, waiting: bool) -> Status:
    if conversation.assignee is not None or waiting:
        return "waiting_staff"
    return "resolved_confirmed" if state.get("step", {}).get("confirmed") else "waiting_customer"


def _shown(receipts: list[ReceiptState]) -> list[dict[str, Any]]:
    """Receipts as the customer sees them."""
    return [
        {
            name: value
            for name, value in receipt.items()
            if name in ("tool", "reference", "amount", "currency", "details")
        }
        for receipt in receipts
    ]


def _outcome(state: SupportState, approval: ApprovalState | None) -> Outcome:
    statuses = {request["status"] for request in state.get("requests", [])}
    if state.get("receipts"):
        return "acted"
    if approval is not None and approval["status"] in ("rejected", "expired"):
        return "declined"
    if "asked" in statuses:
        return "asked_customer"
    if statuses == {"joined"}:
        return "joined"
    return "declined" if statuses == {"declined"} else "answered"
