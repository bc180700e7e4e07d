"""What the playbooks about money tell before they ask or hand over, from the records alone."""

from typing import Any

import pytest

from graph.agenda import new_request
from graph.reasoners.protocol import Decision
from graph.reasoners.rules import RulesReasoner
from graph.state import Request
from tests.company_case import CHARGE, CUSTOMER, DUPLICATE, SUBSCRIPTION
from tests.test_billing_policy import CHANGE, OFFER
from tests.test_graph_reasoner import fact, view
from tools.standard import KIT

DISPUTE = {
    "id": "dp_1",
    "customer": "cus_1",
    "charge": "ch_1",
    "amount": 8_900,
    "currency": "USD",
    "reason": "duplicate processing",
    "status": "open",
    "opened_at": "2026-11-19T12:00:00Z",
    "answer_due": "2026-12-09T12:00:00Z",
}


async def decided(intent: str, slots: dict[str, str] | None = None, **facts: dict[str, Any] | None) -> Decision:
    """The reasoner's step for one request of this intent; facts that are not given are not there."""
    request: Request = {**new_request(intent, 1.0, "please"), "slots": slots or {}}
    known = {name: fact(name, facts.get(name)) for name in KIT.sources} | {"customer": fact("customer", CUSTOMER)}
    places = {KIT.sources[name].place(name, request["slots"]): each for name, each in known.items()}
    return await RulesReasoner().decide(view(request, facts=places))


async def test_a_switched_plan_is_explained_before_it_is_asked_about() -> None:
    found = (await decided("plan_switched", plan_change=CHANGE)).requests[0]

    assert (found["status"], found["asked"]) == ("asked", "wish")
    assert "100 active alert rules are included there, and you had 131" in found["said"]
    assert "30.00 USD would be refunded" in found["said"]
    assert found["said"].endswith("Shall I put it back to what you had before?")


@pytest.mark.parametrize(
    ("wish", "kind"), [("Yes please", "propose"), ("put us back", "propose"), ("No, keep it", "reply"), (None, "reply")]
)
async def test_a_plan_is_put_back_only_for_who_wants_it(wish: str | None, kind: str) -> None:
    found = await decided("plan_switched", {"wish": wish} if wish else {}, plan_change=CHANGE)

    assert found.step["kind"] == kind


async def test_what_a_larger_plan_costs_is_told_before_anything_is_charged() -> None:
    slots = {"plan": "business"}

    asked = (await decided("change_plan", slots, subscription=SUBSCRIPTION, plan_offer=OFFER)).requests[0]
    agreed = await decided("change_plan", slots | {"agree": "yes"}, subscription=SUBSCRIPTION, plan_offer=OFFER)

    assert (asked["status"], asked["asked"]) == ("asked", "agree")
    assert "132.67 USD is charged today" in asked["said"]
    assert agreed.step["proposal"]["arguments"]["amount"] == 13_267


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"duplicate_charge": DUPLICATE, "dispute": DISPUTE}, "the money can go back through your bank only"),
        ({"duplicate_charge": DUPLICATE}, "We can give the second payment back directly"),
        ({"dispute": DISPUTE}, "Your bank has told us of a dispute about 89.00 USD"),
        ({}, ""),
    ],
)
async def test_a_dispute_goes_to_a_person_with_what_the_payments_show(facts: dict[str, Any], told: str) -> None:
    found = await decided("bank_dispute", charge=CHARGE, **facts)

    assert (found.step["kind"], found.step["because"]) == ("escalate", "bank_dispute")
    assert told in found.requests[0]["said"]
