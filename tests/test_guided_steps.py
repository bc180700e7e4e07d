"""A customer is taken through steps: over several messages and runs, away and back again, and after a crash."""

import time
from pathlib import Path

import pytest

from graph.testing import BrokenReasoner
from graph.triage.learned import LearnedIntents
from policy.live import LiveCompany
from tests.company_case import VOCABULARY, copied
from tests.knowledge_world import embedder
from tests.service_world import Json, World, service, world

__all__ = ["service", "world"]
OFFLINE = "Our Harbour hub has been offline since last night."
NEWEST = "SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = %s"
INSTALL = """---
intent: install_hub
examples:
  - how do I set up the new hub
  - help me install my hub
  - I want to put the hub into operation
  - guide me through the installation of the device
  - first steps with a new Harbour hub
  - what do I do once the parcel with the hub is there
needs: [order]
queue: technical
autonomy: auto
steps:
  - id: unpack
    skip_when: order.status == 'cancelled'
    ask: Tell me when order {{ order.id }} has arrived.
    again: Order {{ order.id }} is still on its way, the carrier says. Tell me when it is there.
    check: order.delivered_at != null
  - id: light
    ask: Plug the hub in. Which colour is its light?
    answers: {blue: [blueish], orange: [amber]}
    then: {blue: solved}
propose:
  - guide: true
  - otherwise: escalate
    because: light_is_orange
---
Unpack, plug in, look.
"""


@pytest.fixture
async def installing(world: World, tmp_path: Path) -> World:
    """The same service for a company with a playbook whose first step is about the records."""
    folder = copied(tmp_path)
    (folder / "articles").mkdir()
    (folder / "playbooks/install_hub.md").write_text(INSTALL)
    company = LiveCompany(folder, VOCABULARY, time.monotonic)
    return await world.changed(company=company, classifier=LearnedIntents(embedder(), company))


async def outcomes(world: World, conversation: Json) -> list[str]:
    return [run["outcome"] for run in await world.runs(conversation)]


async def last(world: World, conversation: Json) -> str:
    return (await world.told(conversation))[-1]


async def owed(world: World, conversation: Json) -> list[tuple[str, str]]:
    """What the conversation still owes: intent and step."""
    rows = await world.rows("SELECT agenda FROM conversations WHERE id = %s", conversation["id"])
    return [(item["intent"], item["step"]) for item in rows[0]["agenda"]]


async def arrived(world: World) -> None:
    change = {"delivered_at": world.clock.now().isoformat()}
    (await world.demo.put("/records/order/ord_1004", json=change)).raise_for_status()


async def forgotten(world: World, conversation: Json) -> None:
    """The process died before it wrote down that its last node, the reply, had run."""
    run = (await world.runs(conversation))[-1]["id"]
    await world.rows(f"DELETE FROM checkpoints WHERE checkpoint_id = ({NEWEST})", run)
    await world.rows(f"DELETE FROM checkpoint_writes WHERE checkpoint_id >= ({NEWEST})", run)
    await world.rows("UPDATE runs SET status = 'running', outcome = NULL, finished_at = NULL WHERE id = %s", run)
    checkpoint = await world.graph.aget_state({"configurable": {"thread_id": run}})
    assert checkpoint.next == ("reply",)


async def test_a_customer_is_taken_from_step_to_step_and_sees_where_they_are(world: World) -> None:
    conversation = await world.said("cus_dee", OFFLINE)

    for answer in ("Yes, it is orange", "over wifi", "no luck, still orange", "it shows 4.2"):
        await world.say(conversation, answer)

    told = await world.told(conversation)
    assert [words.split(":")[0] for words in told] == [f"Step {number} of 7" for number in (1, 3, 5, 6, 7)]
    assert await outcomes(world, conversation) == ["asked_customer"] * 5


async def test_an_answer_that_helps_ends_the_guide(world: World) -> None:
    conversation = await world.said("cus_dee", "The Harbour hub does not connect over wifi any more")

    await world.say(conversation, "yes")
    await world.say(conversation, "Great, it is blue now")

    assert (await world.told(conversation))[1].startswith("Step 5 of 7")
    assert (await last(world, conversation)).startswith("Good, then the hub is connected.")
    assert await outcomes(world, conversation) == ["asked_customer", "asked_customer", "answered"]
    assert await owed(world, conversation) == []


async def test_when_nothing_helps_what_was_found_becomes_a_report(world: World) -> None:
    conversation = await world.said("cus_dee", OFFLINE)

    for answer in ("nope, all dark", "yes, now it blinks white", "cable", "no", "cannot do that", "still orange"):
        await world.say(conversation, answer)

    [effect] = await world.effects()
    assert (effect["system"], effect["kind"]) == ("tracker", "bug")
    assert "the light is on in another socket. Connection: network cable, plugged in again." in str(effect)
    assert (await outcomes(world, conversation))[-1] == "acted"


async def test_words_that_are_no_answer_are_asked_about_once_more_and_then_a_person_goes_on(world: World) -> None:
    conversation = await world.said("cus_dee", OFFLINE)

    await world.say(conversation, "I am standing right in front of it")
    again = await last(world, conversation)
    await world.say(conversation, "It makes a humming sound")

    assert again.startswith("Step 1 of 7: Does any light show on the front of the hub?")
    assert await outcomes(world, conversation) == ["asked_customer", "asked_customer", "handed_over"]
    handoffs = await world.rows("SELECT reason FROM handoffs WHERE conversation_id = %s", conversation["id"])
    assert [row["reason"] for row in handoffs] == ["not_understood"]


