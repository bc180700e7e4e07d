"""Taking back what was done: a colleague asks, policy judges the undo as any other proposal, another colleague decides.

What is undone is read from the ledger, never from what somebody wrote: the tool says which tool takes it back, and with
which arguments. docs/decisions/0014-undo-is-a-proposal.md
"""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from graph import agenda
from graph.actions.entitlement import assess, facts_of, save
from graph.approvals.cards import Replies, title_of
from graph.deps import Services
from graph.replies.texts import text
from graph.state import Proposal, Request, Step, SupportState
from policy.authority import ApprovalRule
from records import actions, audit, ledger, runs
from records.approvals import Approval
from records.errors import Conflict, NotFound, Unprocessable
from records.ids import ConversationId, LedgerKey, RunId
from records.ledger import Entry
from records.runs import Run
from records.sql import Connection
from records.staff import Principal
from tools.tool import Json, Tool

UNDO = "undo"


class CannotUndo(Unprocessable):
    """This action cannot be taken back."""

    slug = "cannot-undo"


class UndoneAlready(Conflict):
    """This action has been taken back already."""

    slug = "undone-already"


class UndoAsked(Conflict):
    """A colleague has asked for this to be taken back; it waits to be decided."""

    slug = "undo-asked"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An undo that was asked for: the run that proposes it, and what it proposes."""

    run: RunId
    conversation: ConversationId
    tool: str
    arguments: Json


async def ask(services: Services, key: LedgerKey, principal: Principal, reason: str) -> Asked:
    """A run that proposes the undo, unless policy denies it as things stand. Raises NotFound, CannotUndo, UndoneAlready,
    UndoAsked."""
    now = services.clock.now()
    async with services.database.transaction() as conn:
        entry = await ledger.entry(conn, key)
        if entry is None:
            raise NotFound
        await ledger.lock_customer(conn, entry.customer_id)
        tool = await _undo_tool(services, conn, entry)
        proposal = await _proposal(services, conn, entry, tool, reason)
        run = await _start(services, conn, entry, proposal, principal)
        await _judged(services, conn, run, proposal)
        await actions.note(conn, key, "undo_asked", actor=principal.id, words=reason, data={"run": run.id}, now=now)
        await audit.write(
            conn,
            actor=principal.id,
            action="action.undo_asked",
            subject=key,
            conversation=entry.conversation_id,
            now=now,
            run=run.id,
        )
        await services.waker.wake(conn, entry.conversation_id)
    return Asked(run=run.id, conversation=entry.conversation_id, tool=tool.name, arguments=proposal["arguments"])


async def _undo_tool(services: Services, conn: Connection, entry: Entry) -> Tool:
    if entry.undoes is not None:
        raise CannotUndo("This took something back. It is not taken back in turn: ask for the action itself again.")
    if entry.status != "done":
        raise CannotUndo("Only what was done can be taken back.", status_of_action=entry.status)
    done = services.kit.action(entry.tool)
    tool = services.kit.action(done.undo) if done and done.undo else None
    if tool is None:
        raise CannotUndo(f"There is no action that takes {entry.tool} back.")
    by = await actions.undone_by(conn, entry.key)
    if by is not None:
        raise UndoneAlready(undone_by=by.key)
    waiting = await actions.undo_asked(conn, entry.key)
    if waiting is not None:
        raise UndoAsked(run=waiting)
    return tool


async def _proposal(services: Services, conn: Connection, entry: Entry, tool: Tool, reason: str) -> Proposal:
    origin = await actions.proposal_of(conn, entry)
    done = services.kit.action_named(entry.tool)
    facts = await facts_of(services, entry.customer_id, tool, entry.arguments)
    arguments = done.undo_arguments(entry.arguments, entry.receipt or {}, facts)
    try:
        if arguments is None:
            raise CannotUndo("The records no longer show what there would be to take back.")
        wanted = tool.parse(arguments)
    except ValidationError as error:
        raise CannotUndo("The records no longer show what there would be to take back.") from error
    intent = origin.intent if origin else ""
    request = agenda.new_request(intent, 1.0, "")["id"]
    return {"request": request, "intent": intent, "tool": tool.name, "arguments": wanted, "reason": reason}


async def _start(services: Services, conn: Connection, entry: Entry, proposal: Proposal, by: Principal) -> Run:
    title = title_of(entry.tool, entry.arguments, entry.amount, entry.currency)
    request: Request = {**agenda.new_request(proposal["intent"], 1.0, title), "id": proposal["request"]}
    given = {"about": UNDO, "undoes": entry.key, "title": title, "proposal": dict(proposal)}
    run = await runs.start_event(
        conn, entry.conversation_id, given, requests=[request], asked_by=by.id, now=services.clock.now()
    )
    return await runs.get(conn, run)


async def _judged(services: Services, conn: Connection, run: Run, proposal: Proposal) -> None:
    """Raises CannotUndo with policy's sentences where even an approval would not help."""
    assessed = await assess(services, conn, run, proposal)
    if assessed.verdict.kind == "deny":
        failed = [clause for clause in assessed.verdict.clauses if not clause.held]
        raise CannotUndo(" ".join(clause.sentence for clause in failed), clauses=[clause.id for clause in failed])
    await save(services, conn, run, assessed)


def undoes(run: Run) -> LedgerKey | None:
    """The action that this run is to take back."""
    return LedgerKey(str(run.given["undoes"])) if run.given.get("about") == UNDO else None


def replies(run: Run) -> Replies | None:
    """What the customer is told of an undo: nothing but that it was done, since they did not ask for it. None in any other
    run."""
    if undoes(run) is None:
        return None
    return Replies(holding="", approve=text("undone", title=str(run.given["title"])), reject="")


def rule(run: Run, approval: ApprovalRule) -> ApprovalRule:
    """What a colleague asked for and nobody decided in time ends without a word to the customer."""
    return approval if undoes(run) is None else replace(approval, then="end")


def asked_and_approved_by_one(run: Run, approval: Approval | None) -> bool:
    """Whether whoever asked for this is among those who approved it."""
    if run.asked_by is None:
        return False
    return approval is None or run.asked_by in (approval.decided_by, approval.first_by)


async def refusal(services: Services, conn: Connection, run: Run, checked: ledger.Proposal) -> tuple[str, str] | None:
    """Why a run that is to take something back may not do this; under the customer's lock. None for any other run."""
    key = undoes(run)
    if key is None:
        return None
    given, tool = run.given["proposal"], services.kit.action(checked.tool)
    if (
        tool is None
        or tool.name != given["tool"]
        or _object(tool, checked.arguments) != _object(tool, given["arguments"])
    ):
        return UNDO, "This is not what was to be taken back."
    original = await ledger.entry(conn, key)
    if original is None or original.status != "done":
        return UNDO, "There is nothing to take back."
    if await actions.undone_by(conn, key) is not None:
        return UNDO, "This has been taken back already."
    return None


def _object(tool: Tool, arguments: dict[str, Any]) -> Any:
    return arguments.get(tool.object)


def closed(state: SupportState) -> tuple[Step, list[Request]]:
    """What is left to do once the undo was tried: the customer is told of what was taken back, and of nothing else, since
    they did not ask for it."""
    receipts = state.get("receipts", [])
    done = {receipt["request"] for receipt in receipts}
    requests: list[Request] = [_told(request, request["id"] in done) for request in state.get("requests", [])]
    return {"kind": "reply"}, requests


def _told(request: Request, done: bool) -> Request:
    if not done:
        return {**request, "status": "declined", "said": ""}
    return {**request, "status": "done", "said": text("undone", title=request["text"])}
