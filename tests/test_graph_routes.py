"""Every way out of every node that has more than one."""

import pytest
from langgraph.types import Send

from graph import routes
from graph.agenda import new_request
from graph.reading import needed, once, readings
from graph.state import ApprovalState, Request, Step, SupportState, VerdictState
from tests.company_case import TIDEWATER
from tools.standard import KIT

ORD_1001, ORD_1002 = 'order {"order": "ord_1001"}', 'order {"order": "ord_1002"}'


def approval(status: str, *, kind: str = "action", then: str = "escalate") -> SupportState:
    card: ApprovalState = {
        "id": "apr_1",
        "kind": "action" if kind == "action" else "reply",
        "status": status,
        "then": then,
        "request": "req_1",
        "approve": "",
        "reject": "",
        "message": "",
    }
    return {"approval": card}


def step(**fields: object) -> SupportState:
    chosen: Step = {**fields}  # type: ignore[typeddict-item]
    return {"step": chosen, "requests": []}


@pytest.mark.parametrize(
    ("state", "way"),
    [
        (step(kind="search", query="export"), "retrieve"),
        (step(kind="propose"), "check_entitlement"),
        (step(kind="reply"), "reply"),
        (step(kind="escalate", because="person_asked"), "escalate"),
    ],
)
def test_decide_goes_where_its_step_says(state: SupportState, way: str) -> None:
    assert routes.after_decide(state) == way


def test_a_read_is_sent_once_per_fact_and_record() -> None:
    request: Request = {**new_request("late_order_refund", 0.9, "ord_1001 is late"), "focus": {"order": "ord_1001"}}
    other: Request = {**request, "focus": {"order": "ord_1002"}}
    wanted = [*readings(KIT, request, ["order", "subscription"]), *readings(KIT, other, ["order", "subscription"])]

    sent = routes.after_decide(step(kind="read", reads=once(wanted)))

    assert sent == [
        Send("gather_context", {"fact": "order", "focus": {"order": "ord_1001"}, "place": ORD_1001}),
        Send("gather_context", {"fact": "subscription", "focus": {}, "place": "subscription"}),
        Send("gather_context", {"fact": "order", "focus": {"order": "ord_1002"}, "place": ORD_1002}),
    ]


@pytest.mark.parametrize(
    ("kind", "way"), [("allow", "act"), ("needs_approval", "request_approval"), ("deny", "decide")]
)
def test_the_verdict_chooses_the_way(kind: str, way: str) -> None:
    verdict: VerdictState = {"kind": kind, "request": "", "clauses": [], "allowed": "", "digest": ""}  # type: ignore[typeddict-item]

    assert routes.after_check_entitlement({"verdict": verdict}) == way


def test_without_a_verdict_nothing_is_done() -> None:
    assert routes.after_check_entitlement({}) == "decide"


@pytest.mark.parametrize(
    ("state", "way"),
    [
        (approval("approved"), "check_entitlement"),
        (approval("edited"), "check_entitlement"),
        (approval("approved", kind="reply"), "reply"),
        (approval("edited", kind="reply"), "reply"),
        (approval("rejected"), "reply"),
        (approval("rejected", kind="reply"), "escalate"),
        (approval("answered"), "reply"),
        (approval("expired"), "escalate"),
        (approval("expired", then="end"), "__end__"),
        (approval("withdrawn"), "__end__"),
        (approval("superseded"), "__end__"),
        ({"approval": None}, "__end__"),
    ],
)
def test_a_wait_ends_as_the_approval_did(state: SupportState, way: str) -> None:
    assert routes.after_human_approval(state) == way


def test_a_draft_waits_and_a_sent_reply_ends_the_run() -> None:
    assert routes.after_reply({"draft": {"text": "Hello.", "citations": []}}) == "request_approval"
    assert routes.after_reply({"draft": None}) == "__end__"


def test_nothing_is_read_about_a_visitor() -> None:
    requests = [new_request("late_order_refund", 0.9, "refund")]

    signed_in = needed(TIDEWATER, KIT, requests, verified=True)

    assert needed(TIDEWATER, KIT, requests, verified=False) == []
    assert [reading["fact"] for reading in signed_in] == ["customer", "order"]
