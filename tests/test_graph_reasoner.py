"""The rules reasoner: what it proposes, in which order, and what it says when nothing is to be done."""

from dataclasses import replace
from typing import Any

from graph.agenda import new_request
from graph.reasoners.protocol import View, Waiting
from graph.reasoners.rules import RulesReasoner
from graph.state import Fact, Proposal, Request, Triage, VerdictState
from policy.ask import Kind
from tests.company_case import CUSTOMER, NOW, ORDER, TIDEWATER
from tools.standard import KIT

LATE = ORDER | {"days_late": 12, "status": "dispatched", "delivered_at": None, "refunded": 0}


def triage(move: str = "") -> Triage:
    return {
        "text": "hello",
        "move": move,
        "none": 0.1,
        "emotion": 0.0,
        "urgency": 0.0,
        "language": "en",
        "repeat": 0,
        "again": False,
    }


def fact(name: str, value: dict[str, Any] | None) -> Fact:
    return {"fact": name, "source": "test", "read_at": NOW.isoformat(), "visible": True, "value": value}


def allowed(_proposal: Proposal) -> Kind:
    return "allow"


def gated_refunds(proposal: Proposal) -> Kind:
    return "needs_approval" if proposal["tool"] == "issue_refund" else "allow"


def view(*requests: Request, **changes: Any) -> View:
    known = View(
        company=TIDEWATER,
        kit=KIT,
        triage=triage(),
        requests=requests,
        facts={"customer": fact("customer", CUSTOMER), "order": fact("order", LATE)},
        gaps={},
        passages={},
        support={},
        denials=[],
        receipts=[],
        approval=None,
        waiting=[],
        verified=True,
        told=frozenset(),
        now=NOW,
        preview=allowed,
    )
    return replace(known, **changes)


async def test_a_late_order_is_proposed_for_refund_with_the_amount_of_the_record() -> None:
    request = new_request("late_order_refund", 0.9, "it is late, I want 9999 dollars")

    decision = await RulesReasoner().decide(view(request))

    assert decision.step["kind"] == "propose"
    assert decision.step["proposal"]["arguments"] == {
        "charge": LATE["charge"],
        "amount": LATE["total"],
        "cause": "late",
    }


async def test_a_visitor_is_asked_to_sign_in_and_nothing_is_proposed() -> None:
    request = new_request("late_order_refund", 0.9, "it is late")

    decision = await RulesReasoner().decide(view(request, verified=False, facts={}))

    assert decision.step["kind"] == "reply"
    assert decision.requests[0]["status"] == "declined"


async def test_a_needed_record_that_could_not_be_read_brings_a_person() -> None:
    request = new_request("late_order_refund", 0.9, "it is late")
    gaps = {"order": {"fact": "order", "source": "commerce", "reason": "No answer."}}

    decision = await RulesReasoner().decide(view(request, facts={}, gaps=gaps))

    assert decision.step == {"kind": "escalate", "because": "records_unavailable"}


async def test_a_needed_record_that_is_not_there_is_asked_for() -> None:
    request = new_request("late_order_refund", 0.9, "it is late")

    decision = await RulesReasoner().decide(view(request, facts={"order": fact("order", None)}))

    assert (decision.requests[0]["status"], decision.requests[0]["asked"]) == ("asked", "order")


async def test_what_may_be_done_at_once_comes_before_what_a_person_must_decide() -> None:
    refund = new_request("late_order_refund", 0.9, "it is late")
    address = new_request("change_address", 0.9, "send it elsewhere")
    address["slots"] = {"address": "14 Harbour Street, 90210 Bayview"}
    order = fact("order", LATE | {"status": "processing", "dispatched_at": None})

    decision = await RulesReasoner().decide(view(refund, address, facts={"order": order}, preview=gated_refunds))

    assert decision.step["proposal"]["tool"] == "change_address"


async def test_a_denial_is_told_with_the_sentence_of_the_clause() -> None:
    request = new_request("late_order_refund", 0.9, "it is late")
    clause = {"id": "late_window", "sentence": "The 30 days have passed.", "held": False}
    denial: VerdictState = {
        "kind": "deny", "request": request["id"], "clauses": [clause], "allowed": "", "digest": ""
    }  # fmt: skip

    decision = await RulesReasoner().decide(view(request, denials=[denial]))

    assert decision.requests[0]["status"] == "declined"
    assert "The 30 days have passed." in decision.requests[0]["said"]


async def test_a_denial_that_is_not_about_entitlement_brings_a_person() -> None:
    request = new_request("late_order_refund", 0.9, "it is late")
    clause = {"id": "kill_switch", "sentence": "All actions are switched off.", "held": False}
    denial: VerdictState = {
        "kind": "deny", "request": request["id"], "clauses": [clause], "allowed": "", "digest": ""
    }  # fmt: skip

    decision = await RulesReasoner().decide(view(request, denials=[denial]))

    assert decision.step == {"kind": "escalate", "because": "kill_switch"}


async def test_an_unsupported_question_is_searched_once_more_and_then_goes_to_a_person() -> None:
    request = new_request("export_data", 0.9, "how do I export")
    search = TIDEWATER.playbooks["export_data"].search

    first = await RulesReasoner().decide(view(request, support={"how do I export": 0.0}))
    second = await RulesReasoner().decide(view(request, support={"how do I export": 0.0, search: 0.0}))

    assert first.step == {"kind": "search", "query": search}
    assert second.step == {"kind": "escalate", "because": "no_article"}


async def test_whoever_asks_how_things_stand_is_told_what_waits() -> None:
    card = Waiting(id="apr_1", title="Refund of 240.00 USD", queue="billing", filed_at=NOW)

    decision = await RulesReasoner().decide(view(triage=triage("status"), waiting=[card]))

    assert decision.step["kind"] == "reply"
    assert "Refund of 240.00 USD" in decision.requests[0]["said"]


async def test_whoever_withdraws_withdraws_all_that_waits_in_this_conversation() -> None:
    card = Waiting(id="apr_1", title="Refund of 240.00 USD", queue="billing", filed_at=NOW)

    decision = await RulesReasoner().decide(view(triage=triage("withdraw"), waiting=[card]))

    assert decision.step == {"kind": "reply", "withdraw": ["apr_1"]}


async def test_only_a_confirmation_resolves_a_conversation() -> None:
    confirmed = await RulesReasoner().decide(view(triage=triage("confirm")))
    thanked = await RulesReasoner().decide(view(triage=triage("thanks")))

    assert confirmed.step.get("confirmed") is True
    assert not thanked.step.get("confirmed")