async def test_who_asks_back_is_answered_from_the_articles_and_asked_the_same_again(world: World) -> None:
    conversation = await world.said("cus_dee", OFFLINE)

    await world.say(conversation, "How do I install the firmware by hand?")
    await world.say(conversation, "And what does an orange light on the hub mean?")

    told = await last(world, conversation)
    assert "| orange | it has power, but no connection to Tidewater |" in told
    assert told.endswith("Step 1 of 7: Please look at the front of the hub. Is its light on, in whatever colour?")
    assert await outcomes(world, conversation) == ["asked_customer"] * 3


async def test_who_asks_for_something_else_comes_back_to_where_they_were(world: World) -> None:
    conversation = await world.said("cus_eli", OFFLINE)

    await world.say(conversation, "Can you tell me when ord_1005 will be delivered?")
    elsewhere = await last(world, conversation)
    place = await owed(world, conversation)
    await world.say(conversation, "ok, the light is on now")

    assert "ord_1005" in elsewhere
    assert place == [("hub_offline", "power")]
    assert (await last(world, conversation)).startswith("Step 3 of 7")


async def test_an_answer_and_another_request_in_one_message_are_both_heard(world: World) -> None:
    conversation = await world.said("cus_eli", OFFLINE)

    await world.say(conversation, "No, the hub is dark. Can you tell me when ord_1005 will be delivered?")

    said = await last(world, conversation)
    assert "Step 2 of 7" in said
    assert "ord_1005" in said


async def test_who_asks_for_a_person_gets_one_and_the_place_is_kept(world: World) -> None:
    conversation = await world.said("cus_dee", OFFLINE)

    await world.say(conversation, "no, it is dark")
    await world.say(conversation, "I want to talk to a person, call +44 20 7946 0958")

    assert await outcomes(world, conversation) == ["asked_customer", "asked_customer", "handed_over"]
    assert await owed(world, conversation) == [("hub_offline", "plug")]
    [handoff] = await world.rows("SELECT package FROM handoffs WHERE conversation_id = %s", conversation["id"])
    assert handoff["package"]["entities"] == {"phone": ["+442079460958"]}
    assert [item["slots"] for item in handoff["package"]["owed"]] == [{"area": "hub", "power": "no"}]


async def test_who_drops_the_matter_is_not_asked_any_further(world: World) -> None:
    conversation = await world.said("cus_dee", OFFLINE)

    await world.say(conversation, "never mind")

    assert await last(world, conversation) == "All right, I leave it at that. Write here whenever it comes up again."
    assert await owed(world, conversation) == []


async def test_a_check_on_the_records_waits_until_they_show_it(installing: World) -> None:
    conversation = await installing.said("cus_dee", "Please guide me through the installation of my hub")
    first = await last(installing, conversation)
    await installing.say(conversation, "It is there, I think")
    still = await last(installing, conversation)

    await arrived(installing)
    await installing.say(conversation, "Now it is really there")

    assert first == "Step 1 of 2: Tell me when order ord_1004 has arrived."
    assert still.startswith("Step 1 of 2: Order ord_1004 is still on its way")
    assert await last(installing, conversation) == "Step 2 of 2: Plug the hub in. Which colour is its light?"


async def test_a_check_that_came_true_meanwhile_is_not_asked_about(installing: World) -> None:
    await arrived(installing)

    conversation = await installing.said("cus_dee", "Please guide me through the installation of my hub")

    assert await installing.told(conversation) == ["Step 2 of 2: Plug the hub in. Which colour is its light?"]


async def test_a_check_that_never_comes_true_goes_to_a_person(installing: World) -> None:
    conversation = await installing.said("cus_dee", "Please guide me through the installation of my hub")

    await installing.say(conversation, "done")
    await installing.say(conversation, "done, really")

    assert (await outcomes(installing, conversation))[-1] == "handed_over"


async def test_a_run_that_failed_on_the_way_asks_once(world: World) -> None:
    conversation = await world.said("cus_dee", OFFLINE)
    flaky = await world.changed(reasoner=BrokenReasoner(world.opened.services.reasoner, times=1))
    await flaky.say(conversation, "no, it is dark")
    assert len(await world.told(conversation)) == 1

    await world.drive(conversation)

    assert [words.split(":")[0] for words in await world.told(conversation)] == ["Step 1 of 7", "Step 2 of 7"]
    assert await owed(world, conversation) == [("hub_offline", "plug")]


async def test_a_run_that_died_after_it_had_asked_asks_nothing_twice(world: World) -> None:
    conversation = await world.said("cus_dee", OFFLINE)
    await world.say(conversation, "no, it is dark")
    await forgotten(world, conversation)

    await world.drive(conversation)
    await world.say(conversation, "on now")

    told = await world.told(conversation)
    assert [words.split(":")[0] for words in told] == ["Step 1 of 7", "Step 2 of 7", "Step 3 of 7"]
    assert await outcomes(world, conversation) == ["asked_customer"] * 3
