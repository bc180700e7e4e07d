"""Goes on where a run cannot: as a new run, linked to the old one, that begins with what PostgreSQL knows of it.

| what PostgreSQL knows of the old run              | what the new one begins with                                    |
|---------------------------------------------------|-----------------------------------------------------------------|
| it answered, or a person has it                   | there is none: the old one is finished                          |
| an action without an outcome                      | that action: `act` looks it up before anything else             |
| an action of unknown fate                         | handing it over                                                 |
| a card that waits                                 | the same proposal: policy is asked, a new card takes its place  |
| a decision that was not carried out               | what follows from it; it counts for the very same proposal      |
| actions that were done                            | telling the customer, from the receipts, and what is still open |
| nothing of all that                               | the customer's words, as if they had just come in               |
"""

from dataclasses import dataclass
from typing import Any, cast

from graph.approvals import desk
from graph.deps import Services
from graph.nodes.request_approval import seen
from graph.routes import after_human_approval
from graph.state import Proposal, Request, Step
from records import actions, approvals, audit, conversations, events, ledger, reopening, runs
from records.approvals import Approval
from records.ids import RunId
from records.ledger import Entry
from records.reopening import Traces
from records.runs import Outcome, Run
from records.sql import Connection

MOST = 2
"""How often a run's work is taken over before a person gets it."""


@dataclass(frozen=True, kw_only=True)
class Begin:
    """What the new run begins with. `step` None: with its requests, as the reasoner sees them."""

    step: Step | None


@dataclass(frozen=True, kw_only=True)
class Reopened:
    """`new` None: there was nothing left to do, or (`exhausted`) a person has to take over."""

    new: RunId | None
    exhausted: bool = False


async def reopen(conn: Connection, services: Services, run_id: RunId, why: str) -> Reopened:
    """In the caller's transaction, which keeps everybody else from driving the conversation. Doing it twice does it
    once."""
    run, now = await runs.get(conn, run_id), services.clock.now()
    if run.status == "finished":
        return Reopened(new=None)
    traces, card = await reopening.traces(conn, run.id), await approvals.newest_of_run(conn, run.id)
    if traces.before >= MOST:
        return Reopened(new=None, exhausted=True)
    over = await _over(conn, run, traces, card)
    if over is not None:
        await runs.finish(conn, run.id, over, now=now, error=f"could not go on: {why}")
        await _noted(conn, services, run, None, why)
        return Reopened(new=None)
    if card is not None and card.status == "pending":
        await desk.close_superseded(services, conn, card.id)
    begin = await _begin(conn, run, traces, card)
    await runs.finish(conn, run.id, None, now=now, error=f"could not go on: {why}")
    given: dict[str, Any] = {"resumed": {"from": run.id, "why": why, "step": begin.step}} if begin else {}
    requests = await _requests(conn, run, waiting=card is None or card.status != "pending")
    new = await reopening.take_over(conn, run.id, given=given, requests=list(requests), now=now)
    await _noted(conn, services, run, new, why)
    await services.waker.wake(conn, run.conversation_id)
    return Reopened(new=new)


async def _over(conn: Connection, run: Run, traces: Traces, card: Approval | None) -> Outcome | None:
    """The outcome of a run whose work was done although its thread does not show it."""
    if traces.handed_over:
        return "handed_over"
    if traces.answered:
        return "acted" if await ledger.receipts_of_run(conn, run.id) else "answered"
    ended = card is not None and card.status != "pending" and _next(card) == "__end__"
    return "declined" if ended else None


def _next(card: Approval) -> str:
    return after_human_approval({"approval": seen(card, card.request)})


async def _begin(conn: Connection, run: Run, traces: Traces, card: Approval | None) -> Begin | None:
    """None: from the start, with the customer's words."""
    if traces.action is not None:
        return Begin(step=await _action_step(conn, run, traces.action))
    if card is None or (card.kind == "reply" and card.status == "pending"):
        done = await ledger.receipts_of_run(conn, run.id)
        return Begin(step=None) if done else None
    if card.status == "pending":
        return Begin(step={"kind": "propose", "proposal": _proposed(card)})
    return Begin(step=await _decided_step(conn, run, card))


async def _action_step(conn: Connection, run: Run, action: Entry) -> Step:
    if action.status == "unknown":
        return {"kind": "escalate", "because": "outcome_unknown"}
    origin = await actions.proposal_of(conn, action)
    intent = origin.intent if origin else ""
    served = next((str(each["id"]) for each in run.requests if each["intent"] == intent), "")
    proposal: Proposal = {
        "request": served,
        "intent": intent,
        "tool": action.tool,
        "arguments": action.arguments,
        "reason": origin.reason if origin else "",
    }
    return {"kind": "propose", "proposal": proposal}


def _proposed(card: Approval) -> Proposal:
    return {
        "request": card.request,
        "intent": card.intent,
        "tool": card.tool,
        "arguments": card.arguments,
        "reason": str(card.card.get("reason", "")),
    }


async def _decided_step(conn: Connection, run: Run, card: Approval) -> Step | None:
    """What follows from a decision; None when it was carried out, and the customer is only to be told."""
    match _next(card):
        case "check_entitlement":
            done = [entry.approval_id for entry in await ledger.receipts_of_run(conn, run.id)]
            return None if card.id in done else {"kind": "propose", "proposal": _proposed(card)}
        case "reply":
            return {"kind": "reply"}
        case _:
            return {"kind": "escalate", "because": f"approval_{card.status}"}


async def _requests(conn: Connection, run: Run, *, waiting: bool) -> list[Request]:
    """As classify found them, and as they stand on the agenda; one whose card is superseded is open again."""
    owed = {item["id"]: item for item in (await conversations.get(conn, run.conversation_id)).agenda}
    found = [cast(Request, {**request, **owed.get(request["id"], {})}) for request in run.requests]
    return found if waiting else [_open(request) for request in found]


def _open(request: Request) -> Request:
    return {**request, "status": "open", "approval": ""} if request["status"] == "waiting" else request


async def _noted(conn: Connection, services: Services, run: Run, new: RunId | None, why: str) -> None:
    now = services.clock.now()
    shown = {"status": "reopened" if new else "finished", "outcome": None, "reopened_as": new}
    await events.append(conn, run.conversation_id, run.id, [("finished", shown)], now=now)
    await audit.write(
        conn,
        actor="agent",
        action="run.reopened" if new else "run.closed",
        subject=run.id,
        conversation=run.conversation_id,
        now=now,
        why=why,
        new=new,
    )
