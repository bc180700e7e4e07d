"""Plays one cell of the kill matrix: the scenario, through the service's own doors, while something dies."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import OperationalError

from evals.case import Turn
from evals.proofs.cells import ACCEPTED, DECIDED, Cell, numbered
from evals.proofs.house import House
from evals.proofs.judge import Records, parts, read, wrongs
from evals.proofs.people import People
from evals.proofs.scenarios import Scenario, scenario


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """What happens to a scenario when nothing dies. `told`: the parts of the agent's messages, in order."""

    tool: str
    points: tuple[str, ...]
    told: tuple[str, ...]
    said: int
    cards: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """`ending`: how the last run ended. `wrong`: every guarantee that was broken, in words; none is the proof."""

    cell: Cell
    ending: str
    effects: int
    ledger: int
    seconds: float
    wrong: tuple[str, ...]


async def undisturbed(house: House, tool: str) -> Undisturbed:
    """Plays the scenario with nothing killed. Raises AssertionError when the scenario itself does not hold."""
    records, late = await _played(house, tool, None)
    found = Undisturbed(
        tool=tool,
        points=tuple(numbered(house.passed())),
        told=parts(records),
        said=len(records.asked),
        cards=len(records.cards),
    )
    wrong = (late, *wrongs(scenario(tool), records, found, died=house.died(), target=""))
    assert not any(wrong), f"{tool}, undisturbed: {[each for each in wrong if each]}"
    return found


async def play(house: House, cell: Cell, alone: Undisturbed) -> Result:
    """One cell, from empty databases to its verdict."""
    begun = time.monotonic()
    records, late = await _played(house, cell.tool, cell)
    wrong = (late, *wrongs(scenario(cell.tool), records, alone, died=house.died(), target=cell.target))
    return Result(
        cell=cell,
        ending=str(records.runs[-1]["outcome"]) if records.runs else "",
        effects=len(records.effects),
        ledger=len(records.ledger),
        seconds=round(time.monotonic() - begun, 1),
        wrong=tuple(each for each in wrong if each),
    )


async def _played(house: House, tool: str, cell: Cell | None) -> tuple[Records, str]:
    """The records afterwards, and "" or that it took too long."""
    late = ""
    await house.fresh()
    try:
        async with house.people() as people:
            await _talk(house, people, scenario(tool), cell)
            await house.site.settled(but_for_people=True)
    except TimeoutError:
        late = "it was not finished in time"
    if cell:
        await house.noticed()
    await house.ready()
    return await read(house), late


async def _talk(house: House, people: People, played: Scenario, cell: Cell | None) -> None:
    """The messages and the decisions. What was handed over to a person meanwhile is theirs: the script ends there."""
    for name, fields in played.scene.records.items():
        await people.arrange(name, fields)
    if cell:
        await house.arm(cell)
    conversation = await people.open(played.scene.customer)
    await people.say(conversation, played.says)
    house.at_the_door(cell, ACCEPTED)
    for turn in played.scene.turns:
        await house.site.settled(but_for_people=True)
        if await _handed_over(house):
            return
        await _take(house, people, conversation, turn, cell)


async def _take(house: House, people: People, conversation: dict[str, str], turn: Turn, cell: Cell | None) -> None:
    if turn.decide:
        await people.decide(await people.card(), type=turn.decide.type)
        house.at_the_door(cell, DECIDED)
    elif turn.say:
        await people.say(conversation, turn.say)
        house.at_the_door(cell, ACCEPTED)


async def _handed_over(house: House) -> Sequence[object]:
    while True:
        try:
            return await house.site.rows("SELECT id FROM handoffs")
        except OperationalError:
            await asyncio.sleep(0.05)
