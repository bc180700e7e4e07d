"""Several requests in one message with a model: one reply, in a fixed order, in as few calls as can be."""

from typing import Any

from tests.model_world import Modelled, modelled
from tests.service_world import World, service, world

__all__ = ["service", "world"]

Json = dict[str, Any]

ORDER_AND_EXPORT = "Where is my order ord_1001? And how do I export my data as CSV?"
REFUND_AND_EXPORT = "My order ord_1001 is two weeks late, please refund it. And how do I export my data as CSV?"
REFUND_AND_SEAT = (
    "My order ord_1001 is two weeks late, please refund it. And please remove a person from our workspace."
)
DEAR_REFUND_AND_CANCEL = "My order ord_1002 is late, I want a refund for it. And please cancel my subscription."
TWO_ORDERS = "Orders 1008 and 1010 are both overdue. I would like the money for them back."
THREE = "Where is my order ord_1001? How do I export my data as CSV? And which plan has single sign-on?"

EXPORT = "{{quote:export-csv#export-one-table-or-chart-1}}"
PROMISED = "It is promised for {{fact:order.promised_at}}."


def refund(order: int, amount: int) -> Json:
    return {"name": "issue_refund", "arguments": {"charge": f"ch_{order}", "amount": amount, "cause": "late"}}


def when_done(text: str) -> Json:
    return {"when": {"system": "was done"}, "text": text}


CANCEL: Json = {"name": "cancel_subscription", "arguments": {"subscription": "sub_2002", "when": "period_end"}}


async def statuses(world: World, conversation: Json) -> list[str]:
    return [run["outcome"] for run in await world.runs(conversation)]


async def passages(world: World, conversation: Json) -> list[str]:
    rows = await world.rows("SELECT citations FROM messages WHERE conversation_id = %s", conversation["id"])
    return [citation["passage"] for row in rows for citation in row["citations"]]


async def effects(world: World) -> list[tuple[str, int | None]]:
    return [(effect["object"], effect.get("amount")) for effect in await world.effects()]


def requests_of(scripted: Modelled, call: int) -> str:
    """The part of a call's prompt that names the requests."""
    return scripted.prompt(call).partition("# The requests")[2].partition("# The records")[0]


async def test_two_questions_take_one_call_each_answered_behind_its_mark_in_one_reply(world: World) -> None:
    both = f"{{{{about:2}}}} {EXPORT}\n\n{{{{about:1}}}} {PROMISED}"
    async with modelled(world, {"text": both}) as scripted:
        conversation = await scripted.world.said("cus_ada", ORDER_AND_EXPORT)

    told = await world.told(conversation)
    assert scripted.calls == 1
    assert [text.startswith("It is promised for ") and "Export" in text for text in told] == [True]
    assert await passages(world, conversation) == ["export-csv#export-one-table-or-chart-1"]


async def test_a_question_and_an_action_take_two_calls_and_one_reply_tells_of_both(world: World) -> None:
    first = {"text": f"{{{{about:2}}}} {EXPORT}", "calls": [refund(1001, 4800)]}
    async with modelled(world, when_done("I am sorry. {{playbook}}"), first) as scripted:
        conversation = await scripted.world.said("cus_ada", REFUND_AND_EXPORT)

    told = await world.told(conversation)
    assert scripted.calls == 2
    assert await effects(world) == [("ch_1001", 4800)]
    assert [text.startswith("I am sorry.") and "48.00 USD" in text and "Export" in text for text in told] == [True]
    assert "Settled apart" in requests_of(scripted, 1)
    assert "2: Getting data out" in requests_of(scripted, 1)


async def test_two_actions_that_are_allowed_are_called_side_by_side_and_told_together(world: World) -> None:
    both = when_done("{{about:1}} {{playbook}}\n\n{{about:2}} {{playbook}}")
    async with modelled(world, both, {"calls": [refund(1010, 6000), refund(1008, 8000)]}) as scripted:
        conversation = await scripted.world.said("cus_hana", TWO_ORDERS)

    told = await world.told(conversation)
    assert scripted.calls == 2
    assert sorted(await effects(world)) == [("ch_1008", 8000), ("ch_1010", 6000)]
    assert [text.index("ord_1008") < text.index("ord_1010") for text in told] == [True]
    assert ["80.00 USD for order ord_1008" in text and "60.00 USD for order ord_1010" in text for text in told] == [
        True
    ]


