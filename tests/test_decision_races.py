"""Approve, reject, edit, withdraw and expire, by fifty callers of several processes at once: one of them wins."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evals.proofs.races import PACE, Arena, Round, open_arena, race, table_of
from evals.proofs.site import open_site

ROUNDS = 10


@pytest.fixture
async def arena(postgres_url: str, tmp_path: Path) -> AsyncIterator[Arena]:
    async with open_site(postgres_url, tmp_path, chroma=False) as site, open_arena(site, processes=2) as found:
        yield found


@pytest.mark.slow
async def test_of_fifty_who_decide_at_once_one_wins_and_what_happens_is_what_they_said(arena: Arena) -> None:
    rounds: list[Round] = []
    for number in range(ROUNDS):
        rounds.append(await race(arena, number, rounds[-1].pace if rounds else PACE))

    assert [each.wrong for each in rounds] == [()] * ROUNDS
    assert len({each.winner for each in rounds}) > 1


def test_the_table_counts_each_way_in_which_a_round_ended() -> None:
    rounds = [
        Round(winner="approved", refused=33, effects=1, ledger=1, wrong=()),
        Round(winner="approved", refused=30, effects=1, ledger=1, wrong=("2 won",)),
        Round(winner="expired", refused=40, effects=0, ledger=0, wrong=()),
    ]

    table = table_of(rounds).splitlines()

    assert "3 rounds of 50 callers" in table[0]
    assert "2 held, 1 broken" in table[0]
    assert table[4:] == ["| approved | 2 | 63 | 2 | 2 | 1 |", "| expired | 1 | 40 | 0 | 0 | 0 |"]
