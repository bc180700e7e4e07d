"""Makes suggestions of what waits: lessons that teach the same about the same thing are one suggestion."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import numpy as np

from graph.deps import Services
from knowledge.embedder import Embedder
from knowledge.topics import ALIKE, groups
from records import lessons, suggestions
from records.ids import SuggestionId
from records.lessons import Kind, Lesson
from records.sql import Connection
from records.suggestions import Made, Suggestion

Make = Callable[[Services, Sequence[Lesson]], Awaitable[Made | None]]
"""What lessons about one thing teach together, tried on what is live. None: nothing that could be proposed."""


class Taken(Exception):
    """Somebody else was first."""


async def propose(services: Services, kind: Kind, found: Sequence[Lesson], make: Make) -> int:
    """Groups what waits and proposes each group, in a transaction of its own. How many suggestions are new or have
    grown."""
    made = 0
    for group in await asyncio.to_thread(_groups, services, found):
        made += await _propose(services, kind, group, make)
        services.fault("learning:proposed")
    return made


def _groups(services: Services, found: Sequence[Lesson]) -> list[list[Lesson]]:
    vectors = embedder_of(services).embed([each.question for each in found])
    return [[found[place] for place in places] for places in groups(vectors)]


async def _propose(services: Services, kind: Kind, group: Sequence[Lesson], make: Make) -> bool:
    """Adds them to the open suggestion that is about the same, or makes a new one. False when there is nothing to propose,
    or somebody else was first."""
    async with services.database.transaction() as conn:
        before = await _alike(services, conn, kind, group)
        whole = [*(await lessons.of_suggestion(conn, before.id) if before else []), *group]
    made = await make(services, whole)
    services.fault("learning:gated")
    if made is None:
        return False
    try:
        await _write(services, made, group, before.id if before else None)
    except Taken:
        return False
    return True


async def _write(services: Services, made: Made, group: Sequence[Lesson], grown: SuggestionId | None) -> None:
    """The suggestion and its lessons in one transaction. `grown`: the open one that it adds to. Raises Taken, and writes
    nothing, when it was decided meanwhile, or another one has one of the lessons: the next time begins anew."""
    async with services.database.transaction() as conn:
        await suggestions.lock(conn)
        if grown is not None and not await suggestions.change(conn, grown, made):
            raise Taken
        suggestion = grown or await suggestions.add(conn, made, now=services.clock.now())
        services.fault("learning:writing")
        if not await lessons.claim(conn, suggestion, [each.key for each in group]):
            raise Taken


async def _alike(services: Services, conn: Connection, kind: Kind, group: Sequence[Lesson]) -> Suggestion | None:
    """The open suggestion about the same thing; of examples, for the same intent."""
    target = group[0].target
    found = [each for each in await suggestions.open_ones(conn, kind) if kind == "article" or each.target == target]
    if not found:
        return None
    embed = embedder_of(services).embed
    middle = embed([each.question for each in group]).mean(axis=0)
    nearness = [float(np.mean(embed(await _asked(conn, each)) @ middle)) for each in found]
    best = int(np.argmax(nearness))
    return found[best] if nearness[best] >= ALIKE else None


async def _asked(conn: Connection, found: Suggestion) -> list[str]:
    return [each.question for each in await lessons.of_suggestion(conn, found.id)] or [found.title]


def version_of(change: dict[str, Any]) -> str:
    """Of what would go live: a decision is about what was seen."""
    return hashlib.sha256(json.dumps(change, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def embedder_of(services: Services) -> Embedder:
    return cast(Embedder, services.vectors)
