"""The stage of the eval cases, with a service that reasons with the oracle: the real client, the real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from fastapi import FastAPI

from evals.fake_model.server import FakeModel, running_fake_model
from evals.scripted.oracle import Oracle
from evals.stage import Stage, open_stage
from graph.reasoners.protocol import Decision, Reasoner, View
from graph.reasoners.rules import RulesReasoner
from records.clock import ManualClock
from runs.worker import working
from server import Opened, open_doors, open_services
from settings import Settings
from web.mount import new_app
from wiring import Loaded


@dataclass(frozen=True, kw_only=True)
class House:
    """`fake` is asked by the service; who answers is chosen by `use`. `oracle`: a good model."""

    stage: Stage
    fake: FakeModel
    oracle: Oracle
    watched: "Seat"

    def use(self, player: Oracle) -> None:
        """From here on this one answers."""
        self.fake.player = self.watched.player = player


@dataclass
class Seat:
    """Whoever answers now, and so must know what is decided on."""

    player: Oracle


class Watched:
    """The service's own reasoner; whoever answers is told what it decides on."""

    def __init__(self, inner: Reasoner, seat: Seat) -> None:
        self._inner = inner
        self._seat = seat

    async def decide(self, view: View) -> Decision:
        with self._seat.player.watching(view, await RulesReasoner().decide(view)):
            return await self._inner.decide(view)


@asynccontextmanager
async def open_house(server_url: str) -> AsyncIterator[House]:
    """`server_url`: as of a stage."""
    oracle = Oracle()
    fake, seat = FakeModel(oracle), Seat(oracle)
    async with running_fake_model(fake) as url:

        @asynccontextmanager
        async def serve(settings: Settings, clock: ManualClock, loaded: Loaded | None) -> AsyncIterator[FastAPI]:
            asking = replace(settings, model=oracle.script.models[0], openai_base_url=url, openai_api_key="any")
            async with _served(asking, clock, loaded, seat) as app:
                yield app

        async with open_stage(server_url, serve=serve) as stage:
            yield House(stage=stage, fake=fake, oracle=oracle, watched=seat)


@asynccontextmanager
async def _served(settings: Settings, clock: ManualClock, loaded: Loaded | None, seat: Seat) -> AsyncIterator[FastAPI]:
    app = new_app()
    async with open_services(settings, clock, loaded) as opened:
        mine = _watched(opened, seat)
        async with (
            open_doors(mine) as doors,
            working(mine.jobs, mine.driver, mine.sweep, concurrency=settings.concurrency),
        ):
            app.state.opened, app.state.doors = mine, doors
            yield app


def _watched(opened: Opened, seat: Seat) -> Opened:
    return opened.with_services(replace(opened.services, reasoner=Watched(opened.services.reasoner, seat)))
