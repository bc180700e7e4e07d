"""Makes suggestions of what waits: examples of one intent that are about the same thing are one suggestion."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from graph.deps import Services
from knowledge.embedder import Embedder
from knowledge.topics import ALIKE, groups, label
from records import learned, lessons, suggestions
from records.ids import SuggestionId
from records.lessons import Lesson
from records.sql import Connection
from records.suggestions import Made, Suggestion
from records.taught import NONE, Taught
from runs.learning.gate import MOST_QUESTIONS, try_examples

MOST_TEXTS = 20
"""Examples in one suggestion: more of the same say nothing new, and nobody reads them."""


class Taken(Exception):
    """Somebody else was first."""


async def propose_examples(services: Services) -> int:
    """How many suggestions are new or have grown. One transaction for each."""
    async with services.database.transaction() as conn:
        waiting = await lessons.waiting(conn, "example")
    intents = services.company.current().examples
    made = 0
    for target in dict.fromkeys(each.target for each in waiting):
        if target == NONE or target in intents:
            own = [each for each in waiting if each.target == target]
            for group in await asyncio.to_thread(_groups, services, own):
                made += await _propose(services, target, group)
                services.fault("learning:proposed")
    return made


def _groups(services: Services, found: Sequence[Lesson]) -> list[list[Lesson]]:
    vectors = embedder_of(services).embed([each.question for each in found])
    return [[found[place] for place in places] for places in groups(vectors)]


async def _propose(services: Services, target: str, group: Sequence[Lesson]) -> bool:
    """Adds them to the open suggestion that is about the same, or makes a new one. False when somebody else had any of
    them first."""
    async with services.database.transaction() as conn:
        before = await _alike(services, conn, target, group)
        whole = [*(await lessons.of_suggestion(conn, before.id) if before else []), *group]
    made = await made_of(services, target, whole)
    services.fault("learning:gated")
    try:
        await write(services, made, group, before.id if before else None)
    except Taken:
        return False
    return True


async def write(services: Services, made: Made, group: Sequence[Lesson], grown: SuggestionId | None) -> None:
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


async def made_of(services: Services, target: str, whole: Sequence[Lesson]) -> Made:
    """What these lessons teach together, tried on what is live."""
    async with services.database.transaction() as conn:
        questions = await learned.questions_with_intent(conn, limit=MOST_QUESTIONS)
    texts = list(dict.fromkeys(each.question for each in whole))[:MOST_TEXTS]
    taught = services.taught.current() if services.taught else Taught()
    tried = await asyncio.to_thread(try_examples, services, taught, target, texts, questions)
    change = {"intent": target, "texts": tried.texts}
    return Made(
        kind="example",
        target=target,
        title=label(texts),
        change=change,
        overwrites=[_overwritten(services, target, text) for text in tried.texts],
        gate=tried.told(),
        version=version_of(change),
    )


def _overwritten(services: Services, target: str, text: str) -> dict[str, Any]:
    """What the live model takes the text for now, and how surely."""
    now = services.classifier.predict(text)
    intent, sure = (NONE, now.none) if now.none >= services.company.current().thresholds.none else now.intents[0]
    return {"text": text, "was": intent, "probability": round(sure, 3), "becomes": target}


async def _alike(services: Services, conn: Connection, target: str, group: Sequence[Lesson]) -> Suggestion | None:
    """The open suggestion about the same intent and the same thing."""
    found = [each for each in await suggestions.open_ones(conn, "example") if each.target == target]
    if not found:
        return None
    embed = embedder_of(services).embed
    middle = embed([each.question for each in group]).mean(axis=0)
    nearness = [float(np.mean(embed(_texts(each)) @ middle)) for each in found]
    best = int(np.argmax(nearness))
    return found[best] if nearness[best] >= ALIKE else None


def _texts(found: Suggestion) -> list[str]:
    return [*found.change["texts"], *(each["text"] for each in found.gate.get("left_out", []))]


def version_of(change: dict[str, Any]) -> str:
    """Of what would go live: a decision is about what was seen."""
    return hashlib.sha256(json.dumps(change, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def embedder_of(services: Services) -> Embedder:
    return cast(Embedder, services.vectors)
