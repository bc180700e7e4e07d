"""Examples: a person's correction becomes a suggestion, a decision makes it live, and one action takes it back."""

from tests.learning_world import corrected, decided, intent_of, learned
from tests.service_world import World, service, world

__all__ = ["service", "world"]
ODD = "The box with my stuff is nowhere, did the driver eat it?"


async def test_a_correction_is_proposed_accepted_understood_and_taken_back(world: World) -> None:
    conversation = await corrected(world, "cus_ada", ODD, intent="lost_parcel")
    before = intent_of(world, ODD)

    [suggestion] = await learned(world)
    assert intent_of(world, ODD) == before
    assert (await decided(world, suggestion, "accept")).status_code == 200
    assert intent_of(world, ODD) == "lost_parcel"
    assert (await decided(world, suggestion, "rollback")).status_code == 200

    assert intent_of(world, ODD) == before
    assert suggestion["evidence"][0]["conversation_id"] == conversation["id"]
