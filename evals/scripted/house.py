"""The stage of the eval cases, with a service that reasons with the oracle: the real client, the real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from fastapi import FastAPI

from evals.fake_model.server import FakeModel, running_fake_model
from evals.scripted.oracle import Oracle, Watched
from evals.stage import Stage, open_stage
from graph.build import build
from records.clock import ManualClock
from runs.driver import Driver
from runs.sweep import Sweep
from runs.worker import working
from server import Opened, open_doors, open_services
from settings import Settings
from web.mount import new_app
from wiring import Loaded


@dataclass(frozen=True, kw_only=True)
class House:
    """`fake` is asked by the service and answered for by whoever is its player."""

    stage: Stage
    fake: FakeModel
    oracle: Oracle


@asynccontextmanager
async def open_house(server_url: str) -> AsyncIterator[House]:
    """`server_url`: as of a stage."""
    oracle = Oracle()
    fake = FakeModel(oracle)
    async with running_fake_model(fake) as url:

        @asynccontextmanager
        async def serve(settings: Settings, clock: ManualClock, loaded: Loaded | None) -> AsyncIterator[FastAPI]:
            asking = replace(settings, model=oracle.script.models[0], openai_base_url=url, openai_api_key="any")
            async with _served(asking, clock, loaded, oracle) as app:
                yield app

        async with open_stage(server_url, serve=serve) as stage:
            yield House(stage=stage, fake=fake, oracle=oracle)


@asynccontextmanager
async def _served(
    settings: Settings, clock: ManualClock, loaded: Loaded | None, oracle: Oracle
) -> AsyncIterator[FastAPI]:
    app = new_app()
    async with open_services(settings, clock, loaded) as opened:
        mine = _watched(opened, oracle)
        async with (
            open_doors(mine) as doors,
            working(mine.jobs, mine.driver, mine.sweep, concurrency=settings.concurrency),
        ):
            app.state.opened, app.state.doors = mine, doors
            yield app


def _watched(opened: Opened, oracle: Oracle) -> Opened:
    services = replace(opened.services, reasoner=Watched(opened.services.reasoner, oracle))
    graph = build(lambda: services).compile(opened.saver)
    return replace(
        opened,
        services=services,
        graph=graph,
        driver=Driver(services, graph),
        sweep=Sweep(services, opened.jobs),
    )
