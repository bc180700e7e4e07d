"""A service whose reasoner asks a scripted model over real HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import httpx2

from evals.fake_model.script import Player, Script
from evals.fake_model.server import FakeModel, running_fake_model
from graph.reasoners.model.client import Client, Endpoint
from graph.reasoners.model.health import Health
from graph.reasoners.model.reasoner import ModelReasoner
from server import open_doors
from tests.service_world import World
from tools.breaker import Breaker, Endurance
from web.mount import new_app

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Modelled:
    """`world` reasons with `fake`."""

    world: World
    fake: FakeModel

    @property
    def calls(self) -> int:
        return len(self.fake.requests)

    def prompt(self, call: int = -1) -> str:
        """All that the model was sent in one call."""
        return "\n\n".join(str(message["content"]) for message in self.fake.requests[call]["messages"])

    def offered(self, call: int = -1) -> list[str]:
        return [tool["function"]["name"] for tool in self.fake.requests[call]["tools"]]

    async def failures(self) -> list[str]:
        """Of each attempt, in order; "" for one that gave an answer."""
        events = await self.world.rows("SELECT data FROM events WHERE type = 'model' ORDER BY at, seq")
        return [event["data"]["failure"] for event in events]


@asynccontextmanager
async def staff_doors(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The doors of a world with other services, with Robin's key."""
    app, headers = new_app(), {"Authorization": f"Bearer {world.staff_key}"}
    transport = httpx.ASGITransport(app)
    async with (
        open_doors(world.opened) as doors,
        httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as http,
    ):
        app.state.doors = doors
        yield http


@asynccontextmanager
async def modelled(
    world: World,
    *turns: Json,
    models: Sequence[str] = ("scripted",),
    seconds: float = 5.0,
    first_seconds: float = 1.0,
    turn_seconds: float = 60.0,
    endurance: Endurance | None = None,
    **script: Any,
) -> AsyncIterator[Modelled]:
    """`models`: asked in this order, all at one endpoint, each behind a breaker where `endurance` is given."""
    fake = FakeModel(Player(Script.model_validate({"turns": turns, "models": models, **script})))
    async with running_fake_model(fake) as url, httpx2.AsyncClient(trust_env=False) as http:
        endpoints = [
            Endpoint(model=model, base_url=url, key="key", seconds=seconds, first_seconds=first_seconds)
            for model in models
        ]
        breakers = [Breaker(model, world.clock, endurance) if endurance else None for model in models]
        clients = [Client(each, http, Health(breaker)) for each, breaker in zip(endpoints, breakers, strict=True)]
        reasoner = ModelReasoner(clients, turn_seconds=turn_seconds)
        yield Modelled(world=await world.changed(reasoner=reasoner), fake=fake)
