"""What one answer of a model says about which of several requests. Only reading: no service, no endpoint."""

import json
from typing import Any

import pytest

from graph.agenda import new_request
from graph.reasoners.model.answer import Answer, AnswerUnusable, Called, decided
from graph.reasoners.model.plan import plan_of
from graph.reasoners.protocol import Decision, View
from graph.state import Request
from tests.test_graph_reasoner import LATE, fact, gated_refunds, view
from tools.standard import KIT

Json = dict[str, Any]


def about(order: str) -> Request:
    return {**new_request("late_order_refund", 0.9, "it is late"), "focus": {"order": order}}


def two_orders(**changes: Any) -> View:
    place = KIT.sources["order"].place
    orders = {
        place("order", {"order": name}): fact("order", LATE | {"id": name, "charge": charge})
        for name, charge in (("TW-1", "ch_1"), ("TW-2", "ch_2"))
    }
    return view(about("TW-1"), about("TW-2"), facts=orders, **changes)


def read(seen: View, text: str = "", **calls: Json) -> Decision:
    """`calls`: arguments by the tool's name; a second call of the same tool ends in an underscore."""
    called = tuple(Called(name=name.rstrip("_"), arguments=json.dumps(given)) for name, given in calls.items())
    return decided(seen, list(seen.requests), Answer(text=text, calls=called, finish="stop"))


def planned(decision: Decision) -> list[Any]:
    """For each request the argument or reason of its plan, else what is said about it, else its status."""
    found = []
    for request in decision.requests:
        plan = request.get("planned", {})
        found.append(
            plan["proposal"]["arguments"]["charge"]
            if "proposal" in plan
            else plan.get("because") or request["said"] or request["status"]
        )
    return found


def refund(charge: str) -> Json:
    return {"charge": charge, "amount": 8_900, "cause": "late"}


@pytest.mark.parametrize("charges", [("ch_1", "ch_2"), ("ch_2", "ch_1")])
def test_an_action_is_for_the_request_whose_record_it_names_in_whatever_order_they_come(
    charges: tuple[str, str],
) -> None:
    first, second = charges

    assert planned(read(two_orders(), issue_refund=refund(first), issue_refund_=refund(second))) == ["ch_1", "ch_2"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{about:1}} One.\n\n{{about:2}} Two.", ["One.", "Two."]),
        ("{{about:2}}Two.{{ about:1 }}One.", ["One.", "Two."]),
        ("{{about:1}} One.", ["One.", "open"]),
        ("{{about:1}} One. {{about:1}} More.", ["One.\n\nMore.", "open"]),
        ("Just one.", ["Just one.", "open"]),
        ("{{about:7}} Just one.", ["Just one.", "open"]),
        ("Before. {{about:2}} Two.", ["Before.", "Two."]),
    ],
)
def test_words_are_about_the_request_whose_mark_stands_before_them(text: str, told: list[str]) -> None:
    assert planned(read(two_orders(), text)) == told


def test_a_call_for_a_request_counts_more_than_words_behind_its_mark() -> None:
    assert planned(read(two_orders(), "{{about:1}} One.", issue_refund=refund("ch_1"))) == ["ch_1", "open"]


def test_words_without_a_mark_beside_a_call_settle_nothing() -> None:
    assert planned(read(two_orders(), "One moment.", issue_refund=refund("ch_1"))) == ["ch_1", "open"]


def test_a_person_gets_the_request_that_is_named_else_all_that_nothing_else_is_about() -> None:
    seen = two_orders()

    assert planned(read(seen, "{{about:1}} One.", hand_over={"request": 2, "reason": "not_late"})) == [
        "One.",
        "not_late",
    ]
    assert planned(read(seen, "{{about:1}} One.", hand_over={"reason": "not_late"})) == ["One.", "not_late"]
    assert planned(read(seen, "One.", hand_over={"reason": "rudeness"})) == ["unsure", "unsure"]


def test_a_look_up_is_the_step_only_while_something_is_left_that_it_may_be_for() -> None:
    seen, tracking = two_orders(), {"order": "TW-1"}

    left = read(seen, issue_refund=refund("ch_1"), find_tracking=tracking)
    all_settled = read(seen, "{{about:2}} Two.", issue_refund=refund("ch_1"), find_tracking=tracking)

    assert (left.step["kind"], planned(left)) == ("read", ["ch_1", "open"])
    assert (all_settled.step["kind"], planned(all_settled)) == ("reply", ["ch_1", "Two."])


def test_what_an_answer_passes_over_is_counted_and_left_to_the_rules_after_the_second_time() -> None:
    once = read(two_orders(), "{{about:1}} One.").requests
    seen = two_orders()
    twice: list[Request] = [once[0], {**once[1], "passed_over": 2}]

    assert [request.get("passed_over", 0) for request in once] == [0, 1]
    assert [request["id"] for request in plan_of(view(*once, facts=seen.facts)).due] == [once[1]["id"]]
    assert plan_of(view(*twice, facts=seen.facts)).due == ()


def test_what_a_person_must_decide_is_tried_and_waits_until_nothing_else_is_left() -> None:
    asked = read(two_orders(preview=gated_refunds), issue_refund=refund("ch_1")).requests
    plan = plan_of(view(*asked, facts=two_orders().facts, preview=gated_refunds))
    deferred: list[Request] = [{**asked[0], "planned": {**asked[0]["planned"], "deferred": True}}, asked[1]]
    later = plan_of(view(*deferred, facts=two_orders().facts, preview=gated_refunds))

    assert (plan.due, plan.decision().step["defer"]) == ((), True)
    assert [request["id"] for request in later.due] == [asked[1]["id"]]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("", {}),
        ("{{about:1}}", {}),
        ("", {"ask_customer": {"request": 1, "about": "weather", "question": "Is it raining?"}}),
        ("", {"find_order": {"order": "TW-1"}}),
        ("", {"delete_everything": {}}),
    ],
    ids=["nothing", "a_mark_alone", "nothing_that_is_missing", "a_record_that_is_there", "no_such_tool"],
)
def test_an_answer_that_settles_nothing_cannot_be_used(text: str, calls: Json) -> None:
    with pytest.raises(AnswerUnusable):
        read(two_orders(), text, **calls)
