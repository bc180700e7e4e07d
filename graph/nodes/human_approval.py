"""Human: waits. It decides nothing: it wakes up and reads what the approvals table says."""

from typing import Any, Literal

from langgraph.types import interrupt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph.approvals import decisions
from graph.deps import Deps
from graph.nodes.request_approval import seen
from graph.state import SupportState, Update
from records import approvals, staff
from records.approvals import Approval
from records.errors import CloseloopError


class Decision(BaseModel):
    """One decision, in LangChain's human-in-the-loop schema."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["approve", "edit", "reject", "respond"]
    edited_action: dict[str, Any] | None = None
    message: str | None = None


class Decisions(BaseModel):
    """The answer to the interrupt: exactly one decision, for the one action it asks about."""

    model_config = ConfigDict(extra="forbid")

    decisions: list[Decision] = Field(min_length=1, max_length=1)


async def human_approval(state: SupportState, deps: Deps) -> Update:
    """An answer that comes through the LangGraph API is put to `decisions.decide` as that caller's; an answer that may
    not decide changes nothing, and the question stands."""
    card = await _own(deps)
    while card is not None and card.status == "pending":
        answer = interrupt(_question(deps, card), response_schema=Decisions)
        await _answered(deps, card, answer)
        card = await _own(deps)
    before = state.get("approval")
    if card is None or before is None:
        return {"approval": None}
    return {"approval": seen(card, before["request"])}


async def _own(deps: Deps) -> Approval | None:
    async with deps.services.database.transaction() as conn:
        return await approvals.newest_of_run(conn, deps.run_id)


async def _answered(deps: Deps, card: Approval, answer: Decisions) -> None:
    """Without a member of staff behind it, an answer is only noise. So is one that this very call did not bring:
    LangGraph keeps the answers it was given before, and gives them again, whoever calls next."""
    if deps.caller is None or answer not in _brought(deps.resumed_with):
        return
    async with deps.services.database.transaction() as conn:
        principal = await staff.by_id(conn, deps.caller)
    if principal is None:
        return
    said = answer.decisions[0]
    args = (said.edited_action or {}).get("args") if said.edited_action else None
    try:
        given = decisions.Answer(type=said.type, args=args, message=said.message)
        await decisions.decide(deps.services, card.id, given, principal, seen=None)
    except CloseloopError as refused:
        deps.emit({"type": "refused", "data": {"approval": card.id, "detail": refused.detail}})


def _brought(resume: Any) -> list[Decisions]:
    """The answers in a resume value: one, or several by their interrupts' ids."""
    if not isinstance(resume, dict):
        return []
    return [answer for each in (resume, *resume.values()) if (answer := _read(each))]


def _read(value: Any) -> Decisions | None:
    try:
        return Decisions.model_validate(value)
    except ValidationError:
        return None


def _question(deps: Deps, card: Approval) -> dict[str, Any]:
    """LangChain's HITLRequest, which agent-chat-ui and Studio know how to show."""
    name = card.tool or "reply"
    args = card.arguments if card.kind == "action" else {"text": card.card["replies"]["approve"]}
    tool = deps.services.kit.action(card.tool)
    schema = tool.schema() if tool else {"type": "object", "properties": {"text": {"type": "string"}}}
    return {
        "action_requests": [
            {"name": name, "args": args, "description": f"{card.card['title']}. {card.card['reason']}"}
        ],
        "review_configs": [
            {
                "action_name": name,
                "allowed_decisions": ["approve", "edit", "reject", "respond"],
                "args_schema": schema,
            }
        ],
        "approval_id": card.id,
    }
