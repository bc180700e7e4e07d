"""The reserve transaction: the last word before anything is done, spoken from PostgreSQL and nothing else.

Under the customer's lock: the run's row says for whom, the proposals table says what was checked, policy is asked again
on fresh facts with open reservations counted, a needed approval must be there, decided by a person, for this very
digest. Only then does the ledger row exist; and only for a row of the ledger is a system called.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.actions import undoing
from graph.actions.entitlement import Assessed, assess, digest_of, save
from graph.approvals import desk
from graph.deps import Services
from graph.limits.caps import TOO_MANY_ACTIONS
from graph.state import Proposal
from policy.ask import Clause, Verdict
from records import actions, audit, ledger, runs, spending
from records.ids import RunId
from records.ledger import Entry, Reservation
from records.runs import Run
from records.sql import Connection
from tools.sources import FactRead


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """`fresh`: this very call made the reservation. Else it was found, and what became of it must be looked up."""

    entry: Entry
    fresh: bool


@dataclass(frozen=True, kw_only=True)
class Settled:
    """It was done before, or nobody can tell: `entry.status` says which."""

    entry: Entry


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Nothing may be done now, why, and the records that this was judged on."""

    digest: str
    verdict: Verdict
    facts: Sequence[FactRead] = ()


async def reserve(services: Services, run_id: RunId, proposal: Proposal) -> Reserved | Settled | Refused:
    """One transaction. Nothing in `proposal` is believed; it only names what is looked for."""
    async with services.database.transaction() as conn:
        run = await runs.find(conn, run_id)
        if run is None or run.customer_id is None:
            return _no("", "run", "There is no run of a signed-in customer here.")
        await ledger.lock_customer(conn, run.customer_id)
        checked = await ledger.proposal(conn, run.id, digest_of(run, proposal))
        if checked is None:
            return _no(digest_of(run, proposal), "checked", "Policy has not been asked about this.")
        found = await ledger.entry_of_proposal(conn, checked.id)
        if found is not None and found.status != "refused":
            return Reserved(entry=found, fresh=False) if found.status == "reserved" else Settled(entry=found)
        refused = await undoing.refusal(services, conn, run, checked)
        if refused:
            return _no(checked.digest, *refused)
        return await _reserve(services, conn, run, checked, proposal)


async def _reserve(
    services: Services, conn: Connection, run: Run, checked: ledger.Proposal, proposal: Proposal
) -> Reserved | Settled | Refused:
    believed: Proposal = {**proposal, "tool": checked.tool, "arguments": checked.arguments, "intent": checked.intent}
    assessed = await assess(services, conn, run, believed)
    await save(services, conn, run, assessed)
    if assessed.verdict.kind != "allow":
        return Refused(digest=assessed.digest, verdict=assessed.verdict, facts=tuple(assessed.facts.values()))
    if undoing.asked_and_approved_by_one(run, assessed.approval):
        return _no(assessed.digest, "undo", "Whoever asks for this cannot be the one who approves it.")
    if await spending.actions(conn, run.id) >= services.company.current().usage.run.actions:
        return _no(assessed.digest, TOO_MANY_ACTIONS, "This run has done enough.")
    entry = await ledger.reserve(conn, _reservation(run, checked, assessed), now=services.clock.now())
    if entry is None:
        return await _taken(conn, assessed)
    await desk.supersede(services, conn, entry.key, run=run.id, by=entry.key)
    await actions.note(conn, entry.key, "reserved", actor="agent", data={"run": run.id}, now=services.clock.now())
    await audit.write(
        conn,
        actor=str(assessed.approval.decided_by) if assessed.approval else "policy",
        action="action.reserved",
        subject=entry.key,
        conversation=run.conversation_id,
        policy_version=assessed.policy_version,
        now=services.clock.now(),
        digest=assessed.digest,
        clauses=[clause.id for clause in assessed.verdict.clauses],
    )
    return Reserved(entry=entry, fresh=True)


def _reservation(run: Run, checked: ledger.Proposal, assessed: Assessed) -> Reservation:
    if run.customer_id is None:
        raise ValueError("A visitor's run reserves nothing.")
    return Reservation(
        key=assessed.key,
        proposal=checked.id,
        approval=assessed.approval.id if assessed.approval else None,
        run=run.id,
        conversation=run.conversation_id,
        customer=run.customer_id,
        tool=checked.tool,
        arguments=checked.arguments,
        amount=assessed.amount,
        currency=assessed.currency,
        direction=assessed.direction,
        policy_version=assessed.policy_version,
        undoes=undoing.undoes(run),
        asked_by=run.asked_by,
    )


async def _taken(conn: Connection, assessed: Assessed) -> Settled | Refused:
    """Another conversation, or an earlier run, was first with the same action."""
    entry = await ledger.entry(conn, assessed.key)
    if entry is not None and entry.status == "done":
        return Settled(entry=entry)
    return _no(assessed.digest, "under_way", "This is already being done.")


def _no(digest: str, clause: str, sentence: str) -> Refused:
    return Refused(
        digest=digest, verdict=Verdict(kind="deny", clauses=(Clause(id=clause, sentence=sentence, held=False),))
    )
