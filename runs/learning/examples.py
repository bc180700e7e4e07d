"""Suggestions of examples: messages that people say are of an intent, or of none."""

import asyncio
from collections.abc import Sequence
from typing import Any

from graph.deps import Services
from knowledge.topics import label
from records import learned, lessons
from records.lessons import Lesson
from records.suggestions import Made
from records.taught import NONE, Taught
from runs.learning.gate import MOST_QUESTIONS, try_examples
from runs.learning.proposing import propose, version_of

MOST_TEXTS = 20
"""Examples in one suggestion: more of the same say nothing new, and nobody reads them."""


async def propose_examples(services: Services) -> int:
    """How many suggestions are new or have grown. What was taught of intents that are no more waits."""
    async with services.database.transaction() as conn:
        waiting = await lessons.waiting(conn, "example")
    known, made = (NONE, *services.company.current().playbooks), 0
    for target in dict.fromkeys(each.target for each in waiting if each.target in known):
        made += await propose(services, "example", [each for each in waiting if each.target == target], made_of)
    return made


async def made_of(services: Services, whole: Sequence[Lesson]) -> Made:
    """What these lessons, all of one intent, teach together, tried on what is live."""
    async with services.database.transaction() as conn:
        questions = await learned.questions_with_intent(conn, limit=MOST_QUESTIONS)
    target, texts = whole[0].target, list(dict.fromkeys(each.question for each in whole))[:MOST_TEXTS]
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
