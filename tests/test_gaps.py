"""Gaps: what customers ask and no article answers, counted by customers; articles that mislead; why the agent hands over."""

from datetime import timedelta

import pytest

from records import questions
from records.ids import ConversationId, CustomerId, RunId
from records.questions import Asked
from runs.learning.gaps import trend
from tests.learning_world import Json, get, post
from tests.service_world import World, service, world

__all__ = ["service", "world"]
WRAP = ("Do you offer gift wrapping?", "Is gift wrapping offered?", "Can I get gift wrapping please?")


async def asked(world: World, customer: str, text: str, *, days_ago: int = 0, **more: object) -> Json:
    """A question that was written down so many days ago, as the job does."""
    conversation = await world.open(customer)
    run, at = RunId(f"run_{conversation['id']}"), world.clock.now() - timedelta(days=days_ago)
    await world.rows(
        "INSERT INTO runs (id, conversation_id, status, started_at) VALUES (%s, %s, 'finished', %s)",
        run, conversation["id"], at,
    )  # fmt: skip
    found = {"outcome": "handed_over", "reason": "no_article", "cited": [], "confidence": {"support": 0.1}, **more}
    about = {"run_id": run, "conversation_id": ConversationId(conversation["id"]), "customer_id": CustomerId(customer)}
    async with world.opened.services.database.transaction() as conn:
        written = Asked(**about, requests=[], asked_at=at, said=text, **found)  # type: ignore[arg-type]
        await questions.add(conn, written, place=0, text=text, intent="", probability=0.0)
    return conversation


async def test_questions_about_the_same_are_one_gap_with_the_customers_who_ask(world: World) -> None:
    for customer, text in zip(("cus_ada", "cus_ben", "cus_ben"), WRAP, strict=True):
        await asked(world, customer, text)
    await asked(world, "cus_ada", "Is there a student discount?")

    first, second = (await get(world, "/knowledge/gaps"))["missing"]

    assert "gift wrapping" in first["topic"]
    assert (first["questions"], first["customers"], first["handoffs"], first["trend"]) == (3, 2, 3, "new")
    assert second["examples"] == ["Is there a student discount?"]


async def test_fifty_questions_of_one_customer_weigh_less_than_two_of_two(world: World) -> None:
    for number in range(6):
        await asked(world, "cus_ada", f"Does the moon hub {number} sing?")
    for customer, text in zip(("cus_ada", "cus_ben"), WRAP, strict=False):
        await asked(world, customer, text)

    found = (await get(world, "/knowledge/gaps"))["missing"]

    assert [each["customers"] for each in found] == [2, 1]


async def test_an_article_after_which_customers_came_back_is_named_with_their_conversations(world: World) -> None:
    conversation = await asked(world, "cus_ada", "When is my refund there?", outcome="answered", cited=["refunds"])
    await world.rows("UPDATE conversations SET rating = 1 WHERE id = %s", conversation["id"])
    await post(world, "/learning/run")

    [article] = (await get(world, "/knowledge/gaps"))["articles"]

    assert (article["article"], article["rated_low"]) == ("refunds", 1)
    assert "unhappy" in article["because"]
    assert article["conversations"] == [conversation["id"]]


async def test_reasons_for_handoffs_are_ranked_with_what_would_spare_them(world: World) -> None:
    await asked(world, "cus_ada", WRAP[0])
    await asked(world, "cus_ben", WRAP[1])
    await asked(world, "cus_ada", "Let me talk to somebody", reason="person_asked")

    backlog = (await get(world, "/knowledge/gaps"))["backlog"]

    assert [(each["reason"], each["handoffs"]) for each in backlog] == [("no_article", 2), ("person_asked", 1)]
    assert backlog[0]["remedy"] == "An article that answers it."
    assert "policy.yaml" in backlog[1]["remedy"]


async def test_the_week_is_told_with_what_was_resolved_and_what_is_missing(world: World) -> None:
    solved = await asked(world, "cus_ada", "How do I export?", outcome="answered", confidence={"support": 0.9})
    await world.rows("UPDATE conversations SET status = 'resolved_confirmed' WHERE id = %s", solved["id"])
    await asked(world, "cus_ben", WRAP[0])
    await asked(world, "cus_ben", WRAP[1], days_ago=8)

    report = await get(world, "/knowledge/report")

    assert (report["conversations"], report["resolved"]) == (2, 1)
    assert [each["questions"] for each in report["missing"]] == [1]


async def test_gaps_are_for_leads(world: World) -> None:
    assert (await world.http.get("/knowledge/gaps")).status_code == 401


@pytest.mark.parametrize(
    ("lately", "before", "expected"),
    [(2, 0.0, "new"), (6, 2.0, "rising"), (1, 4.0, "falling"), (3, 2.5, "steady"), (0, 0.0, "steady")],
)
def test_a_trend_is_half_as_much_again_and_two_more(lately: int, before: float, expected: str) -> None:
    assert trend(lately, before) == expected
