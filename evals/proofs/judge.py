"""Whether the guarantees held, read from the databases and not from what the product says of itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evals.proofs.scenarios import Scenario
from evals.proofs.site import OPEN_WORK, WAITING

if TYPE_CHECKING:
    from evals.proofs.house import House
    from evals.proofs.kill import Undisturbed

Json = dict[str, Any]
PERSON: Mapping[str, Sequence[list[str]]] = {"none": ([],), "blind": (["unknown"],)}
AWAY: Sequence[list[str]] = ([], ["refused"], ["unknown"])
"""What the ledger may hold where a person has it: by idempotency, and for any where the business system was away."""


@dataclass(frozen=True, kw_only=True)
class Records:
    """What came of one cell. `effects` are those of the demo company's journal; `owed` is work that is still open."""

    effects: list[Json]
    ledger: list[str]
    runs: list[Json]
    handoffs: list[Json]
    asked: list[Json]
    told: list[Json]
    cards: list[str]
    gaps: list[Json]
    reserved: int
    owed: list[str]


async def read(house: "House") -> Records:
    """Everything, as it is now."""
    site = house.site
    messages = await site.rows("SELECT author, run_id, receipts <> '[]' AS done, part FROM messages ORDER BY position")
    owed = {row["id"] for row in await site.rows(OPEN_WORK)} - {row["id"] for row in await site.rows(WAITING)}
    return Records(
        effects=await site.effects(),
        ledger=[row["status"] for row in await site.rows("SELECT status FROM ledger")],
        runs=await site.rows("SELECT status, outcome FROM runs ORDER BY started_at"),
        handoffs=await site.rows("SELECT reason FROM handoffs"),
        asked=[message for message in messages if message["author"] == "customer"],
        told=[message for message in messages if message["author"] == "agent"],
        cards=[row["status"] for row in await site.rows("SELECT status FROM approvals")],
        gaps=await site.rows(
            "SELECT conversation_id FROM events GROUP BY 1 HAVING max(seq) <> count(*) OR min(seq) <> 1"
        ),
        reserved=len(await site.rows("SELECT FROM audit WHERE action = 'action.reserved'")),
        owed=sorted(owed),
    )


def wrongs(played: Scenario, found: Records, alone: "Undisturbed", *, died: list[str], target: str) -> Iterator[str]:
    """Every guarantee that was broken, in words; "" for each that held. `target` died; "" if nothing was to die."""
    yield _unless(died == [target] * bool(target), f"who died: {died}")
    yield _unless(not found.owed, f"still open: {found.owed}")
    yield _unless(all(message["run_id"] for message in found.asked), f"an unanswered message: {found.asked}")
    yield _unless(not found.gaps, "the event log has gaps")
    yield _unless(len(found.effects) <= 1, f"{len(found.effects)} effects")
    yield _unless(len(found.ledger) <= 1, f"ledger: {found.ledger}")
    yield _unless(found.reserved >= len(found.ledger), f"{found.ledger} without a reservation in the audit log")
    if found.runs and found.runs[-1]["outcome"] == "acted":
        yield from _acted(found, alone)
    else:
        yield from _with_a_person(played, found, target)


def _acted(found: Records, alone: "Undisturbed") -> Iterator[str]:
    """Done once, and told once, as if nothing had happened."""
    told = parts(found)
    yield _unless(len(found.effects) == 1, f"{len(found.effects)} effects")
    yield _unless(found.ledger == ["done"], f"ledger: {found.ledger}")
    yield _unless(not found.handoffs, f"handed over as well: {found.handoffs}")
    yield _unless(len(found.asked) == alone.said, f"{len(found.asked)} messages of the customer")
    yield _unless(told == alone.told, f"the agent said {told}, alone {alone.told}")
    yield _unless(sum(message["done"] for message in found.told) == 1, "the receipt was not told once")
    yield _unless(found.cards == ["approved"] * alone.cards, f"cards: {found.cards}")


def parts(found: Records) -> tuple[str, ...]:
    """The parts of the agent's messages, without the ids in them."""
    return tuple(message["part"].partition(":")[0] for message in found.told)


def _with_a_person(played: Scenario, found: Records, target: str) -> Iterator[str]:
    """A person has it, because nothing was to be done, nobody can tell what was done, or the system was away. What the
    system shows may then be unknown to the ledger, but never more than the ledger admits."""
    outcomes = [run["outcome"] for run in found.runs]
    yield _unless(outcomes[-1:] == ["handed_over"] and len(found.handoffs) == 1, f"runs {outcomes}: {found.handoffs}")
    yield _unless(not any(message["done"] for message in found.told), "a receipt was told")
    yield _unless("pending" not in found.cards, f"cards: {found.cards}")
    yield _unless(not found.effects or found.ledger == ["unknown"], f"done, but the ledger says {found.ledger}")
    may = AWAY if target == "demo" else PERSON.get(played.idempotency, ())
    yield _unless(found.ledger in may, f"handed over for {found.handoffs}, ledger: {found.ledger}")


def _unless(held: bool, problem: str) -> str:
    return "" if held else problem
