"""A customer who comes back because it is not solved: what their words and the records say, and what is made of it."""

from datetime import timedelta

import pytest

from graph.contacts.repeat import says_again
from tests.service_world import LATE, Json, World, service, world

__all__ = ["service", "world"]

ADA, BEN, ELI = "cus_ada", "cus_ben", "cus_eli"
CSV = "How do I export my readings as a CSV file?"


async def triage(world: World, conversation: Json) -> Json:
    """Of the last message, as the state of its run has it."""
    run = (await world.runs(conversation))[-1]
    state = await world.graph.aget_state({"configurable": {"thread_id": run["id"]}})
    found: Json = state.values["triage"]
    return found


async def intents(world: World, conversation: Json) -> list[str]:
    return [request["intent"] for request in (await world.runs(conversation))[-1]["requests"]]


async def handoffs(world: World) -> list[Json]:
    return await world.rows("SELECT reason, package FROM handoffs ORDER BY created_at")


@pytest.mark.parametrize(
    "text",
    [
        "This still isn't working",
        "it is still not working!!",
        "I wrote about this yesterday and nothing happened.",
        "again the same problem",
        "Same issue as last week",
        "I already told you about the missing parcel",
        "That did not help",
        "That didn't solve it.",
        "The problem is back",
        "It has stopped working again",
        "nobody got back to me",
        "I never got an answer",
        "For the third time: where is my order?",
        "We have reported this twice.",
        "I still can't log in",
    ],
)
def test_words_that_say_it_is_not_the_first_time(text: str) -> None:
    assert says_again(text)


@pytest.mark.parametrize(
    "text",
    [
        "Is my subscription still active?",
        "How do I export my readings again?",
        "Can I still change the address?",
        "My parcel never came, give me my money back",
        "I wrote a script that reads your API",
        "How do I ask for a refund?",
        "Thanks, that helped",
        "Does it work with Firefox?",
    ],
)
def test_words_that_say_nothing_of_the_kind(text: str) -> None:
    assert not says_again(text)


async def test_words_without_a_subject_are_about_what_the_customer_wanted_last(world: World) -> None:
    await world.said(ADA, LATE)
    world.clock.advance(timedelta(days=1))

    second = await world.said(ADA, "I wrote about this yesterday and nothing happened.")

    assert await intents(world, second) == ["late_order_refund"]
    assert (await triage(world, second))["repeat"] == 1
    assert len(await world.effects()) == 1
    assert "refunded" in (await world.told(second))[-1]


async def test_the_same_article_is_not_sent_a_second_time(world: World) -> None:
    first = await world.said(ADA, CSV)
    world.clock.advance(timedelta(days=1))

    second = await world.said(ADA, "I did what you said about the CSV export and it still doesn't work.")

    (handoff,) = await handoffs(world)
    (told,) = await world.told(second)
    assert handoff["reason"] == "not_solved"
    assert "not send you the same answer again" in told
    assert [each["conversation"] for each in handoff["package"]["earlier"]] == [first["id"]]
    assert handoff["package"]["earlier"][0]["outcome"] == "answered"


async def test_nor_in_the_same_conversation(world: World) -> None:
    conversation = await world.said(ADA, CSV)

    await world.say(conversation, "That didn't help.")

    assert [run["outcome"] for run in await world.runs(conversation)] == ["answered", "handed_over"]
    assert [each["reason"] for each in await handoffs(world)] == ["not_solved"]
    assert (await triage(world, conversation))["repeat"] == 1


async def test_who_only_asks_once_more_gets_the_answer_once_more(world: World) -> None:
    await world.said(ADA, CSV)
    world.clock.advance(timedelta(days=1))

    second = await world.said(ADA, CSV)

    assert [run["outcome"] for run in await world.runs(second)] == ["answered"]


async def test_words_alone_do_not_make_a_repeat(world: World) -> None:
    conversation = await world.said(ADA, "I want my money back for the parcel, I already told you it never came")

    found = await triage(world, conversation)
    assert (found["again"], found["repeat"]) == (False, 0)


async def test_another_customers_contacts_do_not_count(world: World) -> None:
    await world.said(ADA, CSV)

    conversation = await world.said(ELI, "I wrote about the CSV export yesterday and nothing happened.")

    found = await triage(world, conversation)
    assert (found["again"], found["repeat"]) == (False, 0)


async def test_a_visitor_comes_back_only_within_a_conversation(world: World) -> None:
    first = (await world.http.post("/conversations")).json()
    await world.say(first, CSV)
    second = (await world.http.post("/conversations")).json()

    await world.say(second, "The CSV export still doesn't work.")
    await world.say(first, "That didn't help.")

    assert (await triage(world, second))["again"] is False
    assert (await triage(world, first))["again"] is True


async def test_the_handoff_names_what_was_done_in_earlier_conversations(world: World) -> None:
    first = await world.said(ADA, LATE)
    world.clock.advance(timedelta(days=1))
    await world.said(ADA, "Get me a human being, please")

    (entry,) = await world.ledger()
    (handoff,) = await handoffs(world)
    (earlier,) = handoff["package"]["earlier"]
    assert (earlier["conversation"], earlier["intents"]) == (first["id"], ["late_order_refund"])
    assert earlier["receipts"] == [
        {
            "tool": "issue_refund",
            "reference": entry["receipt"]["reference"],
            "amount": 4800,
            "currency": "USD",
        }
    ]


async def test_who_writes_again_about_what_is_open_hears_how_it_stands(world: World) -> None:
    await world.said(BEN, LATE)
    world.clock.advance(timedelta(hours=3))

    second = await world.said(BEN, "I wrote about this before and nothing happened.")

    assert [run["outcome"] for run in await world.runs(second)] == ["joined"]
    assert "has not been decided yet" in (await world.told(second))[-1]
