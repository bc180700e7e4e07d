"""Plays cases with the oracle and with mutants of it, and keeps what came of each play."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from evals.case import Case, Scene, scenes
from evals.compare import differences
from evals.play import TurnFailed, play
from evals.scripted.house import House
from evals.scripted.judge import broken
from evals.scripted.mutants import MUTANTS, Mutant
from evals.scripted.oracle import Oracle
from evals.stage import NotAtRest

GOOD = "a good model"


@dataclass(frozen=True, kw_only=True)
class Played:
    """One scene in one phrasing with one model. `differs`: what is not as the case expects; `broken`: guarantees that did
    not hold; `unusable`: attempts that failed or were of no use; `changed`: answers that the mutant spoilt. `unknown`: ids
    that a good model used without having been told them."""

    case: str
    twin: bool
    model: str
    differs: tuple[str, ...]
    broken: tuple[str, ...]
    calls: int
    unusable: int = 0
    changed: int = 0
    unknown: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Of a good model all must be as expected; of a mutant the guarantees must hold."""
        return not self.broken and (self.model != GOOD or not (self.differs or self.unknown or self.unusable))


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is played: a case or its twin, in one phrasing."""

    case: str
    twin: bool
    scene: Scene
    said: str


async def run_scripted(
    house: House, cases: Iterable[Case], mutants: Sequence[str] = (), *, quick: bool = False
) -> AsyncIterator[Played]:
    """Each case in all its phrasings, and its twin, with a good model; mutants in one phrasing of each. `quick`: a good
    model in one phrasing, too, and mutants without the twin."""
    for case in cases:
        parts = parts_of(case)
        few = [parts[0], next(part for part in parts if part.twin and part.said == case.phrasings[1])]
        for part in few if quick else parts:
            yield await _played(house, part, GOOD, house.oracle)
        for name in mutants:
            for part in few[:1] if quick else few:
                mutant = Mutant(spoil=MUTANTS[name][1])
                played = await _played(house, part, name, mutant)
                if mutant.changed:
                    yield played


def parts_of(case: Case) -> list[Part]:
    """The case in each phrasing, then the twin in each."""
    return [
        Part(case=case.name, twin=twin, scene=scene, said=said)
        for twin, scene in zip((False, True), scenes(case), strict=True)
        for said in case.phrasings
    ]


async def _played(house: House, part: Part, model: str, player: Oracle) -> Played:
    player.said.clear()
    house.use(player)
    house.fake.requests.clear()
    differs, wrong = list[str](), list[str]()
    try:
        differs = differences(part.scene.expect, await play(house.stage, part.scene, part.said))
    except TurnFailed as failed:
        differs = [str(failed)]
    except NotAtRest:
        wrong = [str(NotAtRest.__doc__)]
    failures = await house.stage.rows("SELECT FROM events WHERE type = 'model' AND data ->> 'failure' <> ''")
    good = model == GOOD
    return Played(
        case=part.case,
        twin=part.twin,
        model=model,
        differs=tuple(differs),
        broken=tuple(wrong or await broken(house)),
        calls=len(house.fake.requests),
        unusable=len(failures),
        changed=player.changed if isinstance(player, Mutant) else 0,
        unknown=tuple(each for said in player.said for each in said.unknown) if good else (),
    )
