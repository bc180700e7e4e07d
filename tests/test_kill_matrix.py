"""The most telling points of the kill matrix; `make prove` plays it whole (docs/guarantees.md)."""

from collections.abc import AsyncIterator

import pytest

from evals.proofs.cells import ADDRESS, BUG, DECIDED, REFUND, Cell, all_cells
from evals.proofs.kill import play
from evals.proofs.site import Site, open_site
from evals.proofs.table import table_of

CELLS = (
    Cell(scenario=REFUND, kind="server", point="request_approval:end"),
    Cell(scenario=REFUND, kind="server", point=DECIDED),
    Cell(scenario=REFUND, kind="worker", point="act:after_call"),
    Cell(scenario=ADDRESS, kind="server", point="act:after_reserve"),
    Cell(scenario=ADDRESS, kind="server", point="act:after_call"),
    Cell(scenario=BUG, kind="server", point="act:after_call"),
    Cell(scenario=BUG, kind="worker", point="act:after_record"),
)


@pytest.fixture(scope="module")
async def site(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with open_site(postgres_url, tmp_path_factory.mktemp("var"), chroma=True) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.scenario.tool}-{cell.kind}-{cell.point}")
async def test_a_killed_process_changes_nothing_about_the_outcome(site: Site, cell: Cell) -> None:
    result = await play(site, cell)

    assert result.wrong == ()


def test_the_matrix_kills_server_and_worker_at_every_node_and_inside_act() -> None:
    cells = list(all_cells())
    nodes = {cell.point.partition(":")[0] for cell in cells}
    inside = {cell.point for cell in cells if cell.scenario.tool == "file_bug" and cell.point.startswith("act:")}

    assert nodes >= {"classify", "gather_context", "retrieve", "decide", "check_entitlement", "request_approval"}
    assert nodes >= {"human_approval", "act", "reply", "escalate", "driver", "web"}
    assert inside >= {"act:before_reserve", "act:after_reserve", "act:after_call", "act:after_record"}
    assert len([cell for cell in cells if cell.kind == "worker"]) * 2 == len(cells)


def test_an_empty_table_says_so() -> None:
    assert table_of([]).startswith("0 cells, 0 held, 0 broken.")
