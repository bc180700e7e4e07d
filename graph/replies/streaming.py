"""An answer on its way: released sentence by sentence while a reasoner writes it.

Whether it may be sent at all is known before its first word. Each sentence passes the same checks as a whole reply does;
the first that fails ends the stream. What the customer has read stands: the reply goes on from it, or a person does.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage

from graph.deps import Deps
from graph.reasoners.protocol import View
from graph.reasoners.rules import RulesReasoner
from graph.replies.saying import say
from graph.replies.sending import needs_person
from graph.state import Draft, Released, Request, Step, SupportState, Update
from graph.truth.claims import sentences
from graph.truth.filter import bounds_of
from graph.truth.guard import checked, known_about
from graph.truth.known import Known, found_in
from graph.truth.leaks import Bounds, leaks
from graph.truth.stops import records_of
from records import conversations, events, runs
from records.conversations import EMAIL
from records.runs import Run
from records.sql import Connection

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What a stream needs before its first sentence. `honest`: the requests as the rules reasoner would leave them."""

    run: Run
    honest: Sequence[Request]
    bounds: Bounds


@dataclass(kw_only=True)
class Stream:
    """A reasoner's voice (graph/reasoners/protocol.py). `records` and `ready` are read while the model still thinks;
    `ready` is None where nothing may be sent in pieces."""

    deps: Deps
    state: SupportState
    view: View
    records: asyncio.Task[Known]
    ready: asyncio.Task[Ready | None]
    released: str = ""
    citations: Sequence[Json] = ()
    _about: Request | None = None
    _written: str = ""
    _heard: str = ""
    _ended: bool = False

    @property
    def sent(self) -> str:
        return self._written

    def about(self, request: Request | None) -> None:
        self._about = request

    def afresh(self) -> None:
        self._heard = self._written

    async def hear(self, words: str) -> bool:
        self._heard = (self._heard + words).lstrip()
        finished = _finished(self._heard)
        if not self._ended and len(finished) > len(self._written):
            self._ended = not await _whole(self._release(finished))
        return bool(self.released)

    async def _release(self, written: str) -> bool:
        ready = await self.ready
        if ready is None:
            return False
        known = self._known(await self.records, ready)
        result = checked(written, known, self.view.language)
        stays = result.text.startswith(self.released)
        if not stays or result.findings or leaks(result.text, ready.bounds) or not await self._tell(ready, result.text):
            return False
        self.released, self.citations, self._written = result.text, result.citations, written
        return True

    def _known(self, records: Known, ready: Ready) -> Known:
        if self._about is not None:
            return known_about(self.view, self._about, records, ready.honest)
        return Known(**found_in(self.view, ""), vectors=records.vectors, now=records.now)

    async def _tell(self, ready: Ready, text: str) -> bool:
        """The customer reads on; not once a person has the conversation, or nothing may be sent alone any more."""
        run, services = ready.run, self.deps.services
        async with services.database.transaction() as conn:
            conversation = await conversations.get(conn, run.conversation_id)
            if await needs_person(conn, self.state, self.deps, conversation):
                return False
            told = events.deltas(text[len(self.released) :], attempt=run.attempts)
            await events.append(conn, conversation.id, run.id, told, now=services.clock.now())
        services.fault("stream:sentence")
        return True


async def _whole(released: Coroutine[Any, Any, bool]) -> bool:
    """A sentence is sent or it is not, also when the model's time is up just then: what the customer reads is known here,
    and what the stream has begun to read is there for the next model."""
    task = asyncio.create_task(released)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _finished(text: str) -> str:
    """The text up to its last sentence, which may still grow."""
    starts = [start for start, _ in sentences(text)]
    return text[: starts[-1]] if starts else ""


@asynccontextmanager
async def streaming(deps: Deps, state: SupportState, view: View) -> AsyncIterator[Stream]:
    """For as long as one step is decided."""
    records, ready = asyncio.create_task(records_of(deps)), asyncio.create_task(_ready(deps, state, view))
    try:
        yield Stream(deps=deps, state=state, view=view, records=records, ready=ready)
    finally:
        for task in (records, ready):
            task.cancel()
        await asyncio.gather(records, ready, return_exceptions=True)


async def _ready(deps: Deps, state: SupportState, view: View) -> Ready | None:
    """None where the agent would only draft, or has other things to tell besides; nor is a letter sent in pieces."""
    if view.channel == EMAIL or state.get("approval"):
        return None
    if any(request["said"] or request["status"] == "joined" for request in view.requests):
        return None
    async with deps.services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        conversation = await conversations.get(conn, run.conversation_id)
        if await needs_person(conn, state, deps, conversation):
            return None
        bounds = await bounds_of(conn, deps.services, conversation.id, state.get("facts", {}).values())
    return Ready(run=run, honest=(await RulesReasoner().decide(view)).requests, bounds=bounds)


async def settled(stream: Stream, step: Step, requests: Sequence[Request], visits: int) -> Update:
    """What becomes of the sentences that were released, once the step is known. A reply begins with them. Before any
    other step, and before a reply that a person must see first, they are a message of their own, and are not said again."""
    begun, told, ready = stream.released, [each for each in requests if each["said"]], await stream.ready
    if not begun or ready is None:
        return {"requests": list(requests)}
    released: Released = {"text": begun, "attempt": ready.run.attempts}
    whole = "\n\n".join(each["said"] for each in told).startswith(begun)
    if step["kind"] == "reply" and whole and not any(each.get("stopped") for each in told):
        return {"requests": list(requests), "released": released}
    async with stream.deps.services.database.transaction() as conn:
        cited, part = stream.citations, f"begun:{visits}"
        message = await _stands(conn, stream.deps, ready.run, stream.state, released, part=part, citations=cited)
    return {"requests": [without(each, begun) for each in requests], "messages": [message]}


async def drafted(conn: Connection, deps: Deps, run: Run, state: SupportState, draft: Draft) -> Update:
    """A person sees the reply first; what the customer has read of it by then is a message of its own."""
    released = state.get("released")
    if released is None:
        return {"draft": draft}
    message = await _stands(conn, deps, run, state, released, part="begun", citations=draft["citations"])
    rest: Draft = {**draft, "text": draft["text"].removeprefix(released["text"])}
    if "original" in rest:
        rest["original"] = rest["original"].removeprefix(released["text"])
    return {"draft": rest, "released": None, "messages": [message]}


async def _stands(
    conn: Connection,
    deps: Deps,
    run: Run,
    state: SupportState,
    released: Released,
    *,
    part: str,
    citations: Sequence[Json],
) -> AIMessage:
    words, facts = released["text"].rstrip(), state.get("facts", {})
    sent = await say(conn, deps, run, words, part=part, citations=citations, facts=facts, released=released)
    return AIMessage(content=words, id=sent)


def without(request: Request, begun: str) -> Request:
    """The request's words without those that the customer has read."""
    left: Request = {**request, "said": request["said"].removeprefix(begun)}
    if "original" in left:
        left["original"] = left["original"].removeprefix(begun)
    return left
