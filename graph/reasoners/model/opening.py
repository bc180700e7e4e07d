"""Opens the reasoner: a language model's where one is configured, else the rules'."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx2

from graph.reasoners.model.client import Client, Endpoint
from graph.reasoners.model.reasoner import ModelReasoner
from graph.reasoners.protocol import Reasoner
from graph.reasoners.rules import RulesReasoner


@asynccontextmanager
async def open_reasoner(endpoints: Sequence[Endpoint]) -> AsyncIterator[Reasoner]:
    """`endpoints`: in the order in which they are asked. They share one pool of connections."""
    if not endpoints:
        yield RulesReasoner()
        return
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=60)
    async with httpx2.AsyncClient(limits=limits) as http:
        yield ModelReasoner([Client(endpoint, http) for endpoint in endpoints])
