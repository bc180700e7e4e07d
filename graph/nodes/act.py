"""Write: the only caller of WRITE tools. One call a visit, and only for a row of the ledger."""

from datetime import datetime
from typing import Any, assert_never

from graph import spans
from graph.actions.outcomes import record
from graph.actions.receipts import receipt_of
from graph.actions.reserve import Refused, Reserved, Settled, reserve
from graph.deps import Deps, Services
from graph.limits.caps import TOO_MANY_ACTIONS
from graph.reading import judged_on
from graph.state import SupportState, Update, VerdictState
from records import ledger, switches
from records.ids import CustomerId
from records.ledger import Entry
from tools.executor import Done, NotDone, Outcome, Unknown, execute, recover
from tools.tool import Call

KILLED = "killed"
"""Why an action that was reserved was not done: the kill switch was engaged meanwhile."""


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
    with spans.of_tool(services.tracer, entry.tool) as span:
        outcome = await run(
            services.kit.action_named(entry.tool),
            services.systems,
            call,
            entry.arguments,
            settle_after=services.limits.settle_after,
            stopped=_Gate(services, entry.tool),
        )
        if not isinstance(outcome, Done):
            spans.tell_failure(span, type(outcome).__name__)
    services.fault("act:after_call")
    recorded = await _record(deps, entry, outcome)
    services.fault("act:after_record")
    return recorded


class _Gate:
    """The kill switch, looked at once more immediately before a call leaves: it may have been engaged since the action
    was reserved."""

    def __init__(self, services: Services, tool: str) -> None:
        self._services = services
        self._tool = services.kit.action_named(tool)

    async def __call__(self) -> str:
        async with self._services.database.transaction() as conn:
            killed = await switches.killed(conn, tool=self._tool.name, system=self._tool.port)
        return KILLED if killed else ""


async def _record(deps: Deps, entry: Entry, outcome: Outcome) -> Entry:
    """Where it was recorded by somebody else meanwhile, what they recorded."""
    status, receipt = _status_of(outcome, deps.services.clock.now())
    async with deps.services.database.transaction() as conn:
        settled = await record(conn, deps.services, entry, status, receipt, actor="agent")
        return settled or await ledger.entry(conn, entry.key) or entry


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
    trouble = TOO_MANY_ACTIONS if any(c.id == TOO_MANY_ACTIONS for c in taken.verdict.clauses) else ""
    seen = judged_on(taken.facts, taken.digest)
    return {"verdict": denial, "denials": [*state.get("denials", []), denial], "facts": seen, "trouble": trouble}


def _told(state: SupportState, request: str, entry: Entry) -> Update:
    receipt = entry.receipt or {}
    if entry.status == "unknown":
        return {"trouble": "outcome_unknown"}
    if entry.status != "done":
        killed = KILLED if receipt.get("reason") == KILLED else "system_unavailable"
        return {"trouble": "system_refused" if receipt.get("refused") else killed}
    return {"receipts": [*state.get("receipts", []), receipt_of(entry, request)], "trouble": ""}
