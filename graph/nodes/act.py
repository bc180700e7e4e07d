"""Write: the only caller of WRITE tools. One call a visit, and only for a row of the ledger."""

from datetime import datetime
from typing import Any, assert_never

from graph.deps import Deps
from graph.reserve import Refused, Reserved, Settled, reserve
from graph.state import ReceiptState, SupportState, Update, VerdictState
from records import audit, events, ledger
from records.ids import CustomerId
from records.ledger import Entry
from tools.executor import Done, NotDone, Outcome, Unknown, execute, recover
from tools.tool import Call


async def act(state: SupportState, deps: Deps) -> Update:
    """Reserve, call, record. What cannot be done, or not be told, is left to decide."""
    proposal = state["step"]["proposal"]
    deps.services.fault("act:before_reserve")
    taken = await reserve(deps.services, deps.run_id, proposal)
    deps.services.fault("act:after_reserve")
    match taken:
        case Refused():
            return _refused(state, proposal["request"], taken)
        case Settled():
            return _told(state, proposal["request"], taken.entry)
        case Reserved():
            entry = await _carry_out(deps, taken)
            return _told(state, proposal["request"], entry)
        case never:
            assert_never(never)


async def _carry_out(deps: Deps, taken: Reserved) -> Entry:
    services, entry = deps.services, taken.entry
    call = Call(key=entry.key, customer=CustomerId(entry.customer_id), at=services.clock.now())
    run = execute if taken.fresh else recover
    outcome = await run(
        services.kit.action_named(entry.tool),
        services.systems,
        call,
        entry.arguments,
        settle_after=services.limits.settle_after,
    )
    services.fault("act:after_call")
    recorded = await _record(deps, entry, outcome)
    services.fault("act:after_record")
    return recorded


async def _record(deps: Deps, entry: Entry, outcome: Outcome) -> Entry:
    now = deps.services.clock.now()
    status, receipt = _status_of(outcome, now)
    async with deps.services.database.transaction() as conn:
        settled = await ledger.settle(conn, entry.key, status, receipt, now=now)
        if settled is None:
            return await ledger.entry(conn, entry.key) or entry
        await audit.write(
            conn,
            actor="agent",
            action=f"action.{status}",
            subject=entry.key,
            conversation=entry.conversation_id,
            policy_version=entry.policy_version,
            now=now,
        )
        if status == "done":
            shown = {"tool": entry.tool, "key": entry.key, **(receipt or {})}
            await events.append(conn, entry.conversation_id, entry.run_id, [("receipt", shown)], now=now)
        return settled


def _status_of(outcome: Outcome, now: datetime) -> tuple[ledger.Status, dict[str, Any]]:
    match outcome:
        case Done(receipt=receipt):
            return "done", {**vars(receipt), "details": dict(receipt.details or {}), "at": now.isoformat()}
        case NotDone():
            return "refused", {"reason": outcome.reason, "refused": outcome.refused}
        case Unknown():
            return "unknown", {"reason": outcome.reason}
        case never:
            assert_never(never)


def _refused(state: SupportState, request: str, taken: Refused) -> Update:
    """What needs a person by now, because somebody else used the budget up, is no denial: it is proposed once more."""
    if taken.verdict.kind == "needs_approval":
        return {"verdict": None}
    denial: VerdictState = {
        "kind": "deny",
        "request": request,
        "clauses": [vars(clause) for clause in taken.verdict.clauses],
        "allowed": taken.verdict.allowed,
        "digest": taken.digest,
    }
    return {"verdict": denial, "denials": [*state.get("denials", []), denial]}


def _told(state: SupportState, request: str, entry: Entry) -> Update:
    receipt = entry.receipt or {}
    if entry.status == "unknown":
        return {"trouble": "outcome_unknown"}
    if entry.status != "done":
        return {"trouble": "system_refused" if receipt.get("refused") else "system_unavailable"}
    told: ReceiptState = {
        "request": request,
        "key": entry.key,
        "tool": entry.tool,
        "system": receipt["system"],
        "reference": receipt["reference"],
        "amount": receipt["amount"],
        "currency": receipt["currency"],
        "details": receipt["details"],
    }
    return {"receipts": [*state.get("receipts", []), told], "trouble": ""}
