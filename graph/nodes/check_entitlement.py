"""Rule: policy's verdict on the proposal, on fresh facts, as the approver where somebody approved."""

from typing import Any

from graph.actions.entitlement import Assessed, assess, digest_of, save
from graph.deps import Deps
from graph.reading import judged_on
from graph.state import Proposal, Request, Step, SupportState, Update, VerdictState
from policy.ask import Clause, Verdict
from records import approvals, events, ledger, runs, spending
from records.approvals import Approval
from records.runs import Run
from records.sql import Connection


async def check_entitlement(state: SupportState, deps: Deps) -> Update:
    """Judges, writes the verdict down, and tells decide on a denial what would be allowed."""
    services = deps.services
    async with services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        proposal = await _decided_on(conn, run, state["step"]["proposal"])
        assessed = await assess(services, conn, run, proposal)
        verdict = await _begun(conn, run, assessed) or await _not_again(conn, run, assessed) or assessed.verdict
        await save(services, conn, run, assessed)
        if verdict.kind == "deny":
            await spending.count(conn, run.id, "denied", assessed.digest)
        told = told_verdict(assessed, verdict)
        await events.append(
            conn,
            run.conversation_id,
            run.id,
            [("verdict", {**told, "tool": proposal["tool"]})],
            now=services.clock.now(),
        )
    update: Update = {"verdict": told, "step": {**state["step"], "kind": "propose", "proposal": assessed.proposal}}
    if verdict.kind == "needs_approval" and state["step"].get("defer"):
        update["requests"] = _deferred(state, proposal)
    if verdict.kind == "deny":
        update["denials"] = [*state.get("denials", []), told]
        update["facts"] = judged_on(assessed.facts.values(), assessed.digest)
    return update


def _deferred(state: SupportState, proposal: Proposal) -> list[Request]:
    """A card ends what the run does for the others, so it is filed last: decide takes it up when nothing else is left."""
    wait: Step = {"kind": "propose", "proposal": proposal, "deferred": True}
    requests = state.get("requests", [])
    return [{**each, "planned": wait} if each["id"] == proposal["request"] else each for each in requests]


def told_verdict(assessed: Assessed, verdict: Verdict) -> VerdictState:
    clauses: list[dict[str, Any]] = [vars(clause) for clause in verdict.clauses]
    return {
        "kind": verdict.kind,
        "request": assessed.proposal["request"],
        "clauses": clauses,
        "allowed": verdict.allowed,
        "digest": assessed.digest,
    }


async def _decided_on(conn: Connection, run: Run, proposal: Proposal) -> Proposal:
    """The proposal itself; or, where a person edited it, what they made of it."""
    newest = await approvals.newest_of_run(conn, run.id)
    if newest is None or newest.kind != "action" or newest.status != "edited":
        return proposal
    same = newest.proposed == digest_of(run, proposal) and newest.tool == proposal["tool"]
    return {**proposal, "arguments": newest.arguments} if same else proposal


async def _begun(conn: Connection, run: Run, assessed: Assessed) -> Verdict | None:
    """What this run, or the one whose work it took over, had reserved goes on: `act` finds out what became of it. The
    records may show it done already, and policy would deny doing it twice."""
    before = await ledger.proposal(conn, run.id, assessed.digest)
    entry = await ledger.entry_of_proposal(conn, before.id) if before else None
    if entry is None or entry.status != "reserved":
        return None
    held = Clause(id="begun", sentence="It was reserved before; what became of it is looked up.", held=True)
    return Verdict(kind="allow", clauses=(held,))


async def _not_again(conn: Connection, run: Run, assessed: Assessed) -> Verdict | None:
    """The same action is not asked for twice: not while a card for it is open, not once it was done."""
    entry = await ledger.entry(conn, assessed.key)
    if entry is not None and entry.status != "refused" and entry.run_id != run.id:
        done = "This has been done already." if entry.status == "done" else "This is already being looked into."
        return _denied(assessed, "already_done", done)
    card = await approvals.open_by_key(conn, assessed.key)
    if card is not None and not _own(card, run, assessed) and not _replaced(card, run, assessed):
        return _denied(assessed, "already_pending", "This is already with a colleague, who will decide it.")
    return None


def _own(card: Approval, run: Run, assessed: Assessed) -> bool:
    return card.run_id == run.id and card.digest == assessed.digest


def _replaced(card: Approval, run: Run, assessed: Assessed) -> bool:
    """Within a conversation the newer wish for the same action takes the older one's place; the very same waits on."""
    return card.conversation_id == run.conversation_id and card.digest != assessed.digest and card.first_by is None


def _denied(assessed: Assessed, clause: str, sentence: str) -> Verdict:
    """Because of this clause alone: what else did not hold matters no more, and the customer is not told."""
    held = [each for each in assessed.verdict.clauses if each.held]
    return Verdict(kind="deny", clauses=(*held, Clause(id=clause, sentence=sentence, held=False)))
