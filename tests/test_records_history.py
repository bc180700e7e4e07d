"""What Closeloop knows of a customer's earlier conversations."""

from datetime import timedelta

from records.ids import CustomerId
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]


async def test_a_customer_who_never_wrote_has_an_empty_history(world: World) -> None:
    history = await world.opened.services.systems.history.history(CustomerId("cus_ada"))

    assert (history.customer, history.conversations, history.open, history.recent) == ("cus_ada", 0, 0, 0)
    assert (history.last_intent, history.last_outcome, history.last_at, history.last_receipt) == (None,) * 4


async def test_the_history_tells_how_the_latest_conversation_ended_and_what_was_done(world: World) -> None:
    await world.said("cus_ada", "How do I export my readings as a CSV file?")
    world.clock.advance(timedelta(days=40))
    await world.said("cus_ada", LATE)

    history = await world.opened.services.systems.history.history(CustomerId("cus_ada"))

    (entry,) = await world.ledger()
    assert (history.conversations, history.recent, history.open) == (2, 1, 0)
    assert (history.last_intent, history.last_outcome) == ("late_order_refund", "acted")
    assert history.last_receipt == entry["receipt"]["reference"]
    assert history.last_at == world.clock.now()


async def test_a_conversation_that_a_person_has_is_open(world: World) -> None:
    await world.said("cus_ada", "Get me a human being, please")

    history = await world.opened.services.systems.history.history(CustomerId("cus_ada"))

    assert (history.conversations, history.open, history.last_outcome) == (1, 1, "handed_over")


async def test_nobody_sees_another_customers_history(world: World) -> None:
    await world.said("cus_ada", LATE)

    assert (await world.opened.services.systems.history.history(CustomerId("cus_ben"))).conversations == 0
