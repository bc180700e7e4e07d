"""Articles: what a person wrote where no article helped becomes a suggestion, then an article that answers, then none."""

from tests.learning_world import Json, decided, headers, learned
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