async def test_of_two_actions_the_allowed_one_is_told_before_the_other_waits_for_a_person(world: World) -> None:
    turns = (when_done("{{playbook}}"), {"calls": [refund(1002, 24000), CANCEL]})
    async with modelled(world, *turns) as scripted:
        mine = scripted.world
        conversation = await mine.said("cus_ben", DEAR_REFUND_AND_CANCEL)
        asked, before = scripted.calls, await effects(world)
        told = await world.told(conversation)
        await mine.decide(await mine.card(conversation))
        await mine.drive(conversation)

    assert (asked, scripted.calls) == (2, 2)
    assert before == [("sub_2002", None)]
    assert ["will not renew" in text and "240.00 USD needs a quick look by a colleague" in text for text in told] == [
        True
    ]
    assert sorted(await effects(world)) == [("ch_1002", 24000), ("sub_2002", None)]
    assert "240.00 USD" in (await world.told(conversation))[-1]


async def test_an_action_and_something_missing_end_in_what_was_done_and_the_question(world: World) -> None:
    ask = {"name": "ask_customer", "arguments": {"request": 2, "about": "email", "question": "Whose seat is it?"}}
    turns = (when_done("{{playbook}}"), {"calls": [ask, refund(1001, 4800)]})
    async with modelled(world, *turns) as scripted:
        conversation = await scripted.world.said("cus_ada", REFUND_AND_SEAT)

    told = await world.told(conversation)
    owed = await world.rows("SELECT agenda FROM conversations WHERE id = %s", conversation["id"])
    assert scripted.calls == 2
    assert await effects(world) == [("ch_1001", 4800)]
    assert ["48.00 USD" in text and text.endswith("Whose seat is it?") for text in told] == [True]
    assert [(each["intent"], each["asked"]) for each in owed[0]["agenda"]] == [("free_seat", "email")]


async def test_what_goes_to_a_person_is_named_behind_what_was_answered(world: World) -> None:
    give = {"name": "hand_over", "arguments": {"request": 1, "reason": "unsure"}}
    async with modelled(world, {"text": f"{{{{about:2}}}} {EXPORT}", "calls": [give]}) as scripted:
        conversation = await scripted.world.said("cus_ada", REFUND_AND_EXPORT)

    told = await world.told(conversation)
    assert scripted.calls == 1
    assert await statuses(world, conversation) == ["handed_over"]
    assert [
        "Export" in text and "passed this to a colleague: Money back for a late order." in text for text in told
    ] == [True]


async def test_a_denied_action_is_told_beside_one_that_was_done_and_takes_one_call_more(world: World) -> None:
    denied = {"when": {"system": "2: refused"}, "text": "{{playbook}}"}
    turns = (denied, when_done("{{playbook}}"), {"calls": [refund(1008, 8000), refund(1010, 9_900_000)]})
    async with modelled(world, *turns) as scripted:
        conversation = await scripted.world.said("cus_hana", TWO_ORDERS)

    told = await world.told(conversation)
    assert scripted.calls == 3
    assert await effects(world) == [("ch_1008", 8000)]
    assert [text.index("80.00 USD") < text.index("I cannot do that") for text in told] == [True]


async def test_a_request_that_the_words_say_nothing_of_is_asked_for_again_alone(world: World) -> None:
    again = {"when": {"system": "Settled apart"}, "text": EXPORT}
    async with modelled(world, again, {"text": f"{{{{about:1}}}} {PROMISED}"}) as scripted:
        conversation = await scripted.world.said("cus_ada", ORDER_AND_EXPORT)

    told = await world.told(conversation)
    assert scripted.calls == 2
    assert "- 2: export_data" in requests_of(scripted, 1)
    assert "- 1: where_is_order" not in requests_of(scripted, 1)
    assert [text.startswith("It is promised for ") and "Export" in text for text in told] == [True]


