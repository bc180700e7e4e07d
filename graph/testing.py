"""Reasoners that misbehave on purpose, for proofs and tests of what stands around a reasoner."""

import asyncio

from graph import agenda
from graph.reasoners.protocol import Decision, Reasoner, View
from graph.state import Request


class OutOfOrder(RuntimeError):
    """What a broken reasoner raises."""


class BrokenReasoner:
    """Raises OutOfOrder the first `times` times it is asked; after that `inner` decides."""

    def __init__(self, inner: Reasoner, *, times: int) -> None:
        self._inner = inner
        self._left = times

    async def decide(self, view: View) -> Decision:
        self._left -= 1
        if self._left >= 0:
            raise OutOfOrder
        return await self._inner.decide(view)


class HeldReasoner:
    """Decides nothing before it is let go. `asked` is set as soon as a run is in it."""

    def __init__(self, inner: Reasoner) -> None:
        self._inner = inner
        self.asked = asyncio.Event()
        self.go = asyncio.Event()

    async def decide(self, view: View) -> Decision:
        self.asked.set()
        await self.go.wait()
        return await self._inner.decide(view)


class TalkingReasoner:
    """Answers whatever is asked with these very words, slots and all. `first` decides before: once it would reply, the
    words take the place of its own."""

    def __init__(self, words: str, *, first: Reasoner | None = None) -> None:
        self._words = words
        self._first = first

    async def decide(self, view: View) -> Decision:
        decision = await self._first.decide(view) if self._first else None
        if decision is not None and decision.step["kind"] != "reply":
            return decision
        asked = view.requests or [agenda.new_request("", 1.0, view.triage["text"])]
        said: list[Request] = [{**request, "status": "done", "said": self._words} for request in asked]
        return Decision(step={"kind": "reply"}, requests=said)
