"""The cells of the kill matrix: what is killed, where, while which action is under way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from evals.proofs.scenarios import HANDOFF, PLAYED, scenario

Target = Literal["server", "worker", "postgres", "demo"]
TARGETS: tuple[Target, ...] = get_args(Target)
ACCEPTED, DECIDED = "web:accepted", "web:decided"
"""Right after the service has answered 2xx to a message, or to a decision."""
BEFORE_WORK, AFTER_WORK = "system:before_work", "system:after_work"
"""Inside the call of the tool's operation, at the demo company: it has not begun, or it is done and not answered yet."""
INSIDE = {BEFORE_WORK: "die_before", AFTER_WORK: "die_after"}
TELLING = ("act:after_call", "act:after_reserve", AFTER_WORK, "act:after_record", BEFORE_WORK, "act:before_reserve")
"""Where a second effect or a lost one would come from, the most telling first."""
WHOLE = ("issue_refund", "change_address", "file_bug", HANDOFF)
"""One scenario of each kind of idempotency, and the one without an action: a sample plays all points of these."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """While the scenario of `tool` is played, `target` dies at `point`; `#2` is the second time the flow comes there.
    `server` works as well, except beside the `worker`; the database is Closeloop's own, the demo company keeps its own."""

    tool: str
    target: Target
    point: str

    @property
    def name(self) -> str:
        return f"{self.tool} / {self.target} / {self.point}"


def cells_of(points: Mapping[str, Sequence[str]]) -> list[Cell]:
    """The whole matrix, `points` by tool as an undisturbed run passes them. The telling points of all tools come first."""
    cells = [
        Cell(tool=tool, target=target, point=point)
        for tool in PLAYED
        for target in TARGETS
        for point in _points(tool, target, points.get(tool, ()))
    ]
    return sorted(cells, key=lambda cell: _rank(cell.point))


def sampled(cells: Sequence[Cell], size: int) -> Iterator[Cell]:
    """All cells of some tools; of each other tool the `size` most telling points, for each target."""
    taken: dict[tuple[str, str], int] = {}
    for cell in cells:
        place = (cell.tool, cell.target)
        taken[place] = taken.get(place, 0) + 1
        if cell.tool in WHOLE or taken[place] <= size:
            yield cell


def _points(tool: str, target: Target, passed: Sequence[str]) -> Iterator[str]:
    yield from passed
    if target == "demo" and passed and scenario(tool).operation:
        yield from INSIDE


def _rank(point: str) -> int:
    return TELLING.index(point) if point in TELLING else len(TELLING)


def numbered(points: Sequence[str]) -> list[str]:
    """A point that is passed for the nth time is called so from the second on."""
    return [_numbered(point, points[: place + 1].count(point)) for place, point in enumerate(points)]


def _numbered(point: str, times: int) -> str:
    return point if times == 1 else f"{point}#{times}"
