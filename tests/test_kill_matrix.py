"""The most telling cells of the kill matrix; `make prove` plays it whole (docs/guarantees.md)."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from evals.proofs.cells import ACCEPTED, AFTER_WORK, DECIDED, TARGETS, Cell, cells_of, sampled
from evals.proofs.house import House, housed
from evals.proofs.kept import Kept
from evals.proofs.kill import Result, Undisturbed, play, undisturbed
from evals.proofs.postgres import Postgres
from evals.proofs.scenarios import HANDOFF, PLAYED, scenario
from evals.proofs.site import open_site
from evals.proofs.table import Matrix, sums_of, write_tables
from tools.standard import KIT

CELLS = (
    Cell(tool="issue_refund", target="server", point=DECIDED),
    Cell(tool="issue_refund", target="postgres", point="act:after_call"),
    Cell(tool="change_address", target="server", point="act:after_call"),
    Cell(tool="file_bug", target="demo", point=AFTER_WORK),
)
ALONE = Undisturbed(tool="file_bug", points=(ACCEPTED, "act:start", "act:start#2"), told=("reply",), said=1, cards=0)
CELL = Cell(tool="file_bug", target="server", point="act:start")


def result_of(cell: Cell, *wrong: str) -> Result:
    return Result(cell=cell, ending="acted", effects=1, ledger=1, seconds=1.0, wrong=wrong)


@pytest.fixture(scope="module")
async def house(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    with TemporaryDirectory(prefix="closeloop-") as folder:
        postgres = Postgres(Path(folder, "postgres"))
        async with (
            open_site(postgres.url, tmp_path_factory.mktemp("var"), chroma=True, theirs=postgres_url) as site,
            housed(site, postgres, worker=False) as found,
        ):
            yield found
        postgres.remove()


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
async def test_whatever_is_killed_changes_nothing_about_the_outcome(house: House, cell: Cell) -> None:
    alone = await undisturbed(house, cell.tool)

    result = await play(house, cell, alone)

    assert result.wrong == ()


def test_every_tool_that_changes_something_has_a_scenario() -> None:
    assert set(PLAYED) == {tool.name for tool in KIT.actions} | {HANDOFF}


@pytest.mark.parametrize("tool", [tool for tool in PLAYED if tool != HANDOFF])
def test_a_scenario_ends_with_one_effect_of_its_tool(tool: str) -> None:
    expected = scenario(tool).scene.expect

    assert [entry["tool"] for entry in expected.ledger] == [tool]
    assert [entry["status"] for entry in expected.ledger] == ["done"]
    assert len(expected.effects) == 1


def test_the_matrix_kills_everything_at_every_point_that_a_run_passes() -> None:
    cells = cells_of({"file_bug": ALONE.points, HANDOFF: (ACCEPTED,)})

    assert {cell.target for cell in cells} == set(TARGETS)
    assert [cell for cell in cells if cell.tool == "file_bug" and cell.target == "server"] == [
        Cell(tool="file_bug", target="server", point=point) for point in ALONE.points
    ]
    assert len([cell for cell in cells if cell.target == "demo"]) == len(ALONE.points) + 2 + 1


def test_a_sample_keeps_all_points_of_one_tool_of_each_kind() -> None:
    points = ("act:start", "act:after_call", "act:end")
    cells = cells_of({"file_bug": points, "reset_mfa": points})

    kept = list(sampled(cells, 1))

    assert {cell.point for cell in kept if cell.tool == "file_bug" and cell.target == "worker"} == set(points)
    assert [cell.point for cell in kept if cell.tool == "reset_mfa" and cell.target == "worker"] == ["act:after_call"]


def test_an_interrupted_proof_goes_on_where_it_stood(tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    first = Kept(file, "one")
    first.found(ALONE)
    first.played(result_of(CELL, "two effects"))

    again, other_code = Kept(file, "one"), Kept(file, "two")

    assert again.alone == {"file_bug": ALONE}
    assert again.results == {CELL: result_of(CELL, "two effects")}
    assert (other_code.alone, other_code.results) == ({}, {})


def test_the_table_says_how_much_was_played_and_names_what_broke(tmp_path: Path) -> None:
    cells = cells_of({"file_bug": ALONE.points})

    write_tables(
        tmp_path / "guarantees.md",
        tmp_path / "all.md",
        Matrix(cells=cells, results=[result_of(CELL), result_of(cells[0], "2 effects")]),
    )

    told = (tmp_path / "guarantees.md").read_text("utf-8")
    assert f"2 of {len(cells)} cells were played: 1 held, 1 broken." in told
    assert f"- {cells[0].name}: 2 effects" in told
    assert "| file_bug | `act:start` | done 1/1 |" in (tmp_path / "all.md").read_text("utf-8")


def test_an_empty_table_says_so() -> None:
    assert sums_of(Matrix(cells=[], results=[])).startswith("0 of 0 cells were played: 0 held, 0 broken.")
