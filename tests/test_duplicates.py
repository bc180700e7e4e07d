"""A customer who writes about the same thing in a second conversation: it is joined to the first, not answered twice."""

from datetime import timedelta

import httpx

from records import runs
from records.ids import ConversationId, RunId, new_id
from tests.service_world import LATE, Json, World, service, world

__all__ = ["service", "world"]

ADA, BEN, DEE, GUS, HANA = "cus_ada", "cus_ben", "cus_dee", "cus_gus", "cus_hana"
OTHERWISE = "I want a refund for my late order, it should have been here two weeks ago"
BUG = (
    "I found a bug in the exports: whenever I open the weekly file, its last column is missing, and I expected all six."
)


async def outcomes(world: World, *conversations: Json) -> list[str]:
    return [run["outcome"] for conversation in conversations for run in await world.runs(conversation)]


async def cards(world: World) -> list[str]:
    return [row["status"] for row in await world.rows("SELECT status FROM approvals ORDER BY filed_at")]


async def as_staff(world: World, conversation: Json) -> Json:
    answer = await reach(world, "GET", f"/conversations/{conversation['id']}")
    found: Json = answer.raise_for_status().json()
    return found


async def reach(world: World, method: str, path: str, body: Json | None = None) -> httpx.Response:
    return await world.http.request(method, path, json=body, headers={"Authorization": f"Bearer {world.staff_key}"})


async def test_the_same_request_in_a_second_conversation_is_joined_while_a_person_decides(world: World) -> None:
    first = await world.said(BEN, LATE)
    second = await world.said(BEN, OTHERWISE)

    (told,) = await world.told(second)
    assert await outcomes(world, first, second) == ["awaiting_approval", "joined"]
    assert await cards(world) == ["pending"]
    assert "has not been decided yet" in told
    assert (await as_staff(world, second))["joined_to"] == first["id"]


async def test_staff_see_the_new_words_with_the_conversation_and_with_the_card(world: World) -> None:
    first = await world.said(BEN, LATE)
    card = await world.card(first)
    second = await world.said(BEN, OTHERWISE + ", and my door code is 4711")

    (note,) = (await as_staff(world, first))["joined"]
    (on_card,) = (await world.card(first))["joined"]
    assert (note["conversation_id"], note["text"]) == (second["id"], OTHERWISE + ", and my door code is 4711")
    assert on_card["text"] == note["text"]
    assert (await world.card(first))["digest"] == card["digest"]


async def test_the_decision_is_told_in_both_conversations(world: World) -> None:
    first = await world.said(BEN, LATE)
    second = await world.said(BEN, OTHERWISE)

    await world.decide(await world.card(first))
    await world.drive(first, second)

    assert (await world.told(first))[-1] == (await world.told(second))[-1]
    assert "240.00" in (await world.told(second))[-1]
    assert len(await world.effects()) == 1
    assert [len(await world.told(each)) for each in (first, second)] == [2, 2]


async def test_the_joined_conversation_can_withdraw_the_request(world: World) -> None:
    first = await world.said(BEN, LATE)
    second = await world.said(BEN, OTHERWISE)

    await world.say(second, "I changed my mind, please do not do it after all.")
    await world.drive(first)

    assert await cards(world) == ["withdrawn"]
    assert [run["status"] for run in await world.runs(first)] == ["finished"]
    assert "withdrawn" in (await world.told(second))[-1]
    assert await world.effects() == []


async def test_a_third_conversation_withdraws_the_only_card_there_is(world: World) -> None:
    await world.said(BEN, LATE)

    third = await world.said(BEN, "I changed my mind, please do not do it after all.")

    assert await cards(world) == ["withdrawn"]
    assert "withdrawn" in (await world.told(third))[-1]


async def test_another_customer_is_never_joined(world: World) -> None:
    first = await world.said(BEN, LATE)
    other = await world.said(ADA, LATE)

    await world.say(other, "I changed my mind, please do not do it after all.")

    assert await outcomes(world, first) == ["awaiting_approval"]
    assert "joined" not in await outcomes(world, other)
    assert await cards(world) == ["pending"]
    assert await world.rows("SELECT * FROM joins") == []


async def test_a_visitor_is_never_joined(world: World) -> None:
    first = (await world.http.post("/conversations")).json()
    second = (await world.http.post("/conversations")).json()

    for conversation in (first, second):
        await world.say(conversation, "How do I export my readings as a CSV file?")

    assert await outcomes(world, first, second) == ["answered", "answered"]
    assert await world.rows("SELECT * FROM joins") == []


async def test_what_was_sent_twice_gets_the_same_answer_and_no_second_refund(world: World) -> None:
    first = await world.said(ADA, LATE)
    second = await world.said(ADA, LATE.upper() + "!")

    (answer,), (again,) = await world.told(first), await world.told(second)
    assert await outcomes(world, first, second) == ["acted", "joined"]
    assert again.endswith(answer)
    assert len(await world.effects()) == 1


