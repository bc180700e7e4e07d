"""Plays the kill matrix: several houses side by side, each of them with databases and processes of its own."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from httpx import HTTPError
from psycopg import OperationalError

from evals.proofs.cells import Cell
from evals.proofs.house import House, housed
from evals.proofs.kept import Kept
from evals.proofs.kill import Result, play, undisturbed
from evals.proofs.postgres import Postgres
from evals.proofs.processes import DidNotStart
from evals.proofs.site import Site, open_site

Told = Callable[[str, Sequence[str]], None]
"""Called with a cell's name and what was wrong, as each is played."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """`folder` holds a PostgreSQL server for each house, which is killed; `theirs` is one that is not, for the demo
    company. The index server is for all; `scratch` goes away."""

    folder: Path
    theirs: str
    index: str
    scratch: Path
    door: asyncio.Lock
    """One house opens at a time: the first fills the index, and none of them waits for a machine that starts them all."""


async def play_alone(places: Places, houses: int, tools: Sequence[str], kept: Kept, told: Told) -> None:
    """Each scenario once with nothing killed, which finds its points."""
    waiting = deque(tools)

    async def live(number: int) -> None:
        async with _site(places, number) as (site, postgres), _opened(places, site, postgres, worker=False) as house:
            while waiting:
                tool = waiting.popleft()
                kept.found(await undisturbed(house, tool))
                told(f"{tool} / nothing", ())

    await _side_by_side(live, min(houses, len(tools)))


async def play_cells(places: Places, houses: int, cells: Sequence[Cell], kept: Kept, told: Told) -> None:
    """All of them, in about this order: a house with a worker of its own plays the cells in which that dies."""
    queues = {worker: deque(cell for cell in cells if (cell.target == "worker") is worker) for worker in (False, True)}

    async def live(number: int) -> None:
        own = number % 4 == 3 or not queues[False]
        async with _site(places, number) as (site, postgres):
            for worker in (own, not own):
                if queues[worker]:
                    async with _opened(places, site, postgres, worker=worker) as house:
                        while queues[worker]:
                            result = await _played(house, queues[worker].popleft(), kept)
                            told(result.cell.name, result.wrong)

    await _side_by_side(live, min(houses, len(cells)))


async def _played(house: House, cell: Cell, kept: Kept) -> Result:
    """What cannot even be played is broken as well; the others go on."""
    try:
        result = await play(house, cell, kept.alone[cell.tool])
    except (TimeoutError, HTTPError, OperationalError, DidNotStart) as error:
        wrong = f"could not be played: {error!r}"
        result = Result(cell=cell, ending="", effects=0, ledger=0, seconds=0, wrong=(wrong,))
    kept.played(result)
    return result


async def _side_by_side(live: Callable[[int], Coroutine[None, None, None]], houses: int) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(houses):
            group.create_task(live(number))


@asynccontextmanager
async def _site(places: Places, number: int) -> AsyncIterator[tuple[Site, Postgres]]:
    async with AsyncExitStack() as stack:
        async with places.door:
            postgres = await asyncio.to_thread(Postgres, places.folder / f"postgres-{number}")
            site = open_site(postgres.url, places.scratch / str(number), index=places.index, theirs=places.theirs)
            opened = await stack.enter_async_context(site)
        yield opened, postgres


@asynccontextmanager
async def _opened(places: Places, site: Site, postgres: Postgres, *, worker: bool) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        async with places.door:
            house = await stack.enter_async_context(housed(site, postgres, worker=worker))
            await house.server.ready()
        yield house
