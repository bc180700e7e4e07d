"""Where the flow goes next: pure functions of the state."""

from typing import Literal, assert_never

from langgraph.types import Send

from graph.state import Reading, SupportState
from policy.company import Company

ALWAYS_READ = ("customer",)


def needed_facts(state: SupportState, company: Company) -> list[str]:
    """The facts that the requests' playbooks need; none for a visitor, about whom nothing is known."""
    if not state.get("verified"):
        return []
    names = list(ALWAYS_READ)
    for request in state.get("requests", []):
        playbook = company.playbooks.get(request["intent"])
        names.extend(playbook.needs if playbook else ())
    return list(dict.fromkeys(names))


def focus_of(state: SupportState) -> dict[str, str]:
    """The ids that the customer mentioned, over all requests."""
    return {name: value for request in state.get("requests", []) for name, value in request["focus"].items()}


def reads(state: SupportState, facts: list[str]) -> list[Send]:
    """One parallel read per fact."""
    return [Send("gather_context", Reading(fact=fact, focus=focus_of(state))) for fact in facts]


def after_decide(
    state: SupportState,
) -> list[Send] | Literal["retrieve", "check_entitlement", "reply", "escalate"]:
    step = state["step"]
    match step["kind"]:
        case "read":
            return reads(state, step["facts"])
        case "search":
            return "retrieve"
        case "propose":
            return "check_entitlement"
        case "reply":
            return "reply"
        case "escalate":
            return "escalate"
        case never:
            assert_never(never)


def after_check_entitlement(state: SupportState) -> Literal["act", "request_approval", "decide"]:
    verdict = state.get("verdict")
    match verdict["kind"] if verdict else "deny":
        case "allow":
            return "act"
        case "needs_approval":
            return "request_approval"
        case "deny":
            return "decide"
        case never:
            assert_never(never)


def after_human_approval(
    state: SupportState,
) -> Literal["check_entitlement", "reply", "escalate", "__end__"]:
    approval = state.get("approval")
    if approval is None:
        return "__end__"
    match approval["status"]:
        case "approved" | "edited":
            return "check_entitlement" if approval["kind"] == "action" else "reply"
        case "rejected":
            return "reply" if approval["kind"] == "action" else "escalate"
        case "answered":
            return "reply"
        case "expired":
            return "escalate" if approval["then"] == "escalate" else "__end__"
        case _:
            return "__end__"


def after_reply(state: SupportState) -> Literal["request_approval", "__end__"]:
    return "request_approval" if state.get("draft") else "__end__"
