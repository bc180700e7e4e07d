"""Policy applied to one proposal of one run: fresh facts, the budget, the dial, the switch, and whoever approved.

Everything that decides is read here, from PostgreSQL and the business systems; of the graph's state only the proposal
comes in, and that is what is judged. `check_entitlement` asks before, `act` asks again under the customer's lock.
"""

import asyncio
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from graph.actions.used import spent, used
from graph.actions.worded import made_up
from graph.approvals.approved import anew, approver_of, differences
from graph.deps import Services
from graph.limits import budget
from graph.reading import UNREAD
from graph.state import Proposal
from policy.ask import Approver, Ask, Clause, Verdict
from policy.company import Company
from policy.verdict import basis_of, judge, moved_by
from records import actions, approvals, identity, ledger, switches
from records.approvals import Approval
from records.ids import CustomerId, LedgerKey
from records.runs import Run
from records.sql import Connection
from tools.sources import FactRead, Gap, read_fact
from tools.tool import UNTOLD, Json, Tool


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """A proposal and all that was established about it. `approval`: the decided card that covers it, if any; one that
    stood on something else covers nothing, and `changed` names what. `basis`: what an approval would stand on.
    `amount`, `currency`, `direction`: what the ledger books."""

    proposal: Proposal
    verdict: Verdict
    digest: str
    key: LedgerKey
    facts: dict[str, FactRead]
    gaps: tuple[Gap, ...]
    confidence: float
    approval: Approval | None
    amount: int
    currency: str
    policy_version: str
    direction: ledger.Direction = "out"
    basis: Json = field(default_factory=dict)
    changed: tuple[str, ...] = ()


