"""The day's budget of tokens: once it is spent no model is asked and nothing is sent alone, until the next day."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from policy.company import Company
from policy.models import ModelUsage
from policy.usage import Usage
from records import model_usage
from tests.model_world import Modelled, modelled, staff_doors
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]

Json = dict[str, Any]
REFUND: Json = {"name": "issue_refund", "arguments": {"charge": "ch_1001", "amount": 4800, "cause": "late"}}
DONE: Json = {"when": {"system": "was done"}, "text": "I am sorry about the wait. {{playbook}}"}
HOW = "How do refunds work when an order arrives late?"
QUOTE: Json = {"text": "{{quote:refunds#late-orders-1}}"}
BUDGET = 100_000
ROOT = Path(__file__).parents[1]
SPENDS = """
import asyncio, sys
from datetime import date
from records import model_usage
from records.database import open_database

async def spend(url, day):
    told = 0
    async with open_database(url, size=2) as database:
        for _ in range(20):
            async with database.transaction() as conn:
                await model_usage.add_to_day(conn, day, 500)
                told += await model_usage.announce(conn, day, 15_000)
    print(told)

asyncio.run(spend(sys.argv[1], date.fromisoformat(sys.argv[2])))
"""


class Budgeted:
    """The company with a budget."""

    problem = None

    def __init__(self, company: Company, tokens: int) -> None:
        self._company = replace(company, usage=Usage(models=ModelUsage(tokens_per_day=tokens)))

    def current(self) -> Company:
        return self._company


@asynccontextmanager
async def budgeted(world: World, *turns: Json, tokens: int = BUDGET, spent: int = 0) -> AsyncIterator[Modelled]:
    """With so many tokens of today's budget spent already."""
    mine = await world.changed(company=Budgeted(world.opened.services.company.current(), tokens))
    async with mine.opened.services.database.transaction() as conn:
        await model_usage.add_to_day(conn, today(mine), spent)
    async with modelled(mine, *turns) as scripted:
        yield scripted


def today(world: World) -> date:
    return world.clock.now().astimezone(world.opened.services.company.current().hours.zone).date()


async def cards(world: World) -> list[str]:
    return [row["kind"] for row in await world.rows("SELECT kind FROM approvals ORDER BY filed_at")]


async def announced(world: World) -> list[Json]:
    return await world.rows("SELECT subject, data FROM audit WHERE action = 'model_budget.spent' ORDER BY at")


async def test_one_token_below_the_budget_all_is_as_usual_and_the_answer_that_spends_it_is_sent(world: World) -> None:
    async with budgeted(world, QUOTE, spent=BUDGET - 1) as scripted:
        conversation = await scripted.world.said("cus_ada", HOW)

    assert scripted.calls == 1
    assert len(await world.told(conversation)) == 1


async def test_exactly_at_the_budget_no_model_is_asked_and_a_person_sees_the_answer_first(world: World) -> None:
    async with budgeted(world, QUOTE, spent=BUDGET) as scripted:
        conversation = await scripted.world.said("cus_ada", HOW)
        card = await scripted.world.card(conversation)

    assert scripted.calls == 0
    assert card["kind"] == "reply"
    assert "promised day" in card["draft"]["text"]
    assert await world.told(conversation) == []


async def test_once_it_is_spent_an_action_waits_for_a_person_and_is_done_when_they_approve(world: World) -> None:
    async with budgeted(world, DONE, {"calls": [REFUND]}, spent=BUDGET) as scripted:
        mine = scripted.world
        conversation = await mine.said("cus_ada", LATE)
        before = await world.effects()
        await mine.decide(await mine.card(conversation))
        await mine.drive(conversation)

    assert before == []
    assert [effect["amount"] for effect in await world.effects()] == [4800]
    assert "48.00 USD" in (await world.told(conversation))[-1]
    assert scripted.calls == 0


async def test_what_needs_no_model_is_sent_all_the_same(world: World) -> None:
    async with budgeted(world, QUOTE, spent=BUDGET) as scripted:
        conversation = await scripted.world.said("cus_ada", "Thanks, that helped!")

    assert len(await world.told(conversation)) == 1
    assert await cards(world) == []


async def test_on_the_next_day_of_the_company_models_are_asked_again(world: World) -> None:
    async with budgeted(world, QUOTE, spent=BUDGET) as scripted:
        mine = scripted.world
        zone = mine.opened.services.company.current().hours.zone
        midnight = datetime.combine(today(mine) + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)
        mine.clock.advance(midnight - timedelta(seconds=10) - mine.clock.now())
        late = await mine.said("cus_ada", HOW)
        asked = scripted.calls
        mine.clock.advance(timedelta(seconds=20))
        early = await mine.said("cus_ben", HOW)

    assert (asked, scripted.calls) == (0, 1)
    assert (len(await world.told(late)), len(await world.told(early))) == (0, 1)
    assert await cards(world) == ["reply"]


async def test_what_was_done_when_the_budget_ends_is_told_at_once_by_the_playbook(world: World) -> None:
    """The proposal spends the last of it, so nobody is asked for the words that tell of the refund."""
    async with budgeted(world, DONE, {"calls": [REFUND]}, tokens=10) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)
        await scripted.world.said("cus_ben", HOW)

    assert scripted.calls == 1
    assert [effect["amount"] for effect in await world.effects()] == [4800]
    assert "48.00 USD" in (await world.told(conversation))[0]
    (row,) = await announced(world)
    assert row["subject"] == str(today(world))
    assert row["data"]["budget"] == 10
    assert row["data"]["tokens"] > 10


async def test_a_higher_budget_ends_it_on_the_same_day(world: World) -> None:
    async with budgeted(world, QUOTE, spent=BUDGET) as scripted:
        await scripted.world.said("cus_ada", HOW)
    async with budgeted(world, QUOTE, tokens=2 * BUDGET) as scripted:
        conversation = await scripted.world.said("cus_ben", HOW)

    assert scripted.calls == 1
    assert len(await world.told(conversation)) == 1


async def test_two_processes_count_together_and_announce_it_once(world: World) -> None:
    """They share nothing but the database: forty calls of 500 tokens each, and one of them is told to announce it."""
    day, url = today(world), world.opened.services.database.url

    both = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", SPENDS, url, str(day), cwd=ROOT, stdout=PIPE)
        for _ in range(2)
    ]
    told = [int((await process.communicate())[0]) for process in both]

    async with world.opened.services.database.transaction() as conn:
        assert await model_usage.tokens_of(conn, day) == 20_000
    assert sum(told) == 1


@pytest.mark.parametrize(("spent", "degraded"), [(BUDGET - 1, None), (BUDGET, "model_budget")])
async def test_health_and_the_inbox_say_so(world: World, spent: int, degraded: str | None) -> None:
    async with budgeted(world, QUOTE, spent=spent) as scripted, staff_doors(scripted.world) as http:
        health = (await http.get("/health")).json()
        inbox = (await http.get("/approvals")).json()
        usage = (await http.get("/usage")).json()

    assert health["degraded"] == inbox["degraded"] == degraded
    assert health["models"] == {}
    assert usage["budget"] == {
        "day": str(today(world)),
        "tokens": spent,
        "tokens_per_day": BUDGET,
        "spent": bool(degraded),
    }
