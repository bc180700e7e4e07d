"""What a run has used: how often it made which call, and a language model's tokens. Kept on the run's row, so that no
state of the graph, restored or forged, makes it less."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from records import sql
from records.ids import CustomerId, RunId
from records.sql import Connection

Kind = Literal["read", "search", "denied"]
NOTHING: Mapping[str, Any] = {"calls": {}, "tokens": 0, "model_seconds": 0.0}


@dataclass(frozen=True, kw_only=True)
class Spent:
    """`calls`: look-ups and searches. `same`: how often the most frequent of them was made; `denied`: how often the most
    frequent of its denied proposals was. `tokens`: prompt and answer together; `seconds`: waited for language models."""

    calls: int
    same: int
    denied: int
    tokens: int
    seconds: float


async def count(conn: Connection, run: RunId, kind: Kind, what: str) -> Spent:
    """Counts a call, the same `what` being the same call, and tells where the run stands with it. Of `what` only a hash
    is kept: it may hold a customer's words."""
    call = f"{kind}:{hashlib.sha256(what.encode()).hexdigest()[:16]}"
    row = await sql.fetch_row(conn, "count_call", run=run, call=call)
    return _spent(row) if row else _spent(NOTHING)


async def add_tokens(conn: Connection, run: RunId, tokens: int, *, seconds: float = 0.0) -> None:
    """For a reasoner that asks a language model, after each answer: prompt and answer together, and for how long the run
    has waited."""
    await sql.execute(conn, "add_tokens", run=run, tokens=tokens, seconds=seconds)


async def of_run(conn: Connection, run: RunId) -> Spent:
    row = await sql.fetch_row(conn, "run_spending", run=run)
    return _spent(row) if row else _spent(NOTHING)


async def actions(conn: Connection, run: RunId) -> int:
    """How many rows of the ledger the run has."""
    row = await sql.fetch_row(conn, "actions_of_run", run=run)
    return int(row["actions"]) if row else 0


async def open_runs(conn: Connection, customer: CustomerId, *, besides: RunId) -> int:
    """How many other runs of the customer are not finished."""
    row = await sql.fetch_row(conn, "open_runs", customer=customer, run=besides)
    return int(row["runs"]) if row else 0


def _spent(row: Mapping[str, Any]) -> Spent:
    calls: dict[str, int] = row["calls"]
    looked = [times for call, times in calls.items() if not call.startswith("denied:")]
    denied = [times for call, times in calls.items() if call.startswith("denied:")]
    return Spent(
        calls=sum(looked),
        same=max(looked, default=0),
        denied=max(denied, default=0),
        tokens=row["tokens"],
        seconds=row["model_seconds"],
    )
