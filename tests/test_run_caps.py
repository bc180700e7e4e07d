"""What one run may use: whoever reaches a cap ends with a person, who is told which; never with a run that hangs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from graph.deps import Deps
from graph.limits.caps import may_call
from graph.reasoners.protocol import Decision, View
from graph.state import Proposal, Reading, Step
from policy.company import Company
from policy.usage import OpenCaps, RunCaps, Usage
from records import spending
from records.database import Database
from records.ids import RunId
from tests.service_world import LATE, World, service, world

__all__ = ["service", "world"]
Json = dict[str, Any]
ADA = "cus_ada"
TWO = (
    "My order ord_1001 is two weeks late, please refund it. The export page shows an error 500 every time I click the "
    "button, and nothing is downloaded to my computer."
)
HELLO = "how do I get my readings out as a spreadsheet"


class Stubborn:
    """A reasoner that wants the same step for ever. `tokens`: what each answer of its model costs."""

    def __init__(self, step: Callable[[View], Step], *, database: Database | None = None, tokens: int = 0) -> None:
        self._step = step
        self._database = database
        self._tokens = tokens
        self.asked = 0

    async def decide(self, view: View) -> Decision:
        self.asked += 1
        if self._database is not None:
            async with self._database.transaction() as conn:
                for row in await (await conn.execute("SELECT id FROM runs")).fetchall():
                    await spending.add_tokens(conn, RunId(row[0]), self._tokens)
        return Decision(step=self._step(view), requests=list(view.requests))


class Capped:
    """The company with other caps."""

    problem = None

    def __init__(self, company: Company, usage: Usage) -> None:
        self._company = replace(company, usage=usage)

    def current(self) -> Company:
        return self._company


def read_again(view: View) -> Step:
    return {"kind": "read", "reads": [{"fact": "order", "focus": {"order": "ord_1001"}, "place": "order"}]}


def read_another(view: View) -> Step:
    known = len(view.facts) + len(view.gaps)
    reads: list[Reading] = [{"fact": "order", "focus": {}, "place": f"order {known + n}"} for n in range(5)]
    return {"kind": "read", "reads": reads}


def search_again(view: View) -> Step:
    return {"kind": "search", "query": "money back"}


def propose_again(view: View) -> Step:
    """A refund of another customer's charge: always denied."""
    proposal: Proposal = {
        "request": view.requests[0]["id"],
        "intent": view.requests[0]["intent"],
        "tool": "issue_refund",
        "arguments": {"charge": "ch_1002", "amount": 100, "cause": "late"},
        "reason": "",
    }
    return {"kind": "propose", "proposal": proposal}


async def capped(world: World, *, runs: int = 20, **run: int) -> World:
    usage = Usage(run=RunCaps(**run), open=OpenCaps(runs=runs))
    return await world.changed(company=Capped(world.opened.services.company.current(), usage))


async def reasons(world: World, *conversations: Json) -> list[str]:
    found = await world.rows("SELECT conversation_id, reason FROM handoffs")
    by_conversation = {row["conversation_id"]: row["reason"] for row in found}
    return [by_conversation.get(each["id"], "") for each in conversations]


async def outcome(world: World, conversation: Json) -> tuple[str, str]:
    (run,) = await world.runs(conversation)
    return run["status"], run["outcome"]


@pytest.mark.parametrize(
    ("step", "caps", "reason"),
    [
        (read_again, {}, "repeated_call"),
        (search_again, {}, "repeated_call"),
        (propose_again, {}, "repeated_proposal"),
        (read_another, {"calls": 14}, "too_many_calls"),
        (read_another, {"steps": 2}, "too_many_steps"),
    ],
)
async def test_a_reasoner_that_goes_round_in_circles_ends_with_a_person(
    world: World, step: Callable[[View], Step], caps: dict[str, int], reason: str
) -> None:
    stubborn = Stubborn(step)
    here = await (await capped(world, **caps)).changed(reasoner=stubborn)

    conversation = await here.said(ADA, LATE)

    assert await outcome(world, conversation) == ("finished", "handed_over")
    assert await reasons(world, conversation) == [reason]
    assert stubborn.asked <= 12
    assert await world.effects() == []


async def test_a_run_that_has_used_up_its_tokens_asks_no_more(world: World) -> None:
    greedy = Stubborn(search_again, database=world.opened.services.database, tokens=600)
    here = await (await capped(world, tokens=1000)).changed(reasoner=greedy)

    conversation = await here.said(ADA, LATE)

    assert greedy.asked == 2
    assert await reasons(world, conversation) == ["too_many_tokens"]


@pytest.mark.parametrize(("caps", "effects", "reason"), [({}, 2, ""), ({"actions": 1}, 1, "too_many_actions")])
async def test_a_run_does_so_much_and_no_more(world: World, caps: dict[str, int], effects: int, reason: str) -> None:
    here = await capped(world, **caps)

    conversation = await here.said(ADA, TWO)

    assert len(await world.effects()) == effects
    assert await reasons(world, conversation) == [reason]


async def test_a_call_too_many_is_not_made_whatever_the_state_says(world: World) -> None:
    here = await capped(world, calls=3)
    conversation = await here.said(ADA, HELLO)
    (run,) = await world.runs(conversation)
    deps = Deps(
        services=here.opened.services, run_id=run["id"], caller=None, resumed_with=None, customer_token="", emit=print
    )

    made = [await may_call(deps, "read", f"order {n}") for n in range(4)]

    assert made[-1] is False


@pytest.mark.parametrize(
    ("texts", "caps"), [(["hello"] * 4, {"messages": 3}), (["hello " * 20, "hello " * 20], {"characters": 200})]
)
async def test_more_than_a_run_can_answer_goes_to_a_person_whole(
    world: World, texts: list[str], caps: dict[str, int]
) -> None:
    here = await capped(world, **caps)
    conversation = await here.open(ADA)
    for number, text in enumerate(texts):
        await here.post(conversation, f"{text} {number}")

    await here.drive(conversation)

    taken_up = await world.rows("SELECT run_id FROM messages WHERE author = 'customer'")
    assert await reasons(world, conversation) == ["too_many_messages"]
    assert len(taken_up) == len(texts)
    assert all(row["run_id"] for row in taken_up)


async def test_a_customer_with_too_many_open_runs_gets_a_person(world: World) -> None:
    here = await capped(world, runs=1)
    first = await here.said("cus_ben", LATE)

    second = await here.said("cus_ben", HELLO)
    other = await here.said(ADA, HELLO)

    assert (await outcome(world, first))[0] == "paused"
    assert await reasons(world, second, other) == ["too_many_runs", ""]
