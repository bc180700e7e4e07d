"""Plays cases one after the other, each in all its phrasings and with its twin, and keeps what came of them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from evals.case import Case, Scene, scenes
from evals.compare import differences
from evals.coverage import Item
from evals.found import Edge
from evals.play import TurnFailed, play
from evals.stage import NotAtRest, Stage


@dataclass(frozen=True, kw_only=True)
class Played:
    """One phrasing, in the case itself or in its twin. `wrong` is empty when all was as it must be."""

    phrasing: str
    twin: bool
    wrong: list[str]
    edges: frozenset[Edge] = field(default_factory=frozenset)
    reached: frozenset[Item] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Result:
    """`seconds`: how long the whole case took."""

    case: Case
    plays: list[Played]
    seconds: float

    @property
    def passed(self) -> bool:
        return not any(each.wrong for each in self.plays)

    @property
    def edges(self) -> set[Edge]:
        return {edge for each in self.plays for edge in each.edges}

    @property
    def reached(self) -> set[Item]:
        return {item for each in self.plays for item in each.reached}


async def run_cases(stage: Stage, cases: Iterable[Case], *, quick: bool = False) -> AsyncIterator[Result]:
    """One result a case, as soon as it is there. `quick`: the case in its first phrasing, its twin in the second."""
    for case in cases:
        began = perf_counter()
        own, other = scenes(case)
        plays = [
            await _played(stage, scene, phrasing, twin=scene is other)
            for scene, said in ((own, slice(1)), (other, slice(1, 2)))
            for phrasing in (case.phrasings[said] if quick else case.phrasings)
        ]
        yield Result(case=case, plays=plays, seconds=perf_counter() - began)


async def _played(stage: Stage, scene: Scene, phrasing: str, *, twin: bool) -> Played:
    try:
        found = await play(stage, scene, phrasing)
    except TurnFailed as failed:
        return Played(phrasing=phrasing, twin=twin, wrong=[str(failed)])
    except NotAtRest:
        return Played(phrasing=phrasing, twin=twin, wrong=[str(NotAtRest.__doc__)])
    return Played(
        phrasing=phrasing, twin=twin, wrong=differences(scene.expect, found), edges=found.edges, reached=found.reached
    )


def drawn_edges(stage: Stage) -> set[Edge]:
    """Every edge of the drawing."""
    return {(edge.source, edge.target) for edge in stage.opened.graph.get_graph().edges}


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """For machines: what `--json` writes."""
    passed = sum(result.passed for result in results)
    return {"passed": passed, "failed": len(results) - passed, "cases": [_told(result) for result in results]}


def _told(result: Result) -> dict[str, Any]:
    plays = [{"phrasing": each.phrasing, "twin": each.twin, "wrong": each.wrong} for each in result.plays]
    return {
        "name": result.case.name,
        "passed": result.passed,
        "seconds": round(result.seconds, 2),
        "plays": plays,
    }
