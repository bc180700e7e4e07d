"""The processes of one proof. Whatever dies is started again, as a process manager would."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import OperationalError

from evals.proofs.cells import ACCEPTED, DECIDED, INSIDE, Cell
from evals.proofs.people import People
from evals.proofs.postgres import Postgres
from evals.proofs.processes import PATIENCE, Running, serve, work
from evals.proofs.scenarios import scenario
from evals.proofs.site import Site
from runs.crash import PASSED, PLAN

Member = Running | Postgres
NOTICE = 10.0
"""Seconds until it is known that a process has died."""


@dataclass(kw_only=True)
class House:
    """`members` by what they are in the matrix. `exits`: who has died, and of what, since `fresh`."""

    site: Site
    members: dict[str, Member]
    exits: list[tuple[str, int]] = field(default_factory=list)

    @property
    def server(self) -> Running:
        found = self.members["server"]
        assert isinstance(found, Running)
        return found

    async def fresh(self) -> None:
        """Everybody is there, and nothing has happened yet."""
        await self.ready()
        await self.site.clear()
        self._file(PLAN).unlink(missing_ok=True)
        self._file(PASSED).write_text("")
        self.exits.clear()

    async def arm(self, cell: Cell) -> None:
        """From now on the cell's point kills its target."""
        point, _, times = cell.point.partition("#")
        if point in INSIDE:
            played = scenario(cell.tool)
            fault = {"system": played.system, "operation": played.operation, "mode": INSIDE[point]}
            (await self.site.demo.post("/faults", json=fault)).raise_for_status()
        elif point not in (ACCEPTED, DECIDED):
            self._file(PLAN).write_text(f"{point} {times or 1} {self.members[cell.target].pid}")

    def at_the_door(self, cell: Cell | None, point: str) -> None:
        """The service has just answered 2xx, for the first or a later time."""
        with self._file(PASSED).open("a", encoding="utf-8") as passed:
            passed.write(f"{point}\n")
        times = self.passed().count(point)
        if cell and cell.point == (point if times == 1 else f"{point}#{times}"):
            self.members[cell.target].kill()

    def passed(self) -> list[str]:
        """The points, as they were passed since `fresh`."""
        return self._file(PASSED).read_text("utf-8").split()

    async def keep(self, name: str) -> None:
        """Until cancelled."""
        while True:
            self.exits.append((name, await self.members[name].ended()))
            self.members[name] = await self.members[name].again()

    async def ready(self) -> None:
        """Waits until everybody answers who answers anything, and the database does."""
        async with asyncio.timeout(PATIENCE):
            for name in tuple(self.members):
                await self._answering(name)
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.site.rows("SELECT 1")
                    return
                except OperationalError:
                    await asyncio.sleep(0.05)

    async def _answering(self, name: str) -> None:
        """Somebody who has just died is followed by another at once."""
        while isinstance(member := self.members[name], Running) and not member.alive():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        if isinstance(member, Running) and member.body is not work:
            await member.ready()

    async def noticed(self) -> None:
        """Waits until somebody is known to have died. What is played can be over before that, on a busy machine."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NOTICE):
                while not self.exits:  # noqa: ASYNC110 - another process sets no event of ours
                    await asyncio.sleep(0.02)

    def died(self) -> list[str]:
        """Names of those who were killed; anybody who ended in another way is named with the exit code."""
        return [name if code == -signal.SIGKILL else f"{name}, with {code}" for name, code in self.exits]

    def people(self) -> People:
        return People(self.site, self.server.url)

    def _file(self, name: str) -> Path:
        return self.site.settings.var / name


@asynccontextmanager
async def housed(site: Site, postgres: Postgres | None, *, worker: bool) -> AsyncIterator[House]:
    """`worker`: the server only serves, and a process of its own works; else the server does both."""
    crash = str(site.settings.var)
    members: dict[str, Member] = {"demo": site.company}
    if worker:
        members["server"] = Running(serve, site.another(concurrency=0))
        members["worker"] = Running(work, site.another(crash_at=crash))
    else:
        members["server"] = Running(serve, site.another(crash_at=crash))
    if postgres:
        members["postgres"] = postgres
    house = House(site=site, members=members)
    keepers = [asyncio.create_task(house.keep(name)) for name in members]
    try:
        yield house
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        site.company = await _left(house)


async def _left(house: House) -> Running:
    """Kills the service; the demo company goes on."""
    for name, member in house.members.items():
        if isinstance(member, Running) and name != "demo":
            member.kill()
            await member.ended()
    company = house.members["demo"]
    assert isinstance(company, Running)
    return company
