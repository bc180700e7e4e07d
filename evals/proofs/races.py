"""Fifty callers from several processes settle one card at once: one of them does, and what happens is what they said."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import httpx

from evals.proofs.callers import Attempt, Caller, Kind, Order, Told
from evals.proofs.desk import open_desk, open_doors_of, open_worker
from evals.proofs.processes import PATIENCE
from evals.proofs.site import Json, Site
from evals.stage import bearer
from records import staff
from records.clock import SystemClock
from records.database import open_database
from records.ids import CustomerId

KINDS: tuple[Kind, ...] = get_args(Kind)
CALLERS, PROCESSES = 50, 4
INSIDE: tuple[Kind, ...] = ("withdraw", "expire")
PACE = 0.3
"""Seconds that a decision takes through a door at first; each round measures it for the next."""
SAYS = "My parcel never came, give me my money back"
ARGS: Json = {"charge": "ch_1002", "amount": 20_000, "cause": "late"}
MOVED = {"approved": [24_000], "edited": [20_000], "rejected": [], "withdrawn": [], "expired": []}
BEGIN, END = "<!-- decision-races:begin -->", "<!-- decision-races:end -->"


@dataclass(frozen=True, kw_only=True)
class Round:
    """`winner`: the card's status. `refused`: how many were told that somebody was first. `wrong`: every guarantee that
    was broken, in words; none is the proof. `pace`: seconds that the fastest decision through a door took."""

    winner: str
    refused: int
    effects: int
    ledger: int
    wrong: tuple[str, ...]
    pace: float = PACE


@dataclass(frozen=True, kw_only=True)
class Arena:
    """`keys`: of members of staff who may all decide, by their ids."""

    site: Site
    http: httpx.AsyncClient
    callers: Sequence[Caller]
    keys: dict[str, str]


@asynccontextmanager
async def open_arena(site: Site, *, processes: int = PROCESSES) -> AsyncIterator[Arena]:
    """This process works; the callers have processes of their own."""
    async with AsyncExitStack() as stack:
        services, jobs = await stack.enter_async_context(open_desk(site.settings))
        http = await stack.enter_async_context(open_doors_of(site.settings, services))
        callers = [Caller(site.settings) for _ in range(processes)]
        for caller in callers:
            stack.push_async_callback(caller.leave)
        ready = [await caller.ready() for caller in callers]
        await stack.enter_async_context(open_worker(site.settings, services, jobs))
        yield Arena(site=site, http=http, callers=ready, keys=await _keys(site))


async def _keys(site: Site) -> dict[str, str]:
    async with open_database(site.settings.database_url, size=2) as database, database.transaction() as conn:
        now = SystemClock().now()
        return dict([await staff.add(conn, f"Colleague {number}", ["admin"], now=now) for number in range(10)])


async def race(arena: Arena, number: int, pace: float = PACE) -> Round:
    """One round, from an empty database to its verdict. In each another kind is among the first. What comes from inside
    takes milliseconds, what comes through a door of a busy machine up to a second, its `pace`: so the one starts while the
    other is on its way, and all meet at the card."""
    await arena.site.clear()
    card = await _asked(arena)
    attempts = _attempts(arena, number, pace)
    start, share = time.monotonic() + 0.1, len(arena.callers)
    orders = [
        Order(card=card["id"], digest=card["digest"], args=ARGS, start=start, attempts=attempts[lane::share])
        for lane in range(share)
    ]
    told = await asyncio.gather(*(caller.carry_out(order) for caller, order in zip(arena.callers, orders, strict=True)))
    await arena.site.settled()
    return await _judged(arena, card["id"], [each for some in told for each in some])


async def _asked(arena: Arena) -> Json:
    """A customer asks for what a person must decide; the card, as staff see it."""
    http, token = arena.http, arena.site.tokens.for_customer(CustomerId("cus_ben"))
    opened = (await http.post("/conversations", headers=bearer(token))).raise_for_status().json()
    path = f"/conversations/{opened['id']}/messages"
    (await http.post(path, json={"text": SAYS}, headers=bearer(opened["token"]))).raise_for_status()
    staff_key = bearer(arena.site.staff_key)
    async with asyncio.timeout(PATIENCE):
        items: list[Json] = []
        while not items:
            await asyncio.sleep(0.05)
            items = (await http.get("/approvals", headers=staff_key)).raise_for_status().json()["items"]
    card: Json = (await http.get(f"/approvals/{items[0]['id']}", headers=staff_key)).raise_for_status().json()
    return card


def _attempts(arena: Arena, number: int, pace: float) -> list[Attempt]:
    dice = random.Random(number)  # noqa: S311 - a proof that can be repeated
    first, keys = KINDS[number % len(KINDS)], list(arena.keys.values())
    kinds = [KINDS[each % len(KINDS)] for each in range(CALLERS)]
    return [
        Attempt(kind=kind, after=_start(kind, first, dice, pace), key=keys[each % len(keys)])
        for each, kind in enumerate(kinds)
    ]


def _start(kind: Kind, first: Kind, dice: random.Random, pace: float) -> float:
    if kind == first:
        return dice.uniform(0, pace / 10)
    return dice.uniform(pace / 2, pace * 2) if kind in INSIDE else dice.uniform(pace / 4, pace)


async def _judged(arena: Arena, card: str, told: Sequence[Told]) -> Round:
    site = arena.site
    found = (await site.rows("SELECT * FROM approvals WHERE id = %s", card))[0]
    effects = [effect["amount"] for effect in await site.effects()]
    ledger = await site.rows("SELECT amount, status FROM ledger")
    moves = await site.rows("SELECT move, actor FROM approval_events WHERE approval_id = %s AND move <> 'filed'", card)
    audited = await site.rows("SELECT actor, action FROM audit WHERE subject = %s AND action <> 'approval.filed'", card)
    status, by = str(found["status"]), str(found["decided_by"])
    one = {"move": status, "actor": by}
    wrong = [
        "" if moves == [one] else f"moves {moves}",
        "" if audited == [{"actor": by, "action": f"approval.{status}"}] else f"audited {audited}",
        "" if effects == MOVED[status] else f"{status}, but effects {effects}",
        "" if [row["amount"] for row in ledger if row["status"] == "done"] == effects else f"ledger {ledger}",
        "" if len(ledger) == len(effects) else f"ledger {ledger}",
        *_winners(arena, found, told),
        *(_refusal(each, found) for each in told if each.status not in (0, 200)),
    ]
    return Round(
        winner=status,
        refused=sum(each.status == 409 for each in told),
        effects=len(effects),
        ledger=len(ledger),
        wrong=tuple(problem for problem in wrong if problem),
        pace=min(each.took for each in told if each.attempt.kind not in INSIDE),
    )


def _winners(arena: Arena, card: Json, told: Sequence[Told]) -> list[str]:
    """Whoever was told that it was theirs. Nobody, where the clock was first."""
    won = [each for each in told if each.status == 200]
    if card["status"] == "expired":
        return [] if not won else [f"expired, and {len(won)} were told that they had won"]
    if len(won) != 1:
        return [f"{len(won)} won"]
    if card["status"] == "withdrawn":
        return [] if won[0].attempt.kind == "withdraw" else [f"withdrawn, but {won[0].attempt.kind} won"]
    theirs = arena.keys.get(str(card["decided_by"])) == won[0].attempt.key
    return [] if theirs and won[0].body["status"] == card["status"] else ["the winner is not who the card names"]


def _refusal(each: Told, card: Json) -> str:
    """Everybody else hears who decided what and when."""
    if each.attempt.kind == "withdraw":
        return "" if each.status == 409 else f"a withdrawal got {each.status}"
    body: dict[str, Any] = each.body
    named = (body.get("decided_by"), body.get("decision"), body.get("decided_at"))
    right = (card["decided_by"], card["status"], card["decided_at"].isoformat())
    said = each.status == 409 and named == right and str(body.get("decided_by_name")) in str(body.get("detail"))
    return "" if said else f"{each.attempt.kind} got {each.status}: {body}"


def write_table(page: Path, rounds: Sequence[Round]) -> None:
    """Replaces what stands between the markers."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table_of(rounds)}\n{END}{after}", "utf-8")


def table_of(rounds: Sequence[Round]) -> str:
    """A row for each way in which it ended."""
    broken = sum(bool(each.wrong) for each in rounds)
    ways = Counter(each.winner for each in rounds)
    head = ["won", "rounds", "told that somebody was first", "effects", "ledger rows", "broken"]
    lines = [head, ["---"] * len(head)]
    for way in MOVED:
        some = [each for each in rounds if each.winner == way]
        if some:
            sums = [sum(getattr(each, name) for each in some) for name in ("refused", "effects", "ledger")]
            lines.append([way, str(ways[way]), *map(str, sums), str(sum(bool(each.wrong) for each in some))])
    summary = (
        f"{len(rounds)} rounds of {CALLERS} callers from {PROCESSES} processes: "
        f"{len(rounds) - broken} held, {broken} broken."
    )
    return "\n".join([summary, "", *(f"| {' | '.join(line)} |" for line in lines)])
