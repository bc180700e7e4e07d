"""The kill matrix in Markdown: its sums between two markers of a page, and every cell on a page of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.proofs.cells import ACCEPTED, AFTER_WORK, BEFORE_WORK, DECIDED, TARGETS, Cell
from evals.proofs.kill import Result
from evals.proofs.scenarios import PLAYED, scenario

BEGIN, END = "<!-- kill-matrix:begin -->", "<!-- kill-matrix:end -->"
ALL = """# The kill matrix, cell by cell

Written by `make prove`; what it means, and its sums, are in [guarantees.md](guarantees.md#the-kill-matrix). A cell says
how it ended: `done` or with a `person`, effects at the demo company / rows in the ledger. What was not played is empty,
and a row is left out where nothing was.
"""


STAGES = (
    ACCEPTED,
    "driver:",
    "classify:",
    "gather_context:",
    "retrieve:",
    "decide:",
    "check_entitlement:",
    "request_approval:",
    DECIDED,
    "human_approval:",
    "act:start",
    "act:before_reserve",
    "act:after_reserve",
    BEFORE_WORK,
    AFTER_WORK,
    "act:after_call",
    "act:after_record",
    "act:end",
    "reply:",
    "escalate:",
    "",
)
"""Where a run passes, in order."""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """`cells`: all there are; `results`: of those that were played."""

    cells: Sequence[Cell]
    results: Sequence[Result]


def write_tables(page: Path, every: Path, matrix: Matrix) -> None:
    """Replaces what stands between the markers of `page`; `every` is written anew."""
    text = page.read_text("utf-8") if page.exists() else f"# Guarantees\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{sums_of(matrix)}\n{END}{after}", "utf-8")
    every.write_text(f"{ALL}\n{cells_of_all(matrix)}\n", "utf-8")


def sums_of(matrix: Matrix) -> str:
    """What held of what was played, by point and by tool; the broken cells by name."""
    broken = [result for result in matrix.results if result.wrong]
    held = len(matrix.results) - len(broken)
    played = f"{len(matrix.results)} of {len(matrix.cells)} cells were played: {held} held, {len(broken)} broken."
    points = list(dict.fromkeys(base_of(cell.point) for cell in _in_order(matrix.cells)))
    by_point = _counted(matrix, "killed at", points, lambda cell: base_of(cell.point), lambda point: f"`{point}`")
    tools = [tool for tool in PLAYED if any(cell.tool == tool for cell in matrix.cells)]
    by_tool = _counted(matrix, "while", tools, lambda cell: cell.tool, _told_tool)
    names = [f"- {result.cell.name}: {'; '.join(result.wrong)}" for result in broken]
    return "\n".join([played, "", *by_point, "", *by_tool, *(["", "Broken:", ""] if names else []), *names])


def cells_of_all(matrix: Matrix) -> str:
    """A row per tool and point, a column per process that dies."""
    by_cell = {result.cell: result for result in matrix.results}
    rows = dict.fromkeys((cell.tool, cell.point) for cell in _in_order(list(by_cell)))
    lines = [_line(["while", "killed at", *TARGETS]), _line(["---"] * (len(TARGETS) + 2))]
    for tool, point in rows:
        cells = [Cell(tool=tool, target=target, point=point) for target in TARGETS]
        lines.append(_line([tool, f"`{point}`", *(_told(by_cell.get(cell)) for cell in cells)]))
    return "\n".join(lines)


def base_of(point: str) -> str:
    """Without the number of times."""
    return point.partition("#")[0]


def _counted(
    matrix: Matrix, head: str, names: Sequence[str], of: Callable[[Cell], str], shown: Callable[[str], str]
) -> Iterator[str]:
    """`held/played` by name and target."""
    yield _line([head, *TARGETS])
    yield _line(["---"] * (len(TARGETS) + 1))
    for name in names:
        found = [[r for r in matrix.results if of(r.cell) == name and r.cell.target == target] for target in TARGETS]
        yield _line([shown(name), *(_sum(results) for results in found)])


def _sum(results: Sequence[Result]) -> str:
    if not results:
        return ""
    held = [result for result in results if not result.wrong]
    persons = sum(result.ending != "acted" and result.cell.tool in _TOOLS for result in held)
    return f"{len(held)}/{len(results)}" + (f", {persons} with a person" if persons else "")


_TOOLS = {tool for tool, (_, operation) in PLAYED.items() if operation}


def _told_tool(tool: str) -> str:
    return f"{tool}, {scenario(tool).idempotency}" if tool in _TOOLS else "a request for a person"


def _told(result: Result | None) -> str:
    if result is None:
        return ""
    if result.wrong:
        return f"**broken**: {'; '.join(result.wrong)}"
    return f"{'done' if result.ending == 'acted' else 'person'} {result.effects}/{result.ledger}"


def _in_order(cells: Sequence[Cell]) -> list[Cell]:
    """By tool, and in a tool as its run passes the points; in the matrix the telling points come first."""
    tools = list(PLAYED)
    return sorted(cells, key=lambda cell: (tools.index(cell.tool), _stage(cell.point)))


def _stage(point: str) -> tuple[int, int]:
    """When a run comes there first, and then again."""
    name, _, times = point.partition("#")
    return int(times or 1), next(place for place, begins in enumerate(STAGES) if name.startswith(begins))


def _line(fields: Sequence[str]) -> str:
    return f"| {' | '.join(fields)} |"
