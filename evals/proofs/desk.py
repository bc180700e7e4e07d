"""The service without its ear: it opens in a moment, and every message is understood as one about a late order.

What decides, allows, acts and tells is the product's own; what a message means is no part of a proof about decisions.
"""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx

from components import make_cipher, make_tokens
from graph.build import build
from graph.deps import Limits, Services
from graph.reasoners.rules import RulesReasoner
from knowledge.search import About, Found
from knowledge.triage import Prediction
from policy.live import LiveCompany
from records.clock import SystemClock
from records.database import open_database
from runs.driver import Driver
from runs.jobs import Jobs, open_jobs
from runs.saver import open_saver
from runs.sweep import Sweep
from runs.worker import working
from settings import Settings
from tools.history.recorded import RecordedHistory
from web.doors import Doors
from web.hub import open_hub
from web.mount import new_app
from wiring import connected, load_kit, vocabulary_of

WORKERS = 4


class Certain:
    """Understands every message as one and the same."""

    def predict(self, text: str) -> Prediction:
        return Prediction(
            intents=(("late_order_refund", 0.95),), none=0.05, signals={"strong_emotion": 0.0, "time_critical": 0.0}
        )

    def language(self, text: str) -> str:
        return "en"


class Nothing:
    """A help centre without articles."""

    async def search(
        self, query: str, *, audiences: Sequence[str] = ("public",), limit: int = 4, about: About | None = None
    ) -> Found:
        return Found()


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[tuple[Services, Jobs]]:
    """Everything behind the doors, on the database and the systems of these settings."""
    kit, clock, url = load_kit(settings.company), SystemClock(), settings.database_url
    company, tokens = LiveCompany(settings.company, vocabulary_of(kit), time.monotonic), make_tokens(settings, clock)
    wiring = company.current().wiring
    async with (
        open_database(url, size=16) as database,
        open_jobs(url, clock) as jobs,
        connected(settings, wiring, demo_url=settings.demo_url, history=RecordedHistory(database, clock)) as systems,
    ):
        services = Services(
            database=database,
            clock=clock,
            company=company,
            kit=kit,
            systems=systems,
            search=Nothing(),
            classifier=Certain(),
            reasoner=RulesReasoner(),
            waker=jobs,
            customer_of=tokens.customer_of,
            signed_in_at=tokens.signed_in_at,
            fault=lambda _: None,
            limits=Limits(fact_timeout=settings.fact_seconds, settle_after=settings.settle_seconds),
        )
        yield services, jobs


@asynccontextmanager
async def open_doors_of(settings: Settings, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """The service's doors for this process alone."""
    app = new_app()
    async with open_hub(services.database) as hub:
        app.state.doors = Doors(services=services, tokens=make_tokens(settings, services.clock), hub=hub)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as http:
            yield http


@asynccontextmanager
async def open_worker(settings: Settings, services: Services, jobs: Jobs) -> AsyncIterator[None]:
    """Works as `closeloop worker` does, for as long as the body runs."""
    saver = await open_saver(services.database, make_cipher(settings), services.clock)
    driver = Driver(services, build(lambda: services).compile(saver))
    async with working(jobs, driver, Sweep(services, jobs), concurrency=WORKERS):
        yield
