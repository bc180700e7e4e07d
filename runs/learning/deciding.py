"""Decisions about suggestions: taken once, by a person, about what they saw; tried again on what is live then; taken back in
one action. Each is one transaction, and takes effect without a restart."""

import asyncio
from collections.abc import Sequence
from typing import Any

from graph.deps import Services
from records import audit, learned, lessons, suggestions
from records.errors import Conflict, StaleCard
from records.ids import ConversationId, StaffId, SuggestionId
from records.sql import Connection
from records.suggestions import Suggestion
from records.taught import Taught, read
from runs.learning.gate import MOST_QUESTIONS, Tried, try_examples


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
        tried = await _tried(services, conn, found)
        if tried.passed and tried.texts == found.change["texts"]:
            await _live(services, conn, found, tried, by=by, why=why)
        else:
            await suggestions.judge(conn, found, "failed", {**tried.told(), "passed": False})
        services.fault("learning:deciding")
    await refreshed(services)
    async with services.database.transaction() as conn:
        after = await suggestions.get(conn, named)
    if after.state == "failed":
        raise GateFailed(gate=after.gate)
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
        await _noted(services, conn, "rolled_back", found, by)
        services.fault("learning:undoing")
        after = await suggestions.get(conn, named)
    await refreshed(services)
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
    await refreshed(services)
    return held


async def refreshed(services: Services) -> None:
    """This process answers by what is live now; the others do within a second."""
    if services.taught is not None:
        async with services.database.transaction() as conn:
            await services.taught.refresh(conn)


async def _open(conn: Connection, named: SuggestionId, seen: str) -> Suggestion:
    await suggestions.lock(conn)
    found = await suggestions.hold(conn, named)
    if found.state not in suggestions.OPEN:
        raise await suggestions.refusal(conn, named)
    if found.version != seen:
        raise Grown
    return found


async def _tried(services: Services, conn: Connection, found: Suggestion) -> Tried:
    """On what is live at this moment, under the lock: two that do not go together are never both accepted."""
    taught: Taught = await read(conn, "now")
    questions = await learned.questions_with_intent(conn, limit=MOST_QUESTIONS)
    return await asyncio.to_thread(try_examples, services, taught, found.target, found.change["texts"], questions)


async def _live(
    services: Services, conn: Connection, found: Suggestion, tried: Tried, *, by: StaffId, why: str
) -> None:
    texts = {*tried.texts}
    for lesson in await lessons.of_suggestion(conn, found.id):
        if lesson.question in texts:
            about = {"intent": found.target, "text": lesson.question}
            await learned.teach(conn, found.id, lesson.conversation_id, **about)
    told = tried.told() | {"left_out": found.gate.get("left_out", [])}
    await suggestions.decide(conn, found, "accepted", by=by, why=why, gate=told, now=services.clock.now())
    await _noted(services, conn, "accepted", found, by)


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