def digest_of(run: Run, proposal: Proposal) -> str:
    """Names a proposal: the same tool and arguments for the same customer have the same digest, whoever wrote them."""
    named = [proposal["tool"], proposal["arguments"], run.customer_id]
    return hashlib.sha256(json.dumps(named, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def assess(
    services: Services, conn: Connection, run: Run, proposal: Proposal, *, approver: Approver | None = None
) -> Assessed:
    """Judges a proposal as things stand now; with `approver`, as if they had approved it. A proposal that makes no sense
    is denied, never an error."""
    company = services.company.current()
    tool = services.kit.action(proposal["tool"])
    arguments = _parsed(tool, proposal)
    if tool is None or arguments is None or run.customer_id is None:
        return _unreadable(company, run, proposal, known=tool is not None)
    proposal = {**proposal, "arguments": arguments}
    facts, gaps = await _facts(services, run.customer_id, tool, arguments)
    ask = await _ask(services, conn, run, proposal, facts, company)
    basis = basis_of(company, ask)
    decided = await approvals.decided_for(conn, run.id, digest_of(run, proposal))
    changed = () if decided is None or approver is not None else differences(decided, basis)
    approval = None if changed else decided
    approver = approver or await approver_of(conn, approval)
    rules = company.tools[tool.name].clauses if tool.name in company.tools else ()
    if approver is None and not run.asked_by and await made_up(conn, run, arguments, rules):
        return _unreadable(company, run, proposal, known=True)
    key, undone = await actions.free_key(conn, tool.key(arguments, _values(facts)))
    ask = replace(ask, approver=approver, undone=undone)
    moved = moved_by(company, ask) if ask.tool in company.tools else None
    return Assessed(
        proposal=proposal,
        verdict=_read(_identified(anew(judge(company, ask), changed), key), gaps),
        digest=digest_of(run, proposal),
        key=key,
        facts=facts,
        gaps=gaps,
        confidence=ask.confidence,
        approval=approval,
        amount=(moved.amount or 0) if moved else 0,
        currency=moved.currency if moved else "",
        policy_version=company.version,
        direction=company.tools[ask.tool].direction if moved else "out",
        basis=basis,
        changed=changed,
    )


def _parsed(tool: Tool | None, proposal: Proposal) -> Json | None:
    try:
        return tool.parse(proposal["arguments"]) if tool else None
    except ValidationError:
        return None


def _identified(verdict: Verdict, key: LedgerKey) -> Verdict:
    """An action whose records do not tell what it would be for has no identity, and so could happen twice."""
    if verdict.kind == "deny" or not key.endswith(f":{UNTOLD}"):
        return verdict
    clause = Clause(id="identity", sentence="The records do not tell what this would be for.", held=False)
    return Verdict(kind="deny", clauses=(*verdict.clauses, clause))


def _read(verdict: Verdict, gaps: tuple[Gap, ...]) -> Verdict:
    """A denial while a record could not be read is no answer to the customer: it names the gap, and a person looks."""
    if verdict.kind != "deny" or not gaps:
        return verdict
    clause = Clause(id=UNREAD, sentence="A record could not be read just now.", held=False)
    return Verdict(kind="deny", clauses=(*verdict.clauses, clause), allowed="")


def _unreadable(company: Company, run: Run, proposal: Proposal, *, known: bool) -> Assessed:
    """A visitor's proposal, an unlisted tool, or arguments that are no arguments."""
    clause = ("arguments", "The action is not described as it must be.")
    if run.customer_id is None:
        clause = ("verified", "The customer is not signed in.")
    elif not known:
        clause = ("listed", "There is no such action.")
    denied = Verdict(kind="deny", clauses=(Clause(id=clause[0], sentence=clause[1], held=False),))
    return Assessed(
        proposal=proposal,
        verdict=denied,
        digest=digest_of(run, proposal),
        key=LedgerKey(""),
        facts={},
        gaps=(),
        confidence=0.0,
        approval=None,
        amount=0,
        currency="",
        policy_version=company.version,
    )


async def facts_of(services: Services, customer: CustomerId, tool: Tool, focus: Json) -> dict[str, dict[str, Any]]:
    """What a tool needs to know, as plain values; what could not be read is not there."""
    facts, _ = await _facts(services, customer, tool, focus)
    return _values(facts)


async def _facts(
    services: Services, customer: CustomerId, tool: Tool, arguments: Json
) -> tuple[dict[str, FactRead], tuple[Gap, ...]]:
    needed = [(name, services.kit.sources[name]) for name in tool.needs if name in services.kit.sources]
    systems, clock, timeout = services.systems, services.clock, services.limits.fact_timeout
    reads = [read_fact(name, source, systems, customer, arguments, clock, timeout) for name, source in needed]
    done = await asyncio.gather(*reads)
    facts = {read.fact: read for read in done if isinstance(read, FactRead) and read.value is not None}
    return facts, tuple(read for read in done if isinstance(read, Gap))


async def _ask(
    services: Services,
    conn: Connection,
    run: Run,
    proposal: Proposal,
    facts: dict[str, FactRead],
    company: Company,
) -> Ask:
    """Intent and confidence are those that classify wrote to the run's row, not those the proposal claims."""
    tool = services.kit.action_named(proposal["tool"])
    request = next((r for r in run.requests if r["id"] == proposal["request"]), None)
    intent = request["intent"] if request else ""
    dials = await budget.dials(conn, services, run.id)
    customer = facts["customer"].value if "customer" in facts else None
    return Ask(
        used=await used(services, conn, run, company),
        tool=proposal["tool"],
        arguments=proposal["arguments"],
        intent=intent,
        verified=run.customer_id is not None,
        tier=str((customer or {}).get("tier", "")),
        facts=_values(facts),
        autonomy=_dial(run, dials.get(intent, "off")),
        confidence=float(request["probability"]) if request else 0.0,
        now=services.clock.now(),
        spent=await spent(services, conn, run, proposal["tool"], company),
        kill_switch=await switches.killed(conn, tool=tool.name, system=tool.port),
        signed_in_ago=await identity.sign_in_age(conn, run.id),
        asked_by=run.asked_by or "",
        ledger=await standing(services, conn, run),
    )


async def standing(services: Services, conn: Connection, run: Run) -> dict[str, list[str]]:
    """What clauses may know of the customer's ledger: see policy.vocabulary.LEDGER."""
    found = await actions.standing(conn, run.customer_id) if run.customer_id else []
    return {
        "standing": [_named(services, each) for each in found],
        "open": [_named(services, each) for each in found if each.status != "done"],
        "done": [_named(services, each) for each in found if each.status == "done"],
    }


def _named(services: Services, action: actions.Standing) -> str:
    tool = services.kit.action(action.tool)
    return f"{action.tool} {action.arguments.get(tool.object, '')}" if tool else action.tool


def _dial(run: Run, autonomy: switches.Autonomy) -> switches.Autonomy:
    """While a person has the conversation, or asked for this, the agent only suggests."""
    if run.asked_by is not None:
        return "suggest"
    return "suggest" if run.assignee is not None and autonomy == "auto" else autonomy


def _values(facts: dict[str, FactRead]) -> dict[str, dict[str, Any]]:
    return {name: read.value for name, read in facts.items() if read.value is not None}


async def save(services: Services, conn: Connection, run: Run, assessed: Assessed) -> None:
    """Writes the proposal with its verdict: what `act` will look for."""
    await ledger.save_proposal(
        conn,
        now=services.clock.now(),
        run=run.id,
        digest=assessed.digest,
        key=assessed.key,
        intent=assessed.proposal["intent"],
        tool=assessed.proposal["tool"],
        arguments=assessed.proposal["arguments"],
        reason=assessed.proposal["reason"],
        evidence=[f"{read.source}:{read.fact}" for read in assessed.facts.values()],
        confidence=assessed.confidence,
        verdict=assessed.verdict.kind,
        clauses=[vars(clause) for clause in assessed.verdict.clauses],
        policy_version=assessed.policy_version,
    )
