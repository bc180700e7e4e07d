"""Reasoners that misbehave on purpose, for proofs and tests of what stands around a reasoner."""

import asyncio

from graph.reasoners.protocol import Decision, Reasoner, View


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
