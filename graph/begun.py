"""How a run begins that no message started: with what happened, as it stands in the run's row.

| `given.about` | what happened                                             | it begins with                             |
|---------------|-----------------------------------------------------------|--------------------------------------------|
| `undo`        | a colleague asks for something to be taken back           | the proposal of the undo                   |
| `outcome`     | it was found out what became of an action                 | telling the customer, or a person          |
| (`resumed`)   | another run could not go on, and this one takes over      | what was left of it: see runs/reopening.py |
"""

from typing import Any, cast

from langchain_core.messages import RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES
from langgraph.types import Overwrite

from graph import agenda
from graph.actions.receipts import receipt_of
from graph.approvals.cards import title_of
from graph.deps import Deps
from graph.nodes.opening import told
from graph.nodes.request_approval import seen
from graph.reading import needed
from graph.replies.texts import text
from graph.state import Request, Step, Triage, Update
from policy.words import date
from records import actions, approvals, conversations, ledger, runs
from records.ids import LedgerKey
from records.ledger import Entry
from records.runs import Run
from records.sql import Connection


def silent() -> Triage:
    """No new words."""
    return Triage(text="", move="", none=0.0, emotion=0.0, urgency=0.0, language="", repeat=0, again=False)


def blank() -> Update:
    """Forgets whatever an earlier pass left in the thread."""
    return {
        "facts": Overwrite({}),
        "gaps": Overwrite({}),
        "passages": Overwrite({}),
        "support": Overwrite({}),
        "verdict": None,
        "denials": [],
        "receipts": [],
        "trouble": "",
        "approval": None,
        "draft": None,
        "visits": 0,
        "outcome": "",
        "begin": None,
        "event": "",
    }


async def begun(deps: Deps) -> Update | None:
    """The state of a run that no message started; None for any other run."""
    async with deps.services.database.transaction() as conn:
        run = await runs.find(conn, deps.run_id)
        if run is None or not (run.kind == "event" or "resumed" in run.given):
            return None
        conversation = await conversations.get(conn, run.conversation_id)
        recent = await conversations.recent(conn, conversation.id, deps.services.limits.transcript)
        update = await _update(conn, deps, run)
        await runs.classified(conn, run.id, update["requests"], deps.company.version)
    verified = run.customer_id is not None
    reads = needed(deps.company, deps.services.kit, update["requests"], verified=verified)
    return {
        **blank(),
        "conversation_id": run.conversation_id,
        "verified": verified,
        "messages": [RemoveMessage(id=REMOVE_ALL_MESSAGES), *(told(message) for message in recent)],
        "page": {},
        "triage": silent(),
        "step": {"kind": "read", "reads": reads},
        "event": str(run.given.get("about", "")),
        **update,
    }


async def _update(conn: Connection, deps: Deps, run: Run) -> Update:
    if "resumed" in run.given:
        return await _resumed(conn, run)
    if run.given.get("about") == "outcome":
        return await _outcome(conn, run)
    return {"requests": _requests(run), "begin": {"kind": "propose", "proposal": run.given["proposal"]}}


def _requests(run: Run) -> list[Request]:
    return cast(list[Request], list(run.requests))


async def _outcome(conn: Connection, run: Run) -> Update:
    """Told from the ledger's row as it is now."""
    entry = await ledger.entry(conn, LedgerKey(str(run.given["key"])))
    if entry is None or entry.status not in ("done", "refused"):
        return {"requests": [], "begin": {"kind": "escalate", "because": "outcome_unknown"}}
    title = title_of(entry.tool, entry.arguments, entry.amount, entry.currency)
    request: Request = {**agenda.new_request("", 1.0, title), "status": "done"}
    request["said"] = _found(entry, title)
    receipts = [receipt_of(entry, request["id"])] if entry.status == "done" else []
    return {"requests": [request], "receipts": receipts, "begin": {"kind": "reply"}}


def _found(entry: Entry, title: str) -> str:
    if entry.status == "refused":
        return text("found_not_done", title=title)
    return text("found_done", title=title, at=date(entry.reserved_at), reference=(entry.receipt or {})["reference"])


async def _resumed(conn: Connection, run: Run) -> Update:
    """What the run before had got to, from PostgreSQL alone. What it did is told from the ledger; a decision that was
    taken holds, and is not asked for again."""
    left: dict[str, Any] = run.given["resumed"]
    step: Step | None = left["step"]
    requests = _requests(run)
    card = await approvals.newest_of_run(conn, run.id)
    update: Update = {"requests": requests, "begin": step}
    receipts = []
    for entry in await ledger.receipts_of_run(conn, run.id):
        receipts.append(receipt_of(entry, await _served(conn, run, entry)))
    update["receipts"] = receipts
    if card is not None:
        update["approval"] = seen(card, card.request)
        update["draft"] = card.card.get("draft")
    return update


async def _served(conn: Connection, run: Run, entry: Entry) -> str:
    """The request that an action served: the card's, else the first with the intent of its proposal."""
    if entry.approval_id is not None:
        card = await approvals.get(conn, entry.approval_id)
        if card.request:
            return card.request
    served = await actions.proposal_of(conn, entry)
    named = [request["id"] for request in run.requests if served and request["intent"] == served.intent]
    return str(named[0]) if named else ""
