"""Who waits for which conversation's events in this process: one listening connection wakes them all."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final, Literal

from records import events
from records.database import Database
from records.ids import ConversationId
from records.listening import announcements

ALL: Final = ""
"""In the place of a conversation: whatever happens anywhere."""


class Hub:
    """Bells by conversation. It only wakes; what is new is read from the event log."""

    def __init__(self) -> None:
        self._bells: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def watching(self, conversation: ConversationId | Literal[""]) -> Iterator[asyncio.Event]:
        """A bell that rings when the conversation, or with ALL any, may have new events. Clear it before reading them."""
        bell = asyncio.Event()
        self._bells.setdefault(conversation, set()).add(bell)
        try:
            yield bell
        finally:
            self._bells[conversation].discard(bell)
            if not self._bells[conversation]:
                del self._bells[conversation]

    @property
    def watched(self) -> int:
        """How many conversations somebody waits for."""
        return len(self._bells)

    def ring(self, conversation: str | None) -> None:
        """None rings every bell."""
        named = [self._bells.get(each, set()) for each in (conversation, ALL) if each is not None]
        rung = self._bells.values() if conversation is None else named
        for bells in rung:
            for bell in bells:
                bell.set()

    async def listen(self, database: Database) -> None:
        """Rings for ever, by what all processes announce."""
        async for conversation in announcements(database, events.CHANNEL):
            self.ring(conversation)


@asynccontextmanager
async def open_hub(database: Database) -> AsyncIterator[Hub]:
    """A hub that listens until the block ends."""
    hub = Hub()
    listening = asyncio.create_task(hub.listen(database), name="hub")
    try:
        yield hub
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def rung(bell: asyncio.Event, timeout: float) -> None:
    """Waits for the bell, at most so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            await bell.wait()