async def test_words_without_a_mark_settle_one_request_and_not_the_others(world: World) -> None:
    again = {"when": {"system": "Settled apart"}, "text": EXPORT}
    async with modelled(world, again, {"text": PROMISED}) as scripted:
        conversation = await scripted.world.said("cus_ada", ORDER_AND_EXPORT)

    told = await world.told(conversation)
    assert scripted.calls == 2
    assert [text.startswith("It is promised for ") and "Export" in text for text in told] == [True]


async def test_what_a_model_says_before_its_calls_is_no_answer_to_anything(world: World) -> None:
    first = {"text": "One moment please.", "calls": [refund(1001, 4800)]}
    both = when_done(f"{{{{about:1}}}} {{{{playbook}}}}\n\n{{{{about:2}}}} {EXPORT}")
    async with modelled(world, both, first) as scripted:
        conversation = await scripted.world.said("cus_ada", REFUND_AND_EXPORT)

    told = await world.told(conversation)
    assert scripted.calls == 2
    assert ["48.00 USD" in text and "Export" in text and "One moment" not in text for text in told] == [True]


async def test_a_request_that_is_forgotten_twice_is_settled_by_its_playbooks_rules(world: World) -> None:
    first = {"text": f"{{{{about:1}}}} {PROMISED}", "times": 1}
    async with modelled(world, first, {"text": "{{about:2}} I am sorry."}) as scripted:
        conversation = await scripted.world.said("cus_ada", THREE)

    told = await world.told(conversation)
    assert scripted.calls == 2
    assert [text.startswith("It is promised for ") and '"Single sign-on" is not part of' in text for text in told] == [
        True
    ]
    assert await statuses(world, conversation) == ["answered"]


async def test_what_was_done_is_told_in_the_playbooks_words_when_the_model_fails_before_it_told_it(
    world: World,
) -> None:
    gone = {"when": {"system": "was done"}, "fault": {"status": 500}}
    async with modelled(world, gone, {"calls": [refund(1002, 24000), CANCEL]}) as scripted:
        conversation = await scripted.world.said("cus_ben", DEAR_REFUND_AND_CANCEL)

    told = await world.told(conversation)
    assert await effects(world) == [("sub_2002", None)]
    assert [len(told), "will not renew" in told[0], "240.00 USD needs a quick look" in told[0]] == [1, True, True]


async def test_of_two_actions_that_a_person_decides_the_second_is_filed_without_a_further_call(world: World) -> None:
    async with modelled(world, {"calls": [refund(1002, 24000), CANCEL]}) as scripted:
        mine = scripted.world
        dial, headers = (
            {"autonomy": "suggest", "reason": "to be watched"},
            {"Authorization": f"Bearer {mine.staff_key}"},
        )
        (await mine.http.put("/autonomy/cancel_subscription", json=dial, headers=headers)).raise_for_status()
        conversation = await mine.said("cus_ben", DEAR_REFUND_AND_CANCEL)

    cards = await world.rows(
        "SELECT tool FROM approvals WHERE conversation_id = %s ORDER BY filed_at", conversation["id"]
    )
    assert scripted.calls == 1
    assert {card["tool"] for card in cards} == {"issue_refund", "cancel_subscription"}


async def test_the_tools_and_the_beginning_of_the_prompt_are_the_same_for_two_customers(world: World) -> None:
    turns = (when_done("{{playbook}}"), {"when": {"said": "1001"}, "calls": [refund(1001, 4800)]}, {"text": "Sorry."})
    async with modelled(world, *turns) as scripted:
        await scripted.world.said("cus_ada", "My order ord_1001 is two weeks late, please refund it.")
        await scripted.world.said(
            "cus_ben", "My order ord_1002 is two weeks late, PLEASE REFUND IT AT ONCE, THIEVES!!!"
        )

    first, last = scripted.fake.requests[0], scripted.fake.requests[-1]
    assert first["messages"][0] == last["messages"][0]
    assert first["messages"][1] != last["messages"][1]
    assert first["tools"] == last["tools"]
