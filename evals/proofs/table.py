"""The kill matrix as a table in Markdown, between two markers of a page."""

from collections.abc import Sequence
from pathlib import Path

from evals.proofs.cells import KINDS, SCENARIOS, Cell
from evals.proofs.kill import Result

BEGIN, END = "<!-- kill-matrix:begin -->", "<!-- kill-matrix:end -->"
Row = tuple[str, str]


def write_table(page: Path, results: Sequence[Result]) -> None:
    """Replaces what stands between the markers; a page that is not there yet is made of the table alone."""
    text = page.read_text("utf-8") if page.exists() else f"# Guarantees\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table_of(results)}\n{END}{after}", "utf-8")


def table_of(results: Sequence[Result]) -> str:
    """A row per point, a column per scenario and kind of process."""
    columns = [(scenario, kind) for scenario in SCENARIOS for kind in KINDS]
    by_cell = {result.cell: result for result in results}
    points = list(dict.fromkeys(result.cell.point for result in results))
    head = [f"{scenario.tool or 'handoff'}, {scenario.idempotency}: {kind}" for scenario, kind in columns]
    lines = [["killed at", *head], ["---"] * (len(head) + 1)]
    for point in sorted(points, key=_order):
        cells = [Cell(scenario=scenario, kind=kind, point=point) for scenario, kind in columns]
        lines.append([f"`{point}`", *(_told(by_cell.get(cell)) for cell in cells)])
    failed = sum(bool(result.wrong) for result in results)
    summary = f"{len(results)} cells, {len(results) - failed} held, {failed} broken."
    return "\n".join([summary, "", *(f"| {' | '.join(line)} |" for line in lines)])


def _order(point: str) -> int:
    """As the longest scenario meets them, the others' own points last."""
    known = list(dict.fromkeys(point for scenario in SCENARIOS for point in scenario.points))
    return known.index(point)


def _told(result: Result | None) -> str:
    """How it ended: effects at the demo system / rows in the ledger."""
    if result is None:
        return ""
    if result.wrong:
        return f"**broken**: {'; '.join(result.wrong)}"
    ending = "done" if result.ending == "acted" else "person"
    return f"{ending} {result.effects}/{result.ledger}"
