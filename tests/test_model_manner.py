"""How a model is told to write: by the customer's tier, plan, feelings and language, behind what is the same for all."""

from pathlib import Path
from typing import Any

import pytest

from graph.agenda import new_request
from graph.reasoners.model.prompt import prompt_of
from graph.reasoners.protocol import View
from policy.company import load_company
from tests.company_case import CUSTOMER, VOCABULARY, copied, edit
from tests.test_graph_reasoner import fact, triage, view

REQUEST = new_request("late_order_refund", 1.0, "my parcel is late")
Json = dict[str, Any]


def asked_by(customer: Json | None = None, **changes: Any) -> View:
    facts = {"customer": fact("customer", CUSTOMER | (customer or {}))}
    signs = {name: changes.pop(name) for name in ("emotion", "urgency", "language") if name in changes}
    return view(REQUEST, facts=facts, triage={**triage(), **signs}, **changes)


def manner(view: View) -> str:
    """What the prompt says about how to write."""
    return str(prompt_of(view, [REQUEST]).messages[1].content).partition("# How to write to this customer")[2]


@pytest.mark.parametrize(
    ("customer", "signs", "told"),
    [
        ({"tier": "enterprise"}, {}, "Formal, in whole sentences"),
        ({"plan": "trial"}, {}, "They are new here"),
        ({}, {"emotion": 0.99}, "show once that you understand"),
        ({}, {"urgency": 0.99}, "begin with the outcome"),
        ({}, {"language": "de"}, "They write German: answer in German. Say “Sie”, never “du”."),
        ({}, {"language": ""}, "Answer in the language of their last message."),
        ({}, {"channel": "email"}, "Greeting and signature are put around your words: write none."),
        ({}, {"channel": "chat"}, "a few short sentences, no greeting"),
    ],
    ids=["tier", "plan", "upset", "pressed", "language", "no_language", "email", "chat"],
)
def test_what_fits_the_customer_is_told_and_nothing_of_it_where_it_does_not(
    customer: Json, signs: Json, told: str
) -> None:
    other: Json = {"channel": "chat" if signs.get("channel") == "email" else "email"} if "channel" in signs else {}

    assert told in manner(asked_by(customer, **signs))
    assert told not in manner(asked_by(**other))


def test_nothing_that_changes_from_one_customer_to_the_next_stands_before_the_records() -> None:
    one = prompt_of(asked_by({"tier": "enterprise"}, emotion=0.99, language="de", channel="email"), [REQUEST])
    two = prompt_of(asked_by({"tier": "standard"}), [new_request("late_order_refund", 0.8, "where is it")])

    assert one.messages[0] == two.messages[0]
    assert one.messages[1] != two.messages[1]


def test_a_company_says_itself_what_an_upset_customer_needs(tmp_path: Path) -> None:
    company = copied(tmp_path)
    edit(company, "company.yaml", "  plans:\n", "  feelings: {strong_emotion: Stay calm.}\n  plans:\n")

    upset = asked_by(emotion=0.99, company=load_company(company, VOCABULARY))

    assert "Stay calm." in manner(upset)
    assert "show once" not in manner(upset)
