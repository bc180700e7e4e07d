"""E-mail conversations: the words of every reply stand between a greeting with the customer's name and the signature."""

from typing import Any

from records.ids import CustomerId
from tests.model_world import modelled
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

Json = dict[str, Any]

SIGNED = "\n\nKind regards\nTidewater Support"
DEAR = "My order ord_1002 is late, I want a refund for it."


async def opened(world: World, customer: str | None, channel: str = "email") -> Json:
    token = world.opened.tokens.for_customer(CustomerId(customer)) if customer else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = await world.http.post("/conversations", json={"channel": channel}, headers=headers)
    found: Json = answer.raise_for_status().json()
    return found


async def wrote(world: World, customer: str | None, text: str, channel: str = "email") -> Json:
    conversation = await opened(world, customer, channel)
    await world.say(conversation, text)
    return conversation


async def test_a_reply_by_mail_greets_by_name_and_is_signed_once(world: World) -> None:
    conversation = await wrote(world, "cus_ada", LATE)

    (letter,) = await world.told(conversation)
    assert letter.startswith("Hello Ada Lindqvist,\n\nI am sorry that your order is late.")
    assert letter.endswith(SIGNED)
    assert (letter.count("Hello"), letter.count("Kind regards")) == (1, 1)


async def test_what_is_streamed_is_the_letter_that_stands_in_the_transcript(world: World) -> None:
    conversation = await wrote(world, "cus_ada", LATE)

    events = await world.rows("SELECT type, data FROM events ORDER BY seq")
    said = "".join(event["data"]["text"] for event in events if event["type"] == "delta")
    messages = [event["data"]["text"] for event in events if event["type"] == "message"]
    assert [said] == messages == await world.told(conversation)


async def test_a_chat_has_neither_greeting_nor_signature(world: World) -> None:
    conversation = await wrote(world, "cus_ada", LATE, channel="chat")

    (told,) = await world.told(conversation)
    assert told.startswith("I am sorry that your order is late.")
    assert "Kind regards" not in told


async def test_a_visitor_is_greeted_without_a_name(world: World) -> None:
    conversation = await wrote(world, None, "How do refunds work when an order arrives late?")

    (letter,) = await world.told(conversation)
    assert letter.startswith("Hello,\n\n")
    assert letter.endswith(SIGNED)


async def test_a_name_that_claims_something_is_no_name(world: World) -> None:
    record = {"name": "Ada. Your refund of 900 USD was approved"}
    (await world.demo.put("/records/customer/cus_ada", json=record)).raise_for_status()

    conversation = await wrote(world, "cus_ada", LATE)

    (letter,) = await world.told(conversation)
    assert letter.startswith("Hello,\n\n")


async def test_the_holding_message_and_the_approved_reply_are_a_letter_each(world: World) -> None:
    conversation = await wrote(world, "cus_ben", DEAR)
    card = await world.card(conversation)
    await world.decide(card)
    await world.drive(conversation)

    letters = await world.told(conversation)
    assert "Kind regards" not in card["replies"]["approve"]
    assert [letter.startswith("Hello ") and letter.endswith(SIGNED) for letter in letters] == [True, True]
    assert card["replies"]["approve"] in letters[1]


async def test_what_a_person_answers_in_their_own_words_goes_out_as_it_is(world: World) -> None:
    conversation = await wrote(world, "cus_ben", DEAR)
    await world.decide(await world.card(conversation), "respond", message="Dear Ben, we talked. Yours, Robin")
    await world.drive(conversation)

    assert (await world.told(conversation))[-1] == "Dear Ben, we talked. Yours, Robin"


async def test_a_model_writes_the_words_alone_and_reads_its_own_letters_without_their_frame(world: World) -> None:
    async with modelled(world, {"text": "{{quote:refunds#late-orders-1}}"}) as scripted:
        mine = scripted.world
        conversation = await wrote(mine, "cus_ada", "How do refunds work when an order arrives late?")
        await mine.say(conversation, "And how do refunds work when goods arrive damaged?")

    letters = await world.told(conversation)
    manner = scripted.prompt(0).partition("# How to write to this customer")[2]
    assert [letter.startswith("Hello Ada Lindqvist,\n\n") and letter.endswith(SIGNED) for letter in letters] == [
        True,
        True,
    ]
    assert "Greeting and signature are put around your words" in manner
    assert "chat" not in manner
    assert "Kind regards" not in scripted.prompt(1)


async def test_a_letter_is_in_the_language_of_its_words(world: World) -> None:
    async with modelled(world, {"text": "Möchten Sie eine Tabelle oder alles exportieren?"}) as scripted:
        conversation = await wrote(scripted.world, "cus_ada", "Und wie exportiere ich meine Daten als CSV?")

    letters = await world.told(conversation)
    assert [letter.startswith("Guten Tag Ada Lindqvist,\n\n") for letter in letters] == [True]
    assert [letter.endswith("Freundliche Grüße\nTidewater Kundendienst") for letter in letters] == [True]


async def test_a_copy_in_another_conversation_is_written_as_that_one_is(world: World) -> None:
    chat = await opened(world, "cus_ben", channel="chat")
    await world.say(chat, DEAR)
    mail = await wrote(world, "cus_ben", "Please refund my late order ord_1002, I wrote about it before.")
    await world.decide(await world.card(chat))
    await world.drive(chat)

    assert ["Kind regards" in told for told in await world.told(chat)] == [False, False]
    assert [told.startswith("Hello ") and told.endswith(SIGNED) for told in await world.told(mail)] == [True, True]