async def test_the_same_words_an_hour_later_are_a_question_of_their_own(world: World) -> None:
    first = await world.said(ADA, "How do I export my readings as a CSV file?")
    world.clock.advance(timedelta(hours=1))
    second = await world.said(ADA, "How do I export my readings as a CSV file?")

    assert await outcomes(world, first, second) == ["answered", "answered"]


async def test_two_tabs_at_the_same_time_are_answered_as_one(world: World) -> None:
    tabs = [await world.open(BEN) for _ in range(3)]
    for tab in tabs:
        await world.post(tab, LATE)

    await world.drive(*tabs)

    assert sorted(await outcomes(world, *tabs)) == ["awaiting_approval", "joined", "joined"]
    assert await cards(world) == ["pending"]


async def test_another_order_is_another_request(world: World) -> None:
    first = await world.said(HANA, "Refund please, order ord_1008 is two weeks late")
    await world.say(first, "Get me a human being, please")
    second = await world.said(HANA, "Refund please, order ord_1009 is two weeks late")

    assert "joined" not in await outcomes(world, second)


async def test_a_different_request_in_the_later_conversation_is_answered(world: World) -> None:
    first = await world.said(BEN, LATE)
    second = await world.said(BEN, OTHERWISE + ". How do I export my readings as a CSV file?")

    (told,) = await world.told(second)
    assert await outcomes(world, first, second) == ["awaiting_approval", "answered"]
    assert "has not been decided yet" in told
    assert "CSV" in told
    assert await cards(world) == ["pending"]


async def test_what_a_colleague_has_is_not_handed_over_a_second_time(world: World) -> None:
    first = await world.said(DEE, "I want to speak to a person about my account")
    second = await world.said(DEE, "Can I please talk to a human being?")

    (told,) = await world.told(second)
    assert await outcomes(world, first, second) == ["handed_over", "joined"]
    assert "a colleague has it" in told
    assert len(await world.rows("SELECT id FROM handoffs")) == 1


async def test_the_answer_of_a_person_reaches_the_joined_conversation_too(world: World) -> None:
    first = await world.said(DEE, "I want to speak to a person about my account")
    second = await world.said(DEE, "Can I please talk to a human being?")

    await reach(world, "POST", f"/conversations/{first['id']}/take-over")
    await reach(world, "POST", f"/conversations/{first['id']}/replies", {"text": "Robin here, how can I help?"})

    written = [message["text"] for message in (await as_staff(world, second))["messages"]]
    assert written[-1] == "Robin here, how can I help?"


async def test_words_that_belong_to_what_was_joined_are_added_to_it(world: World) -> None:
    first = await world.said(BEN, LATE)
    second = await world.said(BEN, OTHERWISE)

    await world.say(second, "The neighbours have not seen any parcel either.")

    notes = [note["text"] for note in (await as_staff(world, first))["joined"]]
    assert notes == [OTHERWISE, "The neighbours have not seen any parcel either."]
    assert await outcomes(world, second) == ["joined", "joined"]


async def test_a_question_that_is_out_goes_on_where_the_customer_writes(world: World) -> None:
    first = await world.said(DEE, "I think I ran into a bug.")
    second = await world.said(DEE, "I would like to report a bug.")
    await world.say(second, "The mobile app")
    await world.say(second, "I opened a chart, the screen turned white, and I expected to see yesterday's readings.")

    filed = [effect for effect in await world.effects() if effect["kind"] == "bug"]
    agendas = await world.rows("SELECT agenda FROM conversations")
    assert await outcomes(world, first) == ["asked_customer"]
    assert (await outcomes(world, second))[-1] == "acted"
    assert len(filed) == 1
    assert [row["agenda"] for row in agendas] == [[], []]


async def test_a_second_report_of_the_same_bug_is_not_filed(world: World) -> None:
    first = await world.said(DEE, BUG)
    second = await world.said(DEE, BUG)

    assert await outcomes(world, first, second) == ["acted", "joined"]
    assert len(await world.effects()) == 1


async def test_asking_how_it_stands_elsewhere_tells_it(world: World) -> None:
    await world.said(BEN, LATE)

    second = await world.said(BEN, "Any news on this?")

    (told,) = await world.told(second)
    assert "has not been decided yet" in told


async def test_what_was_stopped_is_not_taken_for_answered(world: World) -> None:
    first = await world.open(ADA)
    await world.post(first, "How do I export my readings as a CSV file?")
    async with world.opened.services.database.transaction() as conn:
        await runs.start(conn, RunId(new_id("run")), ConversationId(first["id"]), now=world.clock.now())
    await world.rows("UPDATE runs SET status = 'finished', error = 'cancelled', finished_at = started_at")

    second = await world.said(ADA, "How do I export my readings as a CSV file?")

    assert await outcomes(world, second) == ["answered"]
