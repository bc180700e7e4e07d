"""Plays one cell of the kill matrix and checks, in the database and at the demo company, what came of it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from evals.proofs.cells import ACCEPTED, DECIDED, Cell
from evals.proofs.people import People
from evals.proofs.processes import Running, serve, work
from evals.proofs.site import Json, Site


@dataclass(frozen=True, kw_only=True)
class Result:
    """`ending`: how the run ended. `wrong`: every guarantee that was broken, in words; none is the proof."""

    cell: Cell
    ending: str
    effects: int
    ledger: int
    wrong: tuple[str, ...]


@dataclass(kw_only=True)
class House:
    """The processes of one cell. Whatever dies is started again, as a process manager would."""

    running: dict[str, Running]
    exits: list[tuple[str, int]] = field(default_factory=list)

    async def keep(self, name: str) -> None:
        """Until cancelled."""
        while True:
            self.exits.append((name, await self.running[name].ended()))
            self.running[name] = self.running[name].again()


@asynccontextmanager
async def housed(site: Site, cell: Cell) -> AsyncIterator[House]:
    crash = "" if cell.point in (ACCEPTED, DECIDED) else cell.point
    if cell.kind == "server":
        running = {"server": Running(serve, site.another(crash_at=crash, chroma_url=""))}
    else:
        running = {
            "server": Running(serve, site.another(concurrency=0)),
            "worker": Running(work, site.another(crash_at=crash)),
        }
    house = House(running=running)
    keepers = [asyncio.create_task(house.keep(name)) for name in running]
    try:
        yield house
    finally:
        for keeper in keepers:
            keeper.cancel()
        for process in house.running.values():
            process.kill()
            await process.ended()


async def play(site: Site, cell: Cell) -> Result:
    """One cell, from an empty database to its verdict."""
    await site.clear()
    late = ""
    async with housed(site, cell) as house, People(site, house.running["server"].url) as people:
        try:
            await _talk(house, people, cell)
            await site.settled()
        except TimeoutError:
            late = "it was not finished in time"
        exits = list(house.exits)
    return await _judged(site, cell, exits, late)


async def _talk(house: House, people: People, cell: Cell) -> None:
    """The message, and the decision where there is one; the server dies right after them in the cells that say so."""
    conversation = await people.open(cell.scenario.customer)
    await people.say(conversation, cell.scenario.says)
    if cell.point == ACCEPTED:
        house.running["server"].kill()
    if cell.scenario.approved:
        await people.decide(await people.card(), type="approve")
        if cell.point == DECIDED:
            house.running["server"].kill()


async def _judged(site: Site, cell: Cell, exits: list[tuple[str, int]], late: str) -> Result:
    effects = await site.effects(system=cell.scenario.system) if cell.scenario.system else await site.effects()
    ledger = await site.rows("SELECT status FROM ledger")
    runs = await site.rows("SELECT outcome FROM runs")
    handoffs = await site.rows("SELECT reason FROM handoffs")
    wrong = [
        late,
        _death(cell, exits),
        _run(cell, runs, handoffs, [row["status"] for row in ledger]),
        _effects(cell, len(effects), [row["status"] for row in ledger]),
        *await _words(site, cell, handoffs),
    ]
    return Result(
        cell=cell,
        ending=", ".join(str(run["outcome"]) for run in runs),
        effects=len(effects),
        ledger=len(ledger),
        wrong=tuple(problem for problem in wrong if problem),
    )


def _death(cell: Cell, exits: list[tuple[str, int]]) -> str:
    """Exactly the process that was to be killed has died, once, of SIGKILL."""
    dead = "server" if cell.point in (ACCEPTED, DECIDED) else cell.kind
    return "" if exits == [(dead, -signal.SIGKILL)] else f"processes ended like this: {exits}"


def _run(cell: Cell, runs: list[Json], handoffs: list[Json], ledger: list[str]) -> str:
    """One run; it did it, or a person has it. A person without need is no success either."""
    outcomes = [run["outcome"] for run in runs]
    needed = "unknown" in ledger or not cell.scenario.tool
    if outcomes == ["handed_over"]:
        return "" if needed and len(handoffs) == 1 else f"handed over for {handoffs}"
    return "" if outcomes == ["acted"] and not handoffs and not needed else f"runs ended as {outcomes}"


def _effects(cell: Cell, effects: int, ledger: list[str]) -> str:
    if not cell.scenario.tool:
        return "" if not effects and not ledger else f"{effects} effects and {ledger} in the ledger for nothing"
    if ledger == ["done"] and effects == 1:
        return ""
    if ledger == ["unknown"] and effects <= 1 and cell.scenario.idempotency == "blind":
        return ""
    return f"{effects} effects, ledger {ledger}"


async def _words(site: Site, cell: Cell, handoffs: list[Json]) -> list[str]:
    """Nothing that was said is lost, and nothing is said twice."""
    messages = await site.rows("SELECT author, run_id, receipts <> '[]' AS done, part FROM messages ORDER BY position")
    asked = [m for m in messages if m["author"] == "customer"]
    told = [m for m in messages if m["author"] == "agent"]
    expected = 2 if cell.scenario.approved else 1
    cards = await site.rows("SELECT status FROM approvals")
    gaps = await site.rows("SELECT conversation_id FROM events GROUP BY 1 HAVING max(seq) <> count(*) OR min(seq) <> 1")
    reserved = await site.rows("SELECT FROM audit WHERE action = 'action.reserved'")
    return [
        "" if len(asked) == 1 and asked[0]["run_id"] else f"the customer's messages: {asked}",
        "" if len(told) == expected else f"the agent said {[m['part'] for m in told]}",
        "" if sum(m["done"] for m in told) == (not handoffs) else "the receipt was not told once",
        "" if [c["status"] for c in cards] == ["approved"] * cell.scenario.approved else f"cards: {cards}",
        "" if not gaps else "the event log has gaps",
        "" if len(reserved) == bool(cell.scenario.tool) else f"reserved {len(reserved)} times",
    ]
