"""Whether the agent may send its words alone, or only drafts them: known before the first of them is written."""

from graph.deps import Deps
from graph.limits import budget
from graph.replies.confidence import confidence
from graph.state import SupportState
from records import events, switches
from records.conversations import Conversation
from records.runs import Run
from records.sql import Connection


async def needs_person(conn: Connection, state: SupportState, deps: Deps, conversation: Conversation) -> bool:
    """While a person has the conversation, and for intents whose dial says `suggest`, the agent only drafts; and where it is
    not sure enough (graph/replies/confidence.py), or the day's tokens are spent (graph/limits/budget.py). What was done,
    or decided, in this run is told all the same, and that something is handled in another conversation."""
    approval = state.get("approval")
    if state.get("receipts") or (approval and approval["status"] != "superseded"):
        return False
    requests = state.get("requests", [])
    if conversation.assignee is None and requests and all(r["status"] == "joined" for r in requests):
        return False
    drafts = await budget.only_drafts(conn, deps.services, deps.run_id)
    dials = budget.bounded(deps.company, await switches.dials(conn), drafts=drafts)
    suggest = any(dials[r["intent"]] != "auto" for r in requests if r["intent"] in deps.company.playbooks)
    unsure = confidence(deps.company, state).way != "send"
    settled = "triage" in state and bool(state["triage"]["move"])  # thanks and the like: no model is asked for these
    frugal = drafts and not settled
    return conversation.assignee is not None or suggest or unsure or frugal or await switches.killed(conn)


async def tell_confidence(conn: Connection, state: SupportState, deps: Deps, run: Run) -> None:
    """For the trace: the numbers that the reply was judged by, unless what was done in this run is told whatever they are."""
    if not state.get("receipts"):
        told = confidence(deps.company, state).told()
        await events.append(conn, run.conversation_id, run.id, [("confidence", told)], now=deps.services.clock.now())
