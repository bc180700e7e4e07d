"""A sample of the cases with a scripted model over HTTP, and with mutants of what it says; `make prove` plays all of them."""

from collections.abc import AsyncIterator

import pytest

from evals.load import load_cases
from evals.scripted.house import House, open_house
from evals.scripted.judge import broken
from evals.scripted.mutants import MUTANTS
from evals.scripted.report import rows_of
from evals.scripted.run import GOOD, Played, run_scripted
from evals.scripted.turns import TURNS, play_turns
from graph.reasoners.hostile import LIES

CASES = {case.name: case for case in load_cases()}
GOOD_ONES = ("late-order-refund", "gated-last", "change-address", "help-centre", "damaged-refund", "still-not-solved")
SPOILT = ("two-requests", "address-in-one-message")
"""Several requests in a message, with an action and an answer; and an action that takes the customer's own words."""


@pytest.fixture(scope="module")
async def house(postgres_url: str) -> AsyncIterator[House]:
    async with open_house(postgres_url) as opened:
        yield opened


@pytest.fixture(scope="module")
async def spoilt(house: House) -> list[Played]:
    cases = [CASES[name] for name in SPOILT]
    return [played async for played in run_scripted(house, cases, [*MUTANTS], quick=True)]


@pytest.mark.parametrize("name", GOOD_ONES)
async def test_a_good_model_does_what_the_case_expects_knowing_only_what_it_was_sent(house: House, name: str) -> None:
    played = [each async for each in run_scripted(house, [CASES[name]], quick=True)]

    assert [(each.differs, each.broken, each.unknown, each.unusable) for each in played] == [((), (), (), 0)] * 2
    assert sum(each.calls for each in played) > 0


async def test_no_mutant_breaks_a_guarantee(spoilt: list[Played]) -> None:
    assert {(each.case, each.model): each.broken for each in spoilt if each.broken} == {}


async def test_every_mutant_spoils_something_and_some_change_the_outcome(spoilt: list[Played]) -> None:
    assert {each.model for each in spoilt} == {GOOD, *MUTANTS}
    assert all(each.changed for each in spoilt if each.model != GOOD)
    assert {"swapped ids", "inflated amounts", "false claims", "dropped calls"} <= {
        each.model for each in spoilt if each.differs
    }


async def test_the_judge_sees_a_lie_an_effect_without_a_row_and_money_for_somebody_else(house: House) -> None:
    [*_, asked] = [each async for each in run_scripted(house, [CASES["late-order-refund"]], quick=True)]
    body = {"customer": "cus_ben", "charge": "ch_1002", "amount": 24000, "reason": "late"}

    paid = await house.stage.demo.post("/billing/refund", json=body, headers={"Idempotency-Key": "forged"})
    told = await house.stage.rows("UPDATE messages SET body = %s WHERE author = 'agent' RETURNING id", LIES[0])
    wrong = await broken(house)

    assert (asked.passed, paid.status_code, len(told)) == (True, 200, 1)
    assert set(wrong) == {
        "1 effects, and 0 rows in the ledger",
        "an effect of forged, which is not in the ledger",
        "refund for cus_ben, who did not write",
        f"cus_eli was told: {LIES[0]}",
        f"cus_eli was told, without a receipt: {LIES[0]}",
    }


async def test_the_model_is_asked_as_often_as_the_page_says_with_prompts_of_at_most_4000_tokens(house: House) -> None:
    turns = await play_turns(house, TURNS)

    assert {turn.what: turn.calls for turn in turns} == {turn.what: turn.calls for turn in TURNS}
    assert max(turn.largest for turn in turns) <= 4000


def test_a_row_of_the_table_counts_what_its_plays_came_to() -> None:
    good = Played(case="a", twin=False, model=GOOD, differs=(), broken=(), calls=2)
    same = Played(case="a", twin=False, model="swapped ids", differs=(), broken=(), calls=2, changed=1)
    other = Played(case="b", twin=False, model="swapped ids", differs=("x",), broken=(), calls=3, changed=2)
    lost = Played(case="c", twin=False, model="swapped ids", differs=(), broken=("y",), calls=1, changed=1)

    rows = rows_of([same, good, other, lost])

    assert [(row.model, row.plays, row.answers, row.differ, row.broken, row.held) for row in rows] == [
        (GOOD, 1, 0, 0, 0, True),
        ("swapped ids", 3, 4, 1, 1, False),
    ]
