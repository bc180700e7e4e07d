"""Examples: a person's correction becomes a suggestion, a decision makes it live, and one action takes it back."""

import asyncio
from collections import Counter

from tests.learning_world import corrected, decided, get, intent_of, learned, post
from tests.service_world import World, service, world

__all__ = ["service", "world"]
ODD = "The box with my stuff is nowhere, did the driver eat it?"
PORCH = "somebody nicked my package from the porch"
VISIT = "could I visit your warehouse with my class"


async def test_a_correction_is_proposed_accepted_understood_and_taken_back(world: World) -> None:
    conversation = await corrected(world, "cus_ada", ODD, intent="lost_parcel")
    before = intent_of(world, ODD)

    [suggestion] = await learned(world)
    assert intent_of(world, ODD) == before != "lost_parcel"
    assert (await decided(world, suggestion, "accept")).status_code == 200
    assert intent_of(world, ODD) == "lost_parcel"
    assert (await decided(world, suggestion, "rollback")).status_code == 200

    assert intent_of(world, ODD) == before
    assert suggestion["overwrites"][0]["was"] == before
    assert suggestion["evidence"][0]["conversation_id"] == conversation["id"]


async def test_what_several_customers_say_is_one_suggestion_with_all_their_conversations(world: World) -> None:
    conversations = [
        await corrected(world, customer, text, intent="lost_parcel")
        for customer, text in (("cus_ada", PORCH), ("cus_ben", "my package was nicked from the porch by somebody"))
    ]

    [suggestion] = await learned(world)

    assert {each["conversation_id"] for each in suggestion["evidence"]} == {each["id"] for each in conversations}
    assert (suggestion["customers"], suggestion["visitors"], suggestion["warning"]) == (2, 0, None)


async def test_one_customer_who_says_the_same_many_times_counts_as_one_and_is_pointed_out(world: World) -> None:
    for number in range(4):
        await corrected(world, "cus_ada", f"{PORCH}, box {number}", intent="lost_parcel")

    [suggestion] = await learned(world)

    assert (suggestion["lessons"], suggestion["customers"]) == (4, 1)
    assert suggestion["warning"] == "All 4 come from one customer."
    assert intent_of(world, PORCH) != "lost_parcel"


async def test_a_correction_against_everything_known_is_held_back_by_the_gate(world: World) -> None:
    await corrected(world, "cus_ada", "Where is my order?", intent="delete_account")

    [suggestion] = await learned(world)
    refused = await decided(world, suggestion, "accept")

    assert suggestion["state"] == "failed"
    assert suggestion["gate"]["reasons"]
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/gate-failed"
    assert intent_of(world, "Where is my order?") == "where_is_order"


async def test_a_stored_question_that_people_confirmed_is_not_given_up_for_a_new_example(world: World) -> None:
    await corrected(world, "cus_ben", PORCH, intent="lost_parcel")
    [first] = await learned(world)
    await decided(world, first, "accept")

    await corrected(world, "cus_ada", PORCH, intent="damaged_goods")
    [second] = await learned(world)

    assert second["state"] == "failed"
    assert {"made_worse", "contradicts"} & {each["code"] for each in second["gate"]["reasons"]}


async def test_nobodys_request_can_be_taught_too(world: World) -> None:
    await corrected(world, "cus_ada", VISIT, intent="none")
    [suggestion] = await learned(world)
    assert intent_of(world, VISIT) != "none"

    await decided(world, suggestion, "accept")

    assert intent_of(world, VISIT) == "none"


async def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told_who(world: World) -> None:
    await corrected(world, "cus_ada", ODD, intent="lost_parcel")
    [suggestion] = await learned(world)

    answers = await asyncio.gather(decided(world, suggestion, "accept"), decided(world, suggestion, "dismiss"))

    assert Counter(each.status_code for each in answers) == {200: 1, 409: 1}
    [late] = [each.json() for each in answers if each.status_code == 409]
    assert late["decided_by_name"] == "Robin"
    assert late["decision"] in ("accepted", "dismissed")


async def test_a_decision_is_about_what_was_seen(world: World) -> None:
    await corrected(world, "cus_ada", PORCH, intent="lost_parcel")
    [seen] = await learned(world)
    await corrected(world, "cus_ben", "my package was nicked from the porch by somebody", intent="lost_parcel")
    [grown] = await learned(world)

    refused = await decided(world, seen, "accept")

    assert grown["id"] == seen["id"]
    assert refused.json()["type"] == "/problems/stale-suggestion"
    assert (await decided(world, grown, "accept")).status_code == 200


async def test_what_was_dismissed_is_not_proposed_again(world: World) -> None:
    await corrected(world, "cus_ada", ODD, intent="lost_parcel")
    [suggestion] = await learned(world)

    await decided(world, suggestion, "dismiss")

    assert await learned(world) == []
    shown = await get(world, f"/learning/suggestions/{suggestion['id']}")
    assert (shown["state"], shown["why"]) == ("dismissed", "because")


async def test_a_confirmed_resolution_that_was_hardly_understood_is_proposed(world: World) -> None:
    conversation = await world.said("cus_ada", "kill my membership, how do I do that myself")
    rating = {"rating": 5}
    own = {"Authorization": f"Bearer {conversation['token']}"}
    [run] = await world.runs(conversation)
    await world.rows("UPDATE runs SET outcome = 'answered', status = 'finished', finished_at = started_at")
    await world.rows("UPDATE conversations SET status = 'waiting_customer', agenda = '[]'")
    await world.http.post(f"/conversations/{conversation['id']}/rating", json=rating, headers=own)

    found = await learned(world)

    assert [each["evidence"][0]["source"] for each in found] == ["confirmed"]
    assert found[0]["target"] == run["requests"][0]["intent"]


async def test_each_decision_is_in_the_audit_log(world: World) -> None:
    await corrected(world, "cus_ada", ODD, intent="lost_parcel")
    [suggestion] = await learned(world)

    await decided(world, suggestion, "accept")
    await decided(world, suggestion, "rollback")

    rows = await world.rows("SELECT action, actor FROM audit WHERE subject = %s ORDER BY position", suggestion["id"])
    assert [row["action"] for row in rows] == ["learning.accepted", "learning.rolled_back"]
    assert all(row["actor"].startswith("stf_") for row in rows)


async def test_a_correction_names_what_there_is(world: World) -> None:
    conversation = await world.said("cus_ada", ODD)
    [run] = await world.runs(conversation)

    for wrong in ({"intent": "no_such"}, {"action": "no_such"}, {"intent": "lost_parcel", "place": 7}, {}):
        answer = await post(world, f"/runs/{run['id']}/corrections", {"why": "so", **wrong})
        assert answer.status_code == 422
