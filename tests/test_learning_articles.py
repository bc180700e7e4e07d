"""Articles: what a person wrote where no article helped becomes a suggestion, then an article that answers, then none."""

from records.manifest import Filed
from tests.learning_world import Json, decided, headers, learned, post
from tests.service_world import World, service, world

__all__ = ["service", "world"]
ASKED = "Do you offer gift wrapping for a hub that I order as a present?"
WROTE = (
    "Hi there,\nThanks for asking! Yes, we wrap hubs as gifts for $5 an item. Tick the gift box at the checkout, and write "
    "a message of up to 200 letters for the card. I have added it to your order ord_1001.\nBest regards,\nRobin"
)


async def answered_by_a_person(world: World, customer: str = "cus_ada", text: str = ASKED) -> Json:
    """Handed over, taken over, answered."""
    conversation = await world.said(customer, text)
    for door, body in (("take-over", {}), ("replies", {"text": WROTE})):
        path = f"/conversations/{conversation['id']}/{door}"
        (await world.http.post(path, json=body, headers=headers(world))).raise_for_status()
    return conversation


async def support(world: World) -> float:
    return (await world.opened.services.search.search(ASKED)).support


async def test_what_a_person_wrote_becomes_an_article_that_answers_and_is_taken_back(world: World) -> None:
    before = await support(world)
    await answered_by_a_person(world)

    [suggestion] = await learned(world)
    assert await support(world) == before
    assert (await decided(world, suggestion, "accept")).status_code == 200
    told = await world.told(await world.said("cus_ben", ASKED))
    assert (await decided(world, suggestion, "rollback")).status_code == 200

    assert "wrap hubs as gifts" in told[-1]
    assert await support(world) == before
    assert "ord_1001" not in suggestion["change"]["body"]
    assert "Robin" not in suggestion["change"]["body"]


async def test_a_correction_stands_in_place_of_the_article_and_the_article_is_back_after_it(world: World) -> None:
    conversation = await world.said("cus_ada", "When do I see a refund on my statement?")
    [run] = await world.runs(conversation)
    wrong = {"article": "refunds", "answer": "It shows on your statement within three working days.", "why": "new bank"}
    await post(world, f"/runs/{run['id']}/corrections", wrong)

    [suggestion] = await learned(world)
    accepted = await decided(world, suggestion, "accept")
    [instead] = [each for each in served(world) if each.title.startswith("Refunds")]
    await decided(world, suggestion, "rollback")
    [back] = [each for each in served(world) if each.title.startswith("Refunds")]

    assert accepted.status_code == 200, suggestion["gate"]
    assert suggestion["target"] == "refunds"
    assert [each["was"] for each in suggestion["overwrites"]] == ["It shows on your statement within ten working days."]
    assert "within three working days" in instead.body
    assert "within ten working days" in back.body


async def test_what_contradicts_an_article_that_stays_is_held_back(world: World) -> None:
    conversation = await world.said("cus_ada", "Until when can I send a photo of a damaged device?")
    [run] = await world.runs(conversation)
    said = "Send us a photo of the device and of the packaging within 60 days."
    await post(world, f"/runs/{run['id']}/corrections", {"answer": said, "why": "they asked"})

    [suggestion] = await learned(world)

    assert suggestion["state"] == "failed"
    assert "contradicts" in [each["code"] for each in suggestion["gate"]["reasons"]]


def served(world: World) -> list[Filed]:
    """The articles that customers are answered from."""
    library = world.opened.services.library
    assert library is not None
    return library.articles()
