"""What leaves: a last filter on every message, and what becomes of a reply that was stopped."""

from collections.abc import Sequence
from typing import Any

import pytest

from graph.reasoners.rules import RulesReasoner
from graph.testing import TalkingReasoner
from graph.truth.filter import company_texts
from graph.truth.findings import kinds
from graph.truth.leaks import Bounds, Company, leaks
from graph.truth.oracle import claims_without_receipt
from records import receipts
from records.conversations import get
from records.ids import ConversationId
from tests.company_case import FOLDER
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

Json = dict[str, Any]
HUB = "What colour is the light on the hub?"
OWN = "ord_1002\nada@example.com\n+442079460958\n4111111111111111\nTrack at https://parcels.example/ord_1002"
BOUNDS = Bounds(company=company_texts(FOLDER / "articles"), own=OWN, hidden=("9000.00",))


def wrong(text: str, bounds: Bounds = BOUNDS) -> list[str]:
    return [*kinds(leaks(text, bounds))]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("A verified mailbox alone is not enough for somebody who was reset lately.", "internal"),
        ("Your order ord_1002 and that of ord_2001 are late.", "foreign"),
        ("It was sent to bob@example.com.", "foreign"),
        ("Call +44 20 7946 0999 and ask for it.", "foreign"),
        ("The card is apr_0123456789abcdef0123.", "foreign"),
        ("Your value to us is 9000.00 USD.", "hidden"),
        ("Sign in at https://tidewater.evil.test/login.", "link"),
        ("Pay with 5500 0055 5555 5559.", "secret"),
        ("Send it to DE89 3704 0044 0532 0130 00 please.", "secret"),
        ("The key is sk-abcdefghijklmnop1234.", "secret"),
        ("Use AKIAIOSFODNN7EXAMPLE.", "secret"),
        ("-----BEGIN RSA PRIVATE KEY-----", "secret"),
        ("postgresql://closeloop:hunter2@db/closeloop", "secret"),
        ("password: hunter2!", "secret"),
        ("The staff key is clk_x8Yw-1mHn2Zq0aLrTb5uVd9sKe3fGi7j.", "secret"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXNfMSJ9.c2lnbmF0dXJl", "secret"),
    ],
)
def test_what_may_not_leave_is_found(said: str, kind: str) -> None:
    assert kind in wrong(said)


@pytest.mark.parametrize(
    "said",
    [
        "Order ord_1002 was sent to ada@example.com; the carrier's number is +44 20 7946 0958.",
        "Your parcel: 4111111111111111",
        "Follow it at https://parcels.example/ord_1002.",
        "You reset the hub by holding the button for ten seconds.",
        "Choose a password that you use nowhere else.",
    ],
)
def test_the_customers_own_data_may_leave(said: str) -> None:
    assert wrong(said) == []


def test_a_code_that_stands_in_an_internal_text_alone_never_leaves() -> None:
    company = Company(internal="Ask for Lighthouse-4711 at the desk.", public="Ask for the desk.")

    assert wrong("The word is lighthouse-4711.", Bounds(company=company, own="")) == ["internal"]
    assert wrong("The word is Lighthouse-4712.", Bounds(company=company, own="")) == []


async def talking(world: World, words: str, *, first: bool = False) -> World:
    """The service with a reasoner that says these words; `first`: once the rules have done what is due."""
    return await world.changed(reasoner=TalkingReasoner(words, first=RulesReasoner() if first else None))


async def drafted(world: World, words: str, asked: str = HUB) -> tuple[Json, Json]:
    """The conversation in which the reasoner said it, and the card that came of it."""
    talks = await talking(world, words)
    conversation = await talks.said("cus_ada", asked)
    return conversation, await world.card(conversation)


async def trail(world: World, conversation: Json, action: str) -> Sequence[Json]:
    statement = "SELECT actor, subject, data FROM audit WHERE conversation_id = %s AND action = %s"
    return await world.rows(statement, conversation["id"], action)


async def test_a_false_claim_never_reaches_the_customer_and_a_person_gets_it_with_the_reason(world: World) -> None:
    conversation, card = await drafted(world, "Thank you for waiting. I have refunded 777.77 USD to your card.")

    assert await world.told(conversation) == []
    assert card["status"] == "pending"
    assert "it says that something was done, and no receipt does" in card["reason"]
    assert card["draft"]["original"].endswith("I have refunded 777.77 USD to your card.")


async def test_whoever_approves_a_stopped_draft_in_a_hurry_sends_no_false_claim(world: World) -> None:
    conversation, card = await drafted(world, "Thank you for waiting. I have refunded 777.77 USD to your card.")

    assert await world.decide(card) == 200
    await world.drive(conversation)

    assert await world.told(conversation) == ["Thank you for waiting. [withheld: claim]"]


