"""Decisions on approvals: taken once, by someone who may, about what they saw. Every door goes through `decide`."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph.approvals.edits import judged
from graph.deps import Services
from policy.authority import REPLY, ApprovalRule, may_decide
from policy.words import money
from records import approval_moves, approvals, audit, events
from records.approval_moves import Edit
from records.approvals import Approval, Decided
from records.errors import AlreadyDecided, NotAllowed, StaleCard, Unprocessable
from records.ids import ApprovalId
from records.sql import Connection
from records.staff import Principal

TO: dict[str, Decided] = {"approve": "approved", "edit": "edited", "reject": "rejected", "respond": "answered"}


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
    callers that answer a pending interrupt, which names its card itself as it was filed.

    Raises NotFound, NotAllowed, AlreadyDecided, StaleCard, Unprocessable; NotReady when an edit cannot be judged now.
    """
    async with services.database.transaction() as conn:
        card = await approvals.get(conn, approval_id)
        _may(services, card, principal)
        if card.status != "pending":
            raise await approvals.refusal(conn, card)
        if (seen is not None and seen != card.card["digest"]) or (seen is None and card.edited_by is not None):
            raise await _stale(conn, card)
        decided = await _decided(services, conn, card, answer, principal)
        await _told(services, conn, decided, principal)
    return decided


def may(services: Services, card: Approval, principal: Principal) -> bool:
    """Whether this person may decide this card: they did not ask for it, it is not for them, and their role reaches."""
    if _one_sided(card, principal):
        return False
    company = services.company.current()
    rule = ApprovalRule(role=card.role, people=card.people, expires=card.term, then="escalate")
    tool = card.tool if card.kind == "action" else REPLY
    return may_decide(company, principal.roles, rule, tool, float(card.card.get("amount", 0)))


def _one_sided(card: Approval, principal: Principal) -> str:
    if principal.id == card.asked_by:
        return "You asked for this, so somebody else decides it."
    if principal.customer_id is not None and principal.customer_id == card.customer_id:
        return "This is for you as a customer, so somebody else decides it."
    return ""


def _may(services: Services, card: Approval, principal: Principal) -> None:
    if one_sided := _one_sided(card, principal):
        raise NotAllowed(one_sided)
    if not may(services, card, principal):
        amount = int(card.card.get("amount", 0))
        much = f" of {money(amount, str(card.card.get('currency', '')))}" if amount else ""
        raise NotAllowed(f"Deciding this{much} needs the role {card.role}, with a limit that covers it.")


async def _stale(conn: Connection, card: Approval) -> StaleCard:
    """Other arguments were put in, by whom and when; else it never was the card that this names."""
    edited = card.card.get("edited")
    if edited is None:
        return StaleCard()
    told = {"changed_by": edited["by"], "changed_by_name": edited["name"], "changed_at": edited["at"]}
    said = f"{edited['name']} changed this card after you opened it. Look at it again before you decide."
    return StaleCard(said, **told, changes=edited["changes"])


async def _decided(
    services: Services, conn: Connection, card: Approval, answer: Answer, principal: Principal
) -> Approval:
    now, decision = services.clock.now(), answer.model_dump(exclude_none=True)
    arguments = _checked(services, card, answer)
    if answer.type != "edit":
        return await approvals.decide(conn, card, TO[answer.type], principal.id, decision, now=now)
    made, second = await _made(services, conn, card, arguments, principal)
    if second:
        return await approval_moves.propose_edit(conn, card, made, now=now)
    return await approval_moves.edit(conn, card, made, decision, now=now)


async def _made(
    services: Services, conn: Connection, card: Approval, arguments: dict[str, Any], principal: Principal
) -> tuple[Edit, bool]:
    """What policy says of an edit counts only while the card is undecided: once a decision is carried out, the records
    deny what was right a moment before."""
    if card.kind == "reply":
        return Edit(by=principal.id, arguments=arguments, digest=card.digest, card=card.card, role=card.role), False
    try:
        return await judged(services, conn, card, arguments, principal)
    except (Unprocessable, NotAllowed):
        late = await approvals.refusal(conn, card)
        if isinstance(late, AlreadyDecided) and "decided_by" in late.facts:
            raise late from None
        raise


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


async def _told(services: Services, conn: Connection, card: Approval, principal: Principal) -> None:
    """One of two people leaves the card pending."""
    now = services.clock.now()
    await audit.write(
        conn,
        actor=principal.id,
        action=f"approval.{card.status}" if card.status != "pending" else "approval.first_of_two",
        subject=card.id,
        conversation=card.conversation_id,
        policy_version=card.policy_version,
        now=now,
        digest=card.digest,
    )
    shown = {"approval": card.id, "status": card.status, "by": principal.name}
    await events.append(conn, card.conversation_id, card.run_id, [("decision", shown)], now=now)
    await services.waker.wake(conn, card.conversation_id)
