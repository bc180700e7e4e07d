"""What is true of the records after a play, and which edges of the drawing its runs took."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import httpx

from evals.coverage import Item, reached
from evals.stage import Stage

Json = dict[str, Any]
Edge = tuple[str, str]

_RUNS = """
SELECT id, status, requests, coalesce(outcome, 'awaiting_approval') AS outcome
FROM runs WHERE conversation_id = ANY(%s)
ORDER BY array_position(%s, conversation_id), (SELECT min(seq) FROM events WHERE events.run_id = runs.id)
"""
_LEDGER = "SELECT * FROM ledger ORDER BY (SELECT min(position) FROM audit WHERE subject = key)"
_APPROVALS = "SELECT * FROM approvals ORDER BY (SELECT min(position) FROM audit WHERE subject = id)"
_HANDOFFS = "SELECT * FROM handoffs ORDER BY (SELECT max(position) FROM audit WHERE subject = run_id)"
_STEPS = "SELECT run_id, data FROM events WHERE type = 'step' ORDER BY conversation_id, seq"
_CITED = """
SELECT DISTINCT cited ->> 'title' AS title, min(position) AS first
FROM messages, jsonb_array_elements(citations) AS cited GROUP BY 1 ORDER BY 2
"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """The fields of `Expect` as they turned out, and the edges and items taken."""

    outcomes: list[str]
    conversation: Json
    intents: list[str]
    effects: list[Json]
    ledger: list[Json]
    approvals: list[Json]
    handoffs: list[Json]
    cites: list[str]
    records: dict[str, Json]
    edges: frozenset[Edge]
    reached: frozenset[Item]


async def find(stage: Stage, conversations: Sequence[str], records: Iterable[str]) -> Found:
    """`conversations` as they were opened; `records`: what to look up at the company's systems, by `kind/id`."""
    runs = await _runs(stage, conversations)
    return Found(
        outcomes=[run["outcome"] for run in runs],
        conversation=(await stage.rows("SELECT * FROM conversations WHERE id = %s", conversations[0]))[0],
        intents=[request["intent"] for request in runs[0]["requests"]] if runs else [],
        effects=(await stage.demo.get("/effects")).raise_for_status().json()["items"],
        ledger=await stage.rows(_LEDGER),
        approvals=await stage.rows(_APPROVALS),
        handoffs=await stage.rows(_HANDOFFS),
        cites=[row["title"] for row in await stage.rows(_CITED)],
        records={name: await _record(stage, name) for name in records},
        edges=frozenset(await _edges(stage, runs)),
        reached=await reached(stage),
    )


async def _runs(stage: Stage, conversations: Sequence[str]) -> list[Json]:
    return await stage.rows(_RUNS, list(conversations), list(conversations))


async def _record(stage: Stage, name: str) -> Json:
    """Nothing, where there is no such record."""
    answer = await stage.demo.get(f"/records/{name}")
    found: Json = {} if answer.status_code == httpx.codes.NOT_FOUND else answer.raise_for_status().json()
    return found


async def _edges(stage: Stage, runs: Sequence[Json]) -> set[Edge]:
    steps = await stage.rows(_STEPS)
    taken: set[Edge] = set()
    for run in runs:
        passed = groups([step["data"] for step in steps if step["run_id"] == run["id"]])
        path = [{"__start__"}, *passed, *([{"__end__"}] if run["status"] == "finished" else [])]
        taken |= {(a, b) for before, after in pairwise(path) for a in before for b in after}
    return taken


def groups(steps: Sequence[Json]) -> list[set[str]]:
    """The nodes that ran side by side, in order. A node that waited and went on is one."""
    groups: list[set[str]] = []
    ended = True
    for step in steps:
        if step["state"] == "started":
            if ended and not (groups and groups[-1] == {"human_approval"} == {step["node"]}):
                groups.append(set())
            groups[-1].add(step["node"])
        ended = step["state"] != "started"
    return groups
