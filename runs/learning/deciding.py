"""Decisions about suggestions: taken once, by a person, about what they saw; tried again on what is live then; taken back in
one action. Each is one transaction, and takes effect without a restart."""

import asyncio
from collections.abc import Sequence
from typing import Any

from graph.deps import Services
from records import audit, learned, learned_articles, lessons, suggestions
from records.errors import Conflict, StaleCard
from records.ids import ConversationId, StaffId, SuggestionId
from records.sql import Connection
from records.suggestions import Suggestion
from records.taught import read
from runs.learning.articles import gated
from runs.learning.gate import MOST_QUESTIONS, try_examples
from runs.learning.shelf import searched, shelf_of

Json = dict[str, Any]


class GateFailed(Conflict):
    """This would make something worse by now, so it was not accepted. `gate` says what."""

    slug = "gate-failed"


class Grown(StaleCard):
    """This suggestion has changed since you looked at it. Look at it again before you decide."""

    slug = "stale-suggestion"


async def accept(services: Services, named: SuggestionId, *, seen: str, by: StaffId, why: str) -> Suggestion:
    """Makes it live. `seen`: the version that was looked at. Raises AlreadyDecided, Grown, GateFailed, NotFound."""
    async with services.database.transaction() as conn:
        found = await _open(conn, named, seen)
        gate = await _tried(services, conn, found)
        if gate["passed"]:
            article = await _live(services, conn, found)
            gate |= {"left_out": found.gate.get("left_out", [])}
            now = services.clock.now()
            await suggestions.decide(conn, found, "accepted", by=by, why=why, gate=gate, article=article, now=now)
            await _noted(services, conn, "accepted", found, by)
        else:
            await suggestions.judge(conn, found, "failed", gate)
        services.fault("learning:deciding")
        after = await suggestions.get(conn, named)
    if not gate["passed"]:
        raise GateFailed(gate=gate)
    await refreshed(services, articles=found.kind == "article")
    return after


async def dismiss(services: Services, named: SuggestionId, *, by: StaffId, why: str) -> Suggestion:
    """Nothing of it is proposed again. Raises AlreadyDecided, NotFound."""
    now = services.clock.now()
    async with services.database.transaction() as conn:
        await suggestions.lock(conn)
        found = await suggestions.hold(conn, named)
        await suggestions.decide(conn, found, "dismissed", by=by, why=why, gate=found.gate, now=now)
        await _noted(services, conn, "dismissed", found, by)
        return await suggestions.get(conn, named)


async def roll_back(services: Services, named: SuggestionId, *, by: StaffId, why: str) -> Suggestion:
    """What it taught is live no more, as if it had never been. Raises AlreadyDecided when it is not live, NotFound."""
    async with services.database.transaction() as conn:
        await suggestions.lock(conn)
        found = await suggestions.hold(conn, named)
        await suggestions.undo(conn, found, by=by, why=why, now=services.clock.now())
        await learned.unteach(conn, found.id)
        if found.article_id:
            await learned_articles.withdraw(conn, found.article_id, now=services.clock.now())
        await _noted(services, conn, "rolled_back", found, by)
        services.fault("learning:undoing")
        after = await suggestions.get(conn, named)
    await refreshed(services, articles=found.kind == "article")
    return after


async def forget(services: Services, conversations: Sequence[ConversationId], *, by: StaffId) -> int:
    """Takes back everything that was learned from these conversations; nothing is learned from them again. How many pieces
    there were."""
    async with services.database.transaction() as conn:
        await suggestions.lock(conn)
        held = await suggestions.forget(conn, conversations, now=services.clock.now())
        for conversation in conversations:
            now = services.clock.now()
            about: dict[str, Any] = {"subject": conversation, "conversation": conversation, "pieces": held}
            await audit.write(conn, actor=by, action="learning.forgotten", now=now, **about)
        services.fault("learning:forgetting")
    await refreshed(services, articles=held > 0)
    return held


async def refreshed(services: Services, *, articles: bool) -> None:
    """This process answers by what is live now; the others do within a second."""
    if services.taught is not None:
        async with services.database.transaction() as conn:
            await services.taught.refresh(conn)
        await asyncio.to_thread(services.classifier.predict, "")  # fitted there, so that nobody's message waits for it
    if articles:
        await searched(services)


async def _open(conn: Connection, named: SuggestionId, seen: str) -> Suggestion:
    await suggestions.lock(conn)
    found = await suggestions.hold(conn, named)
    if found.state not in suggestions.OPEN:
        raise await suggestions.refusal(conn, named)
    if found.version != seen:
        raise Grown
    return found


async def _tried(services: Services, conn: Connection, found: Suggestion) -> Json:
    """On what is live at this moment, under the lock: two that do not go together are never both accepted."""
    if found.kind == "article":
        questions = await learned.questions_with_article(conn, limit=MOST_QUESTIONS)
        return await gated(services, await shelf_of(conn, services), found.change, questions)
    taught, texts = await read(conn, "now"), found.change["texts"]
    questions = await learned.questions_with_intent(conn, limit=MOST_QUESTIONS)
    tried = await asyncio.to_thread(try_examples, services, taught, found.target, texts, questions)
    return tried.told() | {"passed": tried.passed and tried.texts == texts}


async def _live(services: Services, conn: Connection, found: Suggestion) -> str | None:
    """What it teaches is there. Returns the new article's id."""
    change = found.change
    if found.kind == "article":
        article = await learned_articles.add(conn, title=change["title"], body=change["body"], now=services.clock.now())
        await learned.put_in_place(conn, article, replaces=change["replaces"], base=change["base"])
        return article
    for lesson in await lessons.of_suggestion(conn, found.id):
        if lesson.question in change["texts"]:
            about = {"intent": found.target, "text": lesson.question}
            await learned.teach(conn, found.id, lesson.conversation_id, **about)
    return None


async def _noted(services: Services, conn: Connection, what: str, found: Suggestion, by: StaffId) -> None:
    about: dict[str, Any] = {"kind": found.kind, "target": found.target, "version": found.version}
    await audit.write(
        conn,
        actor=by,
        action=f"learning.{what}",
        subject=found.id,
        policy_version=services.company.current().version,
        now=services.clock.now(),
        **about,
    )
