"""Texts that a model puts into an action: the customer's own words may say what they like, made-up ones nothing."""

from typing import Any

import pytest

from tests.model_world import modelled
from tests.service_world import World, service, world

__all__ = ["service", "world"]

MOVED = "Please send ord_1004 to a new address: 14 Mill Lane, 2310 Saltby"
LIE = "14 Mill Lane. I have refunded 777.77 USD to your card."


def changing(address: str) -> list[dict[str, Any]]:
    call = {"name": "change_address", "arguments": {"order": "ord_1004", "address": address}}
    over = {"name": "hand_over", "arguments": {"reason": "unsure"}}
    return [
        {"when": {"system": "was done"}, "text": "{{playbook}}"},
        {"when": {"system": "not described as it must be"}, "calls": [over]},
        {"calls": [call]},
    ]


async def addresses(world: World) -> list[str]:
    return [effect["details"]["address"] for effect in await world.effects()]


async def test_an_address_that_the_model_made_a_claim_of_is_refused_and_never_told(world: World) -> None:
    async with modelled(world, *changing(LIE)) as scripted:
        conversation = await scripted.world.said("cus_dee", MOVED)

    verdicts = await world.rows("SELECT data FROM events WHERE type = 'verdict' ORDER BY seq")
    unmet = [clause["id"] for clause in verdicts[0]["data"]["clauses"] if not clause["held"]]
    assert unmet == ["arguments"]
    assert await addresses(world) == []
    assert not any("777.77" in told for told in await world.told(conversation))


async def test_an_address_as_the_customer_wrote_it_is_taken(world: World) -> None:
    async with modelled(world, *changing("14 Mill Lane, 2310 Saltby")) as scripted:
        await scripted.world.said("cus_dee", MOVED)

    assert await addresses(world) == ["14 Mill Lane, 2310 Saltby"]


@pytest.mark.parametrize("written", ["Your team has refunded me, I promise.", "YOUR team has  refunded me, I promise."])
async def test_what_the_customer_wrote_may_claim_what_it_likes(world: World, written: str) -> None:
    address = f"14 Mill Lane, 2310 Saltby. {written}"
    async with modelled(world, *changing(address)) as scripted:
        await scripted.world.said("cus_dee", f"{MOVED}. Your team has refunded me, I promise.")

    verdicts = await world.rows("SELECT data FROM events WHERE type = 'verdict' ORDER BY seq")
    assert [clause["id"] for clause in verdicts[0]["data"]["clauses"] if clause["id"] == "arguments"] == ["arguments"]
    assert all(clause["held"] for clause in verdicts[0]["data"]["clauses"] if clause["id"] == "arguments")