async def test_the_words_of_a_person_are_theirs_and_the_team_is_warned(world: World) -> None:
    conversation, card = await drafted(world, "I have refunded you.")

    assert await world.decide(card, "respond", message="Please write to bob@other.test about it.") == 200
    await world.drive(conversation)

    assert await world.told(conversation) == ["Please write to bob@other.test about it."]
    assert [row["data"]["kinds"] for row in await trail(world, conversation, "reply.warned")] == [["foreign"]]


async def test_the_trail_of_a_stopped_reply_has_its_kinds_and_a_digest_and_none_of_its_words(world: World) -> None:
    conversation, card = await drafted(world, "I have refunded 777.77 USD, see {{receipt:issue_refund:ch_1:late}}.")

    (row,) = await trail(world, conversation, "reply.stopped")
    events = await world.rows(
        "SELECT data FROM events WHERE conversation_id = %s AND type = 'stopped'", conversation["id"]
    )

    assert (row["actor"], row["subject"]) == ("agent", card["id"])
    assert row["data"]["kinds"] == ["claim", "slot"]
    assert set(row["data"]) == {"kinds", "digest"}
    assert [event["data"]["kinds"] for event in events] == [["claim", "slot"]]


async def test_the_customers_stream_does_not_tell_what_was_stopped(world: World) -> None:
    conversation, _ = await drafted(world, "I have refunded 777.77 USD to your card.")
    headers = {"Authorization": f"Bearer {conversation['token']}"}

    stream = await world.http.get(f"/conversations/{conversation['id']}/events?follow=false", headers=headers)

    assert "777.77" not in stream.text
    assert "stopped" not in stream.text


async def test_a_harmless_answer_is_sent_at_once(world: World) -> None:
    conversation = await (await talking(world, "Could you tell us what the label says?")).said("cus_ada", HUB)

    assert await world.told(conversation) == ["Could you tell us what the label says?"]


async def test_a_language_without_a_lexicon_waits_for_a_person_who_may_send_it_as_it_is(world: World) -> None:
    polish = "Dzień dobry, o które zamówienie chodzi i co dokładnie jest na etykiecie?"
    conversation, card = await drafted(world, polish)

    assert await world.told(conversation) == []
    assert await world.decide(card) == 200
    await world.drive(conversation)
    assert await world.told(conversation) == [polish]


async def test_a_reply_about_an_action_stands_on_the_receipt_of_this_conversation(world: World) -> None:
    talks = await talking(world, "Thank you for your patience. {{playbook}}", first=True)
    conversation = await talks.said("cus_ada", LATE)
    (done,) = await world.ledger()

    (told,) = await world.told(conversation)
    async with world.opened.services.database.transaction() as conn:
        entries = await receipts.of_conversation(conn, await get(conn, ConversationId(conversation["id"])))

    assert told.startswith("Thank you for your patience. I am sorry that your order is late. I have refunded ")
    assert claims_without_receipt(told, entries) == []
    assert claims_without_receipt(told, []) != []
    assert [entry.key for entry in entries] == [done["key"]]


async def test_the_receipt_of_another_conversation_is_no_receipt_here(world: World) -> None:
    await world.said("cus_ada", LATE)
    (done,) = await world.ledger()

    conversation, card = await drafted(world, f"Thank you for asking. {{{{receipt:{done['key']}}}}}")

    assert await world.told(conversation) == []
    assert card["draft"]["stopped"] == ["slot"]


async def test_forged_sources_are_not_shown(world: World) -> None:
    class Quoting(TalkingReasoner):
        async def decide(self, view: Any) -> Any:
            decision = await super().decide(view)
            decision.requests[0]["citations"] = [{"title": "Policy", "heading": "", "url": "/policy", "passage": "x#1"}]
            return decision

    conversation = await (await world.changed(reasoner=Quoting("Which device do you mean?"))).said("cus_ada", HUB)
    rows = await world.rows(
        "SELECT citations FROM messages WHERE author = 'agent' AND conversation_id = %s", conversation["id"]
    )

    assert [row["citations"] for row in rows] == [[]]


async def test_a_reasoner_cannot_say_what_the_playbook_says_before_it_is_done(world: World) -> None:
    conversation, card = await drafted(world, "{{playbook}}", LATE)

    assert await world.told(conversation) == []
    assert card["draft"]["stopped"] == ["slot"]


async def test_a_person_who_has_the_conversation_is_believed_too_and_the_team_is_warned(world: World) -> None:
    conversation = await (await talking(world, "Which device do you mean?")).said("cus_ada", HUB)
    staff = {"Authorization": f"Bearer {world.staff_key}"}
    at = f"/conversations/{conversation['id']}"

    (await world.http.post(f"{at}/take-over", headers=staff)).raise_for_status()
    written = await world.http.post(f"{at}/replies", headers=staff, json={"text": "Ask bob@other.test."})

    (row,) = await trail(world, conversation, "reply.warned")
    assert written.status_code == 201
    assert row["actor"].startswith("stf_")
    assert row["data"]["kinds"] == ["foreign"]
