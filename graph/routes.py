"""Where the flow goes next: pure functions of the state."""

from typing import Literal, assert_never

from langgraph.types import Send

from graph.state import Step, SupportState


def after_classify(state: SupportState) -> list[Send | str]:
    return [*_reads(state["step"]), "retrieve"]


def _reads(step: Step) -> list[Send]:
    """One parallel branch per fact."""
    return [Send("gather_context", reading) for reading in step.get("reads", [])]


def after_decide(
    state: SupportState,
) -> list[Send] | Literal["retrieve", "check_entitlement", "reply", "escalate"]:
    step = state["step"]
    match step["kind"]:
        case "read":
            return _reads(step)
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
            return "decide" if state.get("step", {}).get("defer") else "request_approval"
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
            return _after_expiry(approval["then"])
        case _:
            return "__end__"


def _after_expiry(then: str) -> Literal["reply", "escalate", "__end__"]:
    """Who is denied is told so; what nobody above could decide goes to a person."""
    match then:
        case "deny":
            return "reply"
        case "end":
            return "__end__"
        case _:
            return "escalate"


def after_reply(state: SupportState) -> Literal["request_approval", "__end__"]:
    return "request_approval" if state.get("draft") else "__end__"
