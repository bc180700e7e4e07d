"""Decisions on approvals: taken once, by someone who may, about what they saw. Every door goes through `decide`."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph.deps import Services
from graph.entitlement import digest_of
from graph.state import Proposal
from policy.authority import REPLY, ApprovalRule, may_decide
from policy.words import money
from records import approvals, audit, events, runs
from records.approvals import Approval, Decided
from records.errors import Conflict, NotAllowed, Unprocessable
from records.ids import ApprovalId
from records.sql import Connection
from records.staff import Principal

TO: dict[str, Decided] = {"approve": "approved", "edit": "edited", "reject": "rejected", "respond": "answered"}


class StaleCard(Conflict):
    """This card has changed since you opened it. Look at it again before you decide."""

    slug = "stale-card"


class Answer(BaseModel):
    """A decision. `args`: with edit, the whole arguments (of a reply: {"text"}). `message`: with respond, what the
    customer is told; with reject, optionally the reason for colleagues."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["approve", "edit", "reject", "respond"]
    args: dict[str, Any] | None = None
    message: str | None = Field(default=None, max_length=8000)


async def decide(
    services: Services, approval_id: ApprovalId, answer: Answer, principal: Principal, *, seen: str | None
) -> Approval:
    """Decides, and wakes the run, in one transaction. `seen`: the digest of the card the decision is about; None from
    callers that answer a pending interrupt, which names its card itself.

    Raises NotFound, NotAllowed, AlreadyDecided, StaleCard, Unprocessable.
    """
    now = services.clock.now()
    async with services.database.transaction() as conn:
        card = await approvals.get(conn, approval_id)
        _may(services, card, principal)
        if seen is not None and seen != card.card["digest"]:
            raise StaleCard
        arguments = _checked(services, card, answer)
        decision = answer.model_dump(exclude_none=True)
        decided = await approvals.decide(conn, card.id, TO[answer.type], principal.id, decision, now=now)
        if answer.type == "edit":
            decided = await _rebind(conn, decided, arguments)
        await audit.write(
            conn,
            actor=principal.id,
            action=f"approval.{decided.status}",
            subject=card.id,
            conversation=card.conversation_id,
            policy_version=card.policy_version,
            now=now,
            digest=card.digest,
        )
        shown = {"approval": card.id, "status": decided.status, "by": principal.name}
        await events.append(conn, card.conversation_id, card.run_id, [("decision", shown)], now=now)
        await services.waker.wake(conn, card.conversation_id)
    return decided


def may(services: Services, card: Approval, principal: Principal) -> bool:
    """Whether this person may decide this card."""
    company = services.company.current()
    rule = ApprovalRule(role=card.role, people=card.people, expires=card.expires_at - card.filed_at, then="escalate")
    tool = card.tool if card.kind == "action" else REPLY
    return may_decide(company, principal.roles, rule, tool, float(card.card.get("amount", 0)))


def _may(services: Services, card: Approval, principal: Principal) -> None:
    if not may(services, card, principal):
        amount = int(card.card.get("amount", 0))
        much = f" of {money(amount, str(card.card.get('currency', '')))}" if amount else ""
        raise NotAllowed(f"Deciding this{much} needs the role {card.role}, with a limit that covers it.")


def _checked(services: Services, card: Approval, answer: Answer) -> dict[str, Any]:
    """The arguments after an edit; raises Unprocessable where the answer does not fit the card."""
    if answer.type == "respond" and not (answer.message or "").strip():
        raise Unprocessable("To respond, give the message that the customer will get.")
    if answer.type != "edit":
        return card.arguments
    if card.kind == "reply":
        return {"text": _text(answer)}
    try:
        return services.kit.action_named(card.tool).parse(answer.args or {})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'args'}: {e['msg']}" for e in error.errors())
        raise Unprocessable(f"The edited arguments do not fit {card.tool}: {problems}") from error


def _text(answer: Answer) -> str:
    text = (answer.args or {}).get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > 8000:
        raise Unprocessable('To edit a reply, give args {"text": …} of at most 8000 characters.')
    return text


async def _rebind(conn: Connection, card: Approval, arguments: dict[str, Any]) -> Approval:
    run = await runs.get(conn, card.run_id)
    edited: Proposal = {"request": "", "intent": card.intent, "tool": card.tool, "arguments": arguments, "reason": ""}
    digest = digest_of(run, edited) if card.kind == "action" else card.digest
    await approvals.rebind(conn, card.id, digest, arguments)
    return await approvals.get(conn, card.id)
