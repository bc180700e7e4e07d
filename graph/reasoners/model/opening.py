"""Opens the reasoner: a language model's where one is configured, else the rules'."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx2

from graph.reasoners.model.client import Client, Endpoint
from graph.reasoners.model.failures import ATTEMPTS
from graph.reasoners.model.health import Health
from graph.reasoners.model.reasoner import ModelReasoner
from graph.reasoners.protocol import Reasoner
from graph.reasoners.rules import RulesReasoner
from records.clock import Clock
from tools.breaker import Breaker, Endurance


@asynccontextmanager
async def open_reasoner(
    endpoints: Sequence[Endpoint], *, clock: Clock, endurance: Endurance, turn_seconds: float
) -> AsyncIterator[Reasoner]:
    """`endpoints`: in the order in which they are asked. They share one pool of connections; each has a breaker of its own,
    unless `endurance` allows no failures at all. `turn_seconds`: what one run may wait for all of them."""
    if not endpoints:
        yield RulesReasoner()
        return
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=60)
    async with httpx2.AsyncClient(limits=limits) as http:
        clients = [Client(endpoint, http, _health(endpoint, clock, endurance)) for endpoint in endpoints]
        yield ModelReasoner(clients, turn_seconds=turn_seconds)


def _health(endpoint: Endpoint, clock: Clock, endurance: Endurance) -> Health:
    """One call whose attempts all failed is enough, however long they took: there may not be another customer for a
    while, and the next should not wait as long."""
    if not endurance.failures:
        return Health()
    window = endurance.window + timedelta(seconds=endpoint.seconds)
    mine = replace(endurance, failures=min(endurance.failures, ATTEMPTS), window=window)
    return Health(Breaker(endpoint.model, clock, mine))
