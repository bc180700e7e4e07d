"""How sure the agent must be: `sure` of the company and of a playbook, what comes of it, and that nobody's word counts."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from graph.agenda import new_request
from graph.replies.confidence import confidence_of
from graph.state import Request
from policy.company import Company, load_company
from policy.sure import Sure
from policy.verdict import judge
from tests.company_case import REFUND, TIDEWATER, VOCABULARY, copied, edit, failed, of_amount, problems_of
from tests.model_world import modelled
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

Json = dict[str, Any]
HOW = "How do refunds work when an order arrives late?"
QUOTED = {"text": "{{quote:refunds#late-orders-1}}"}
BOASTING = {"text": "I am 100 percent confident. confidence: 1.0, probability: 1.0. {{quote:refunds#late-orders-1}}"}


@dataclass(frozen=True)
class Fixed:
    """A company that does not change."""

    company: Company

    def current(self) -> Company:
        return self.company


def asking(sure: Sure, *intents: str) -> Company:
    """Tidewater, this sure of all its intents, or of these."""
    books = {
        name: replace(book, sure=sure if name in intents or not intents else book.sure)
        for name, book in TIDEWATER.playbooks.items()
    }
    return replace(TIDEWATER, playbooks=books, thresholds=replace(TIDEWATER.thresholds, sure=sure))


def wanted(probability: float, intent: str = "late_order_refund") -> Request:
    return new_request(intent, probability, LATE)


@pytest.mark.parametrize(
    ("probability", "way", "because"),
    [(0.80, "send", ""), (0.70, "send", ""), (0.69, "draft", "unsure_intent"), (0.29, "escalate", "unsure_intent")],
)
def test_the_probability_of_the_intent_says_whether_a_reply_is_sent_drafted_or_left_to_a_person(
    probability: float, way: str, because: str
) -> None:
    found = confidence_of(asking(Sure(send=0.7, draft=0.3)), [wanted(probability)])

    assert (found.way, found.because, found.probability) == (way, because, probability)


def test_one_request_that_is_hardly_understood_makes_a_draft_of_the_reply_to_two_of_them() -> None:
    company = asking(Sure(send=0.7, draft=0.3))
    found = confidence_of(company, [wanted(0.9), wanted(0.2, "cancel_subscription")])

    assert (found.way, found.intent, found.probability) == ("draft", "cancel_subscription", 0.2)


@pytest.mark.parametrize(("support", "because"), [(0.5, ""), (0.49, "unsure_answer"), (None, "")])
def test_an_answer_that_the_articles_hardly_carry_is_a_draft(support: float | None, because: str) -> None:
    assert confidence_of(asking(Sure(support=0.5)), [wanted(0.9)], support=support).because == because


@pytest.mark.parametrize(("margin", "because"), [(0.2, ""), (0.19, "near_limit"), (None, "")])
def test_an_action_near_its_limit_is_left_to_a_person(margin: float | None, because: str) -> None:
    assert confidence_of(asking(Sure(margin=0.2)), [wanted(0.9)], margin=margin).because == because


def test_a_playbook_may_ask_for_more_than_the_company_does_in_all() -> None:
    company = asking(Sure(send=0.9), "late_order_refund")

    assert confidence_of(company, [wanted(0.8)]).way == "draft"
    assert confidence_of(company, [wanted(0.8, "cancel_subscription")]).way == "send"


def test_an_action_whose_intent_is_less_likely_than_send_needs_approval() -> None:
    company = asking(Sure(send=0.95), "late_order_refund")

    assert failed(judge(TIDEWATER, replace(REFUND, confidence=0.9))) == []
    assert failed(judge(company, replace(REFUND, confidence=0.9))) == ["confidence"]


def test_an_action_that_leaves_less_of_its_limit_than_the_margin_needs_approval() -> None:
    company = asking(Sure(margin=0.15), "late_order_refund")

    assert judge(TIDEWATER, of_amount(8_900)).kind == "allow"
    assert judge(company, of_amount(8_400)).kind == "allow"
    assert failed(judge(company, of_amount(8_600))) == ["margin"]
    assert failed(judge(company, replace(of_amount(8_400), spent=9_000))) == ["margin"]


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "message"),
    [
        ("policy.yaml", "sure: {send: 0.40, draft: 0.30}", "sure: {send: 1.40}", "thresholds.sure.send", "0 to 1"),
        ("policy.yaml", "sure: {send: 0.40, draft: 0.30}", "sure: {sent: 0.4}", "thresholds.sure.sent", "unknown key"),
        (
            "playbooks/late_order_refund.md",
            "autonomy: auto",
            "autonomy: auto\nsure: {send: 0.20}",
            "sure",
            "draft (0.3) must not be above send (0.2)",
        ),
    ],
)
def test_a_mistake_in_sure_is_named_by_file_line_and_field(
    tmp_path: Path, file: str, old: str, new: str, field: str, message: str
) -> None:
    company = copied(tmp_path)
    line = edit(company, file, old, new) + new.count("\n")

    assert [(each.line, each.field, message in each.message) for each in problems_of(company)] == [(line, field, True)]


def test_what_a_playbook_leaves_out_is_as_the_company_says(tmp_path: Path) -> None:
    company = copied(tmp_path)
    edit(company, "playbooks/late_order_refund.md", "autonomy: auto", "autonomy: auto\nsure: {send: 0.8, margin: 0.1}")

    assert load_company(company, VOCABULARY).sure("late_order_refund") == Sure(
        send=0.8, draft=0.3, support=0.35, margin=0.1
    )


async def confidence(world: World) -> list[Json]:
    rows = await world.rows("SELECT data FROM events WHERE type = 'confidence' ORDER BY at, seq")
    return [row["data"] for row in rows]


async def test_the_trace_of_a_reply_tells_the_numbers_that_it_was_judged_by(world: World) -> None:
    await world.said("cus_ada", HOW)

    (told,) = await confidence(world)
    assert (told["way"], told["because"], told["margin"]) == ("send", "", None)
    assert 0.35 <= told["support"] <= 1


@pytest.mark.parametrize("turn", [QUOTED, BOASTING], ids=["quoted", "boasting"])
async def test_a_model_that_says_how_sure_it_is_changes_nothing(world: World, turn: Json) -> None:
    doubting = await world.changed(company=Fixed(asking(Sure(send=1.0, draft=0.1))))
    async with modelled(doubting, turn) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    (told,) = await confidence(world)
    assert (told["way"], told["because"]) == ("draft", "unsure_intent")
    assert await world.told(conversation) == []
    assert (await world.card(conversation))["kind"] == "reply"


async def test_arguments_that_name_a_probability_do_not_make_an_action_sure(world: World) -> None:
    doubting = await world.changed(company=Fixed(asking(Sure(send=1.0, draft=0.1))))
    arguments = {"charge": "ch_1001", "amount": 4800, "cause": "late"}
    boasting = {"name": "issue_refund", "arguments": {**arguments, "confidence": 1.0, "probability": 1.0}}
    plain = {"name": "issue_refund", "arguments": arguments}
    told = {"when": {"system": "not described as it must be"}, "calls": [plain]}
    async with modelled(doubting, told, {"calls": [boasting]}) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    assert await world.effects() == []
    assert [c["id"] for c in (await world.card(conversation))["clauses"] if not c["held"]] == ["confidence"]


async def test_a_person_takes_over_what_is_understood_less_than_a_draft_takes_and_is_told_the_numbers(
    world: World,
) -> None:
    doubting = await world.changed(company=Fixed(asking(Sure(send=1.0, draft=1.0))))
    async with modelled(doubting, QUOTED) as scripted:
        await scripted.world.said("cus_ada", LATE)

    (handoff,) = await world.rows("SELECT reason, package FROM handoffs")
    assert scripted.calls == 0
    assert handoff["reason"] == "unsure_intent"
    assert handoff["package"]["confidence"]["way"] == "escalate"
    assert handoff["package"]["confidence"]["probability"] < 1
