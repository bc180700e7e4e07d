"""Streams: a conversation's events by number, replayed and then followed. A stream only reads; what it shows goes on
whether or not anybody looks."""

import json
import re
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from records import conversations, events, runs
from records.conversations import Conversation
from records.errors import BadRequest
from records.events import Event
from records.ids import ConversationId, MessageId, RunId
from web.doors import Doors
from web.hub import rung
from web.shown import shown

_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_BATCH = 500
Allowed = Callable[[], Awaitable[bool]]
"""Whether whoever listens may still do so."""


def position_of(request: Request, after: str | None) -> int:
    """The number after which a client wants events: Last-Event-ID, else `?after=`, else 0. Raises BadRequest."""
    given = request.headers.get("last-event-id") or after
    if given is None:
        return 0
    if not _NUMBER.fullmatch(given):
        raise BadRequest("Last-Event-ID and after take the number of an event.")
    return int(given)


def stream(doors: Doors, found: AsyncIterator[Event], *, staff: bool) -> EventSourceResponse:
    """The events, as this side sees them, with heartbeats."""
    return EventSourceResponse(_sent(found, staff=staff), ping=doors.ping, sep="\n")


async def all_events(doors: Doors, conversation: ConversationId, after: int) -> AsyncIterator[Event]:
    """The events there are now."""
    while True:
        batch = await _read(doors, conversation, after)
        for event in batch:
            yield event
        if len(batch) < _BATCH:
            return
        after = batch[-1].seq


async def followed(doors: Doors, conversation: ConversationId, after: int, allowed: Allowed) -> AsyncIterator[Event]:
    """The events there are and will be, for as long as it is allowed."""
    async for event in _followed(doors, conversation, after, allowed):
        if event is not None:
            yield event


async def until_answered(
    doors: Doors, conversation: Conversation, message: MessageId, after: int, allowed: Allowed
) -> AsyncIterator[Event]:
    """The events until the run that took up the message has finished or paused; or, where a person has the
    conversation, as far as there are any."""
    async for event in _followed(doors, conversation.id, after, allowed):
        if event is None:
            if await _waits_for_person(doors, conversation.id):
                return
            continue
        yield event
        if event.type == "finished" and event.run_id and await _took_up(doors, event.run_id, message):
            return


async def _followed(
    doors: Doors, conversation: ConversationId, after: int, allowed: Allowed
) -> AsyncIterator[Event | None]:
    """None whenever there is nothing new. Whether it is still allowed is asked once a `poll`."""
    clock = get_running_loop().time
    asked = clock()
    with doors.hub.watching(conversation) as bell:
        while True:
            if clock() - asked >= doors.poll:
                if not await allowed():
                    return
                asked = clock()
            bell.clear()
            batch = await _read(doors, conversation, after)
            for event in batch:
                after = event.seq
                yield event
            if not batch:
                yield None
                await rung(bell, doors.poll)


async def _read(doors: Doors, conversation: ConversationId, after: int) -> list[Event]:
    async with doors.services.database.transaction() as conn:
        return await events.after(conn, conversation, after, limit=_BATCH)


async def _took_up(doors: Doors, run: RunId, message: MessageId) -> bool:
    async with doors.services.database.transaction() as conn:
        return any(each.id == message for each in await conversations.messages_of_run(conn, run))


async def _waits_for_person(doors: Doors, conversation: ConversationId) -> bool:
    async with doors.services.database.transaction() as conn:
        person = await conversations.assignee_of(conn, conversation)
        return person is not None and await runs.has_unanswered(conn, conversation)


async def _sent(found: AsyncIterator[Event], *, staff: bool) -> AsyncIterator[ServerSentEvent]:
    async for event in found:
        data = shown(event, staff=staff)
        if data is not None:
            yield ServerSentEvent(json.dumps(data), event=event.type, id=str(event.seq), sep="\n")
