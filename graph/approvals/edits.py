"""An edit is a proposal by the person who makes it: policy judges it when they decide, as approved by them alone."""

from collections.abc import Mapping
from typing import Any

from graph.actions.entitlement import Assessed, assess
from graph.approvals.cards import replies_on, shown_digest, title_of
from graph.deps import Services
from graph.reading import UNREAD
from graph.state import Proposal
from policy.ask import Approver, Clause, Verdict
from policy.authority import ApprovalRule, may_decide
from policy.words import money
from records import runs
from records.approval_moves import Edit
from records.approvals import Approval
from records.errors import NotAllowed, NotReady, Unprocessable
from records.runs import Run
from records.sql import Connection
from records.staff import Principal


class EditDenied(Unprocessable):
    """Policy does not allow what you made of this."""

    slug = "edit-denied"


class BeyondYourLimit(NotAllowed):
    """What you made of this is more than you may approve."""

    slug = "beyond-your-limit"


async def judged(
    services: Services, conn: Connection, card: Approval, arguments: dict[str, Any], by: Principal
) -> tuple[Edit, bool]:
    """The edit, and whether another person must approve it. Nothing is written. Raises EditDenied or BeyondYourLimit with
    the clauses, NotReady while a record cannot be read."""
    run = await runs.get(conn, card.run_id)
    proposal: Proposal = {
        "request": card.request,
        "intent": card.intent,
        "tool": card.tool,
        "arguments": arguments,
        "reason": str(card.card.get("reason", "")),
    }
    assessed = await assess(services, conn, run, proposal, approver=Approver(roles=tuple(by.roles)))
    rule = _rule(services, assessed, by)
    role = rule.role if rule else card.role
    body = _shown(services, run, card, assessed, by)
    made = Edit(by=by.id, arguments=assessed.proposal["arguments"], digest=assessed.digest, card=body, role=role)
    return made, rule is not None


def _rule(services: Services, assessed: Assessed, by: Principal) -> ApprovalRule | None:
    """None when the editor suffices; else the rule that asks for a second person."""
    verdict, clauses = assessed.verdict, _told(assessed.verdict)
    if verdict.kind == "allow":
        return None
    if any(clause.id == UNREAD for clause in verdict.clauses):
        raise NotReady("A record that this depends on could not be read just now. Try again in a moment.")
    if verdict.approval is None:
        raise EditDenied(_why(verdict), clauses=clauses, allowed=verdict.allowed)
    company, tool = services.company.current(), assessed.proposal["tool"]
    weight = float(assessed.amount) if assessed.currency in ("", company.currency) else float("inf")
    if not may_decide(company, by.roles, verdict.approval, tool, weight):
        much = f" of {money(assessed.amount, assessed.currency)}" if assessed.amount else ""
        raise BeyondYourLimit(
            f"This{much} needs the role {verdict.approval.role}, with a limit that covers it.", clauses=clauses
        )
    return verdict.approval


def _why(verdict: Verdict) -> str:
    return " ".join(clause.sentence for clause in verdict.clauses if not clause.held)


def _told(verdict: Verdict) -> list[dict[str, Any]]:
    return [_plain(clause) for clause in verdict.clauses if not clause.held]


def _plain(clause: Clause) -> dict[str, Any]:
    return {"id": clause.id, "sentence": clause.sentence, "held": clause.held}


def _shown(services: Services, run: Run, card: Approval, assessed: Assessed, by: Principal) -> dict[str, Any]:
    """The card as a second person will see it: what is proposed now, by whom, and the replies that go with it."""
    arguments, company = assessed.proposal["arguments"], services.company.current()
    facts = {name: read.value for name, read in assessed.facts.items() if read.value is not None}
    request: Mapping[str, Any] = next((each for each in run.requests if each["id"] == card.request), {})
    tool = services.kit.action_named(card.tool)
    replies = replies_on(company, card.intent, facts, request.get("slots", {}), arguments, tool.port)
    told = vars(replies) | {"holding": card.card["replies"]["holding"]}
    shown = shown_digest(card.tool, arguments, run.customer_id, _evidence(card), replies)
    changes = {
        name: [card.arguments.get(name), value]
        for name, value in arguments.items()
        if card.arguments.get(name) != value
    }
    return {
        **card.card,
        "title": title_of(card.tool, arguments, assessed.amount, assessed.currency),
        "amount": assessed.amount,
        "currency": assessed.currency,
        "clauses": [_plain(clause) for clause in assessed.verdict.clauses],
        "replies": told,
        "basis": assessed.basis,
        "edited": {"by": by.id, "name": by.name, "at": services.clock.now().isoformat(), "changes": changes},
        "digest": shown,
    }


def _evidence(card: Approval) -> dict[str, Any]:
    return {"facts": card.card.get("facts", []), "passages": card.card.get("passages", [])}
