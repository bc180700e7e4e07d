"""Takes in what people taught since the last time: questions with what became of them, and lessons. Each thing is taken in
once, whoever dies in between, and whatever cannot be redacted now waits for the next time."""

from datetime import timedelta

from graph.deps import Services
from records import lessons, questions, suggestions
from records.errors import NotFound
from records.ids import ConversationId, CustomerId
from records.lessons import SOURCES, Raw
from records.questions import Asked
from runs.learning.redacting import Records, Unread, question_of, records_of, words_of
from runs.learning.shelf import least_support
from runs.learning.wording import general

BATCH = 100
LOOK_BACK = timedelta(days=14)
"""How long after its end a run's question is still written down: the job runs far more often."""
MOST_SURE = 0.9
"""Probability from which a confirmed intent teaches nothing new."""
FEWEST_WORDS = 2
"""Below, a question is only understood by what was said before it."""
BOUNDS = {"raw_confirmed": {"most": MOST_SURE}}


async def harvest(services: Services) -> int:
    """How many lessons were new."""
    await _questions(services)
    async with services.database.transaction() as conn:
        await suggestions.lock(conn)  # two that write to the same rows in another order would wait for one another
        await questions.settle(conn)
    services.fault("learning:settled")
    return sum([await _lessons(services, source) for source in SOURCES])


async def _questions(services: Services) -> None:
    since, after = services.clock.now() - LOOK_BACK, ""
    while True:
        async with services.database.transaction() as conn:
            found = await questions.unrecorded(conn, since=since, after=after, limit=BATCH)
        for asked in found:
            await _question(services, asked)
            services.fault("learning:question")
        if len(found) < BATCH:
            return
        after = found[-1].run_id


async def _question(services: Services, asked: Asked) -> None:
    """All of a run's questions in one transaction."""
    records = await _records(services, asked.conversation_id, asked.customer_id)
    if records is None:
        return
    requests = asked.requests or [{"intent": "", "text": asked.said or "", "probability": 0.0}]
    texts = [question_of(services, str(each.get("text") or asked.said or ""), records) for each in requests]
    try:
        async with services.database.transaction() as conn:
            for place, (each, text) in enumerate(zip(requests, texts, strict=True)):
                sure = float(each.get("probability", 0.0))
                await questions.add(conn, asked, place=place, text=text, intent=str(each["intent"]), probability=sure)
    except NotFound:  # erased meanwhile
        return


async def _lessons(services: Services, source: str) -> int:
    bounds = BOUNDS.get(source, {"least": least_support(services)} if source == "raw_replies" else {})
    taken, after = 0, ""
    while True:
        async with services.database.transaction() as conn:
            found = await lessons.raw(conn, source, after=after, limit=BATCH, **bounds)
        for raw in found:
            taken += await _lesson(services, raw)
            services.fault("learning:lesson")
        if len(found) < BATCH:
            return taken
        after = found[-1].key


async def _lesson(services: Services, raw: Raw) -> bool:
    records = await _records(services, raw.conversation_id, raw.customer_id)
    if records is None or not raw.said:
        return False
    question = question_of(services, raw.said, records)
    if len(question.split()) < FEWEST_WORDS:
        return False
    answer, before, why = (words_of(each, records) for each in (raw.answer, raw.before, raw.why))
    if raw.kind == "article" and not general(services.kit, answer):
        return False
    try:
        async with services.database.transaction() as conn:
            return await lessons.add(conn, raw, question=question, answer=answer, before=before, why=why)
    except NotFound:  # erased meanwhile
        return False


async def _records(services: Services, conversation: ConversationId, customer: CustomerId | None) -> Records | None:
    """None: the customer's record cannot be read now."""
    try:
        return await records_of(services, conversation, customer)
    except Unread:
        return None
