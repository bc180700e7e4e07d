"""The model reasoner in the whole service: how often the model is asked, what it is sent, and what its answers lead to."""

from typing import Any

from tests.model_world import modelled
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

REFUND: dict[str, Any] = {
    "name": "issue_refund",
    "arguments": {"charge": "ch_1001", "amount": 4800, "cause": "late"},
}
DEAR: dict[str, Any] = {
    "name": "issue_refund",
    "arguments": {"charge": "ch_1002", "amount": 24000, "cause": "late"},
}
DONE = {"when": {"system": "was done"}, "text": "I am sorry about the wait. {{playbook}}"}


async def test_an_action_takes_two_calls_one_to_propose_and_one_to_tell(world: World) -> None:
    async with modelled(world, DONE, {"calls": [REFUND]}) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    told = await world.told(conversation)
    assert scripted.calls == 2
    assert [(effect["object"], effect["amount"]) for effect in await world.effects()] == [("ch_1001", 4800)]
    assert [text.startswith("I am sorry about the wait.") and "48.00 USD" in text for text in told] == [True]


async def test_a_question_takes_one_call_and_is_answered_with_its_source(world: World) -> None:
    answer = {"text": "{{quote:refunds#late-orders-1}}"}
    async with modelled(world, answer) as scripted:
        conversation = await scripted.world.said("cus_ada", "How do refunds work when an order arrives late?")

    messages = await world.rows(
        "SELECT body, citations FROM messages WHERE conversation_id = %s AND author = 'agent'", conversation["id"]
    )
    assert scripted.calls == 1
    assert ["promised day" in message["body"] for message in messages] == [True]
    assert [message["citations"][0]["passage"] for message in messages] == ["refunds#late-orders-1"]


async def test_what_a_person_approved_takes_no_further_call(world: World) -> None:
    async with modelled(world, {"calls": [DEAR]}) as scripted:
        mine = scripted.world
        conversation = await mine.said("cus_ben", LATE)
        asked = scripted.calls
        await mine.decide(await mine.card(conversation))
        await mine.drive(conversation)

    assert (asked, scripted.calls) == (1, 1)
    assert [effect["object"] for effect in await world.effects()] == ["ch_1002"]
    assert "240.00 USD" in (await world.told(conversation))[-1]


async def test_thanks_and_other_words_that_ask_for_nothing_take_no_call(world: World) -> None:
    async with modelled(world, {"text": "Never asked."}) as scripted:
        conversation = await scripted.world.said("cus_ada", "Thanks, that helped!")

    assert scripted.calls == 0
    assert len(await world.told(conversation)) == 1


async def test_the_model_is_sent_the_procedure_the_policy_and_what_the_customer_may_see(world: World) -> None:
    async with modelled(world, DONE, {"calls": [REFUND]}) as scripted:
        await scripted.world.said("cus_ada", LATE)

    prompt = scripted.prompt(0)
    assert "Follow the procedure" in prompt
    assert "Look at the promised day" in prompt
    assert "Above 100.00 USD a colleague decides." in prompt
    assert "order.charge: ch_1001" in prompt
    assert prompt.endswith(LATE)
    assert set(scripted.offered(0)) == {
        "ask_customer",
        "hand_over",
        "search_articles",
        "find_order",
        "find_tracking",
        "issue_refund",
    }


async def test_the_beginning_of_the_prompt_stays_the_same_from_call_to_call(world: World) -> None:
    async with modelled(world, DONE, {"calls": [REFUND]}) as scripted:
        await scripted.world.said("cus_ada", LATE)

    first, second = (request["messages"][0]["content"] for request in scripted.fake.requests)
    assert first == second
    assert scripted.fake.requests[0]["tools"] == scripted.fake.requests[1]["tools"]


async def test_a_denied_proposal_comes_back_with_the_reason_and_what_would_be_allowed(world: World) -> None:
    greedy = {**REFUND, "arguments": {**REFUND["arguments"], "amount": 4900}}
    turns = (
        DONE,
        {"when": {"system": "48.00 USD of that order has not been refunded yet"}, "calls": [REFUND]},
        {"calls": [greedy]},
    )
    async with modelled(world, *turns) as scripted:
        await scripted.world.said("cus_ada", LATE)

    assert scripted.calls == 3
    assert [effect["amount"] for effect in await world.effects()] == [4800]


async def test_a_visitor_is_offered_no_actions_and_no_records(world: World) -> None:
    async with modelled(world, {"text": "{{quote:refunds#late-orders-1}}"}) as scripted:
        conversation = (await scripted.world.http.post("/conversations")).json()
        await scripted.world.say(conversation, "How do refunds work when an order arrives late?")

    assert set(scripted.offered()) == {"hand_over", "search_articles"}


async def test_a_question_to_the_customer_waits_on_the_agenda(world: World) -> None:
    ask = {"name": "ask_customer", "arguments": {"about": "order", "question": "Which order do you mean?"}}
    async with modelled(world, {"calls": [ask]}) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    runs = await world.runs(conversation)
    assert [run["outcome"] for run in runs] == ["asked_customer"]
    assert await world.told(conversation) == ["Which order do you mean?"]


async def test_what_the_model_hands_over_goes_to_a_person_with_its_reason(world: World) -> None:
    call = {"name": "hand_over", "arguments": {"reason": "not_late"}}
    async with modelled(world, {"calls": [call]}) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)

    handoffs = await world.rows("SELECT reason FROM handoffs WHERE conversation_id = %s", conversation["id"])
    assert handoffs == [{"reason": "not_late"}]


async def test_records_that_the_model_asks_for_are_read_together(world: World) -> None:
    reads = [{"name": "find_tracking"}, {"name": "find_order", "arguments": {"order": "ord_1001"}}]
    turns = ({"when": {"system": r"tracking\.carrier"}, "calls": [REFUND], "times": 1}, DONE, {"calls": reads})
    async with modelled(world, *turns) as scripted:
        await scripted.world.said("cus_ada", LATE)

    assert scripted.calls == 3
    assert [effect["amount"] for effect in await world.effects()] == [4800]


async def test_tokens_are_counted_for_the_run(world: World) -> None:
    async with modelled(world, DONE, {"calls": [REFUND]}) as scripted:
        await scripted.world.said("cus_ada", LATE)

    spent = await world.rows("SELECT tokens FROM runs")
    told = await world.rows("SELECT data FROM events WHERE type = 'model' ORDER BY seq")
    assert [row["tokens"] for row in spent] == [sum(e["data"]["prompt"] + e["data"]["answer"] for e in told)]
    assert len(told) == 2


async def test_a_reply_in_another_language_than_the_customers_waits_for_a_person(world: World) -> None:
    async with modelled(world, {"text": "Do you mean a single table, or all of the workspace?"}) as scripted:
        conversation = await scripted.world.said("cus_ada", "Und wie exportiere ich meine Daten als CSV?")

    card = await world.card(conversation)
    assert await world.told(conversation) == []
    assert card["reason"] == "This reply was stopped: it is in another language than the customer's."
    assert card["draft"]["text"] == "Do you mean a single table, or all of the workspace?"


async def test_words_too_few_to_tell_a_language_are_in_that_of_what_was_written_before(world: World) -> None:
    ask = {"name": "ask_customer", "arguments": {"about": "trouble", "question": "Was geht dabei schief?"}}
    async with modelled(world, {"calls": [ask]}) as scripted:
        conversation = await scripted.world.said("cus_ada", "Und wie exportiere ich meine Daten als CSV?")
        await scripted.world.say(conversation, "CSV Export")

    assert "They write German: answer in German." in scripted.prompt(1)
