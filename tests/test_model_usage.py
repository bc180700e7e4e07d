"""What language models took: by day, intent, model, run and ending, at the door and on the command line."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from commands.usage import cost, short, show
from policy.company import Company
from policy.models import ModelUsage, Price, models_of
from policy.source import Problem, document
from policy.usage import Usage
from server import open_doors
from settings import Settings
from tests.model_world import Modelled, modelled, staff_doors
from tests.service_world import LATE, World, service, world
from tests.web_world import served
from web.mount import new_app

__all__ = ["service", "world"]

Json = dict[str, Any]
REFUND: Json = {"name": "issue_refund", "arguments": {"charge": "ch_1001", "amount": 4800, "cause": "late"}}
DONE: Json = {"when": {"system": "was done"}, "text": "I am sorry about the wait. {{playbook}}"}
HOW = "How do refunds work when an order arrives late?"
QUOTE: Json = {"text": "{{quote:refunds#late-orders-1}}"}
PRICE = Price(prompt=250_000, cached=25_000, answer=2_000_000)


class Priced:
    """The company with a price for its model."""

    problem = None

    def __init__(self, company: Company) -> None:
        self._company = replace(company, usage=Usage(models=ModelUsage(prices={"scripted": PRICE})))

    def current(self) -> Company:
        return self._company


@asynccontextmanager
async def priced(world: World, *turns: Json) -> AsyncIterator[Modelled]:
    mine = await world.changed(company=Priced(world.opened.services.company.current()))
    async with modelled(mine, *turns) as scripted:
        yield scripted


async def usage(world: World, **asked: str) -> list[Json]:
    async with staff_doors(world) as http:
        items: list[Json] = (await http.get("/usage", params=asked)).raise_for_status().json()["items"]
    return items


async def test_a_run_counts_its_calls_tokens_time_and_cost(world: World) -> None:
    async with priced(world, DONE, {"calls": [REFUND]}) as scripted:
        conversation = await scripted.world.said("cus_ada", LATE)
        (line,) = await usage(scripted.world, by="run", conversation=conversation["id"])

    told = [each["data"] for each in await world.rows("SELECT data FROM events WHERE type = 'model' ORDER BY seq")]
    assert line["of"] == (await world.runs(conversation))[0]["id"]
    assert (line["calls"], line["failed"], line["unpriced"]) == (2, 0, 0)
    assert line["prompt"] == sum(each["prompt"] for each in told) > 0
    assert line["answer"] == sum(each["answer"] for each in told) > 0
    assert line["cost_micros"] == sum(PRICE.of(prompt=e["prompt"], cached=0, answer=e["answer"]) for e in told)
    assert 0 < line["first_seconds"] <= line["seconds"]


async def test_what_failed_is_counted_and_named_without_the_words_of_the_answer(world: World) -> None:
    unknown = {"calls": [{"name": "mail_ada_bell"}], "times": 1}
    async with priced(world, unknown, DONE, {"calls": [REFUND]}) as scripted:
        await scripted.world.said("cus_ada", LATE)
        (line,) = await usage(scripted.world, by="intent")

    failures = await world.rows("SELECT failure FROM model_calls ORDER BY id")
    assert (line["of"], line["calls"], line["failed"]) == ("late_order_refund", 3, 1)
    assert [row["failure"] for row in failures] == ["unusable", "", ""]


async def test_a_call_that_broke_off_before_its_tokens_were_told_is_estimated_and_counted(world: World) -> None:
    cut = {"text": "I am sorry about the wait.", "fault": {"cut_after": 3}, "times": 1}
    async with priced(world, cut, QUOTE) as scripted:
        await scripted.world.said("cus_ada", HOW)

    first, second = await world.rows("SELECT failure, prompt, cost_micros FROM model_calls ORDER BY id")
    assert (first["failure"], second["failure"]) == ("cut", "")
    assert 0 < first["prompt"] < 3 * second["prompt"]
    assert first["cost_micros"] > 0


async def test_days_are_the_companys_and_only_those_that_are_asked_for_count(world: World) -> None:
    async with priced(world, QUOTE) as scripted:
        mine = scripted.world
        await mine.said("cus_ada", HOW)
        first = mine.clock.now()
        mine.clock.advance(timedelta(days=1))
        await mine.said("cus_ben", HOW)
        days = await usage(mine, by="day")
        alone = await usage(mine, by="day", until=days[0]["of"])

    assert [line["calls"] for line in days] == [1, 1]
    assert days[0]["of"] == first.astimezone(mine.opened.services.company.current().hours.zone).date().isoformat()
    assert alone == days[:1]


async def test_what_a_resolved_conversation_costs_counts_those_without_a_call(world: World) -> None:
    async with priced(world, QUOTE) as scripted:
        mine = scripted.world
        conversation = await mine.said("cus_ada", HOW)
        other = await mine.said("cus_ben", "Thanks, that helped!")
        ids = [conversation["id"], other["id"]]
        await world.rows("UPDATE conversations SET status = 'resolved_confirmed' WHERE id = ANY (%s)", ids)
        await mine.said("cus_cid", HOW)
        by_ending = {line["of"]: line for line in await usage(mine, by="ending")}

    resolved = by_ending["resolved_confirmed"]
    assert (resolved["conversations"], resolved["calls"]) == (2, 1)
    assert resolved["cost_micros"] > 0
    assert "waiting_customer" in by_ending


async def test_runs_are_told_of_one_conversation_at_a_time_and_to_leads_alone(world: World) -> None:
    async with staff_doors(world) as http:
        assert (await http.get("/usage", params={"by": "run"})).status_code == 422
        assert (await http.get("/usage", headers={"Authorization": "Bearer nobody"})).status_code == 401


async def test_the_command_prints_a_line_for_each_model_and_how_much_of_the_budget_is_left(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    async with priced(world, QUOTE) as scripted:
        await scripted.world.said("cus_ada", HOW)
        app = new_app()
        async with open_doors(scripted.world.opened) as app.state.doors, served(app) as http:
            asked: Json = {"by": "model", "since": None, "until": None, "conversation": None}
            given: Json = {"key": world.staff_key, "url": str(http.base_url)}
            await asyncio.to_thread(show, Settings(), **asked, as_json=True, **given)
            told = json.loads(capsys.readouterr().out)
            await asyncio.to_thread(show, Settings(), **asked, as_json=False, **given)

    printed = capsys.readouterr().out
    assert [(line["of"], line["calls"]) for line in told["items"]] == [("scripted", 1)]
    assert "Model" in printed
    assert "There is no daily budget." in printed


@pytest.mark.parametrize(
    ("prompt", "cached", "answer", "micros"),
    [(0, 0, 0, 0), (1_000_000, 0, 0, 250_000), (1_000_000, 1_000_000, 0, 25_000), (0, 0, 1, 2), (1, 0, 0, 1)],
)
def test_a_price_is_micros_for_a_million_tokens_rounded_up(prompt: int, cached: int, answer: int, micros: int) -> None:
    assert PRICE.of(prompt=prompt, cached=cached, answer=answer) == micros


def test_micros_and_tokens_are_shown_short_enough_for_a_screen() -> None:
    assert (cost(1234), cost(12_340_000), cost(None)) == ("0.0012", "12.3400", "")
    assert [short(n) for n in (9_999, 45_678, 1_234_567)] == ["9999", "45.7 k", "1.23 M"]


def test_budget_and_prices_are_read_from_the_company_and_mistakes_are_named() -> None:
    text = "tokens_per_day: 5000\nprices:\n  small: {prompt: 10, answer: 20}\n  big: {prompt: x, answer: 1, each: 2}\n"
    problems: list[Problem] = []

    read = models_of(document(text, file="company.yaml", problems=problems))

    assert read.tokens_per_day == 5000
    assert read.prices["small"] == Price(prompt=10, cached=10, answer=20)
    assert sorted((problem.line, problem.field) for problem in problems) == [
        (4, "prices.big.each"),
        (4, "prices.big.prompt"),
    ]
