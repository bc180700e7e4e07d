"""Opens everything, wires it together, and mounts the doors. Nothing here is done by importing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from fastapi import FastAPI
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from components import make_breakers, make_cipher, make_sealer, make_tokens, open_library, open_model
from graph.build import build
from graph.deps import Limits, Services
from policy.wiring import Wiring
from records.clock import Clock, SystemClock
from records.database import Database, check_reachable, open_database
from records.embedded import ensure_database, start_postgres
from records.taught import LiveTaught
from runs import rates, retention
from runs.crash import crash_at
from runs.driver import Driver, Graph
from runs.erasure import Eraser, open_eraser
from runs.jobs import Jobs, open_jobs
from runs.learning import job as learning
from runs.retention import Keeper
from runs.saver import open_saver
from runs.sealing import CRON
from runs.startup import prepare
from runs.sweep import Sweep
from runs.tracing import open_tracer
from runs.worker import working
from settings import Settings
from tools.demo.serve import running_demo
from tools.history.recorded import RecordedHistory
from web.doors import Doors
from web.hub import open_hub
from web.mount import new_app
from web.tokens import Tokens
from wiring import Loaded, connected, fitted, needs_demo, open_company


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Everything that is open: what the doors, a worker, the command line and the evals work with."""

    services: Services
    saver: AsyncPostgresSaver
    keeper: Keeper
    eraser: Eraser
    graph: Graph
    jobs: Jobs
    driver: Driver
    sweep: Sweep
    tokens: Tokens
    demo_url: str

    def with_services(self, services: Services) -> "Opened":
        """The same with other services behind the graph, as a process that was started another way."""
        graph = build(lambda: services).compile(self.saver)
        driver, sweep = Driver(services, graph), Sweep(services, self.jobs)
        return replace(self, services=services, graph=graph, driver=driver, sweep=sweep)


@asynccontextmanager
async def open_services(settings: Settings, clock: Clock, loaded: Loaded | None = None) -> AsyncIterator[Opened]:
    """Opens the database, the index, the model and the systems; closes them in reverse. Raises what each of them says
    in one sentence when it cannot be opened. `loaded`: where the company and the model have been read already."""
    async with AsyncExitStack() as stack:
        kit, company = (loaded.kit, loaded.company) if loaded else open_company(settings)
        wiring = company.current().wiring
        server = await _database_server(settings)
        database = await _database(server("closeloop"), settings, stack)
        saver = await open_saver(database, cipher := make_cipher(settings), clock)
        jobs = await stack.enter_async_context(open_jobs(database.url, clock))
        demo_url = settings.demo_url or await _demo(wiring, server, stack)
        history = RecordedHistory(database, clock)
        systems = await stack.enter_async_context(connected(settings, wiring, demo_url=demo_url, history=history))
        systems = systems.guarded(make_breakers(settings, wiring, clock))
        embedder, classifier = await asyncio.to_thread(fitted, settings, company, loaded)
        library = await stack.enter_async_context(open_library(settings, database, company, embedder, clock))
        await stack.enter_async_context((taught := LiveTaught()).following(database))
        tokens = make_tokens(settings, clock)
        services = Services(
            database=database,
            clock=clock,
            company=company,
            kit=kit,
            systems=systems,
            search=library.search,
            library=library,
            classifier=classifier.taught_by(taught),
            vectors=embedder,
            taught=taught,
            reasoner=await stack.enter_async_context(open_model(settings, clock)),
            tracer=stack.enter_context(open_tracer(settings.otel_exporter_otlp_endpoint)),
            waker=jobs,
            customer_of=tokens.customer_of,
            signed_in_at=tokens.signed_in_at,
            cipher=cipher,
            fault=crash_at(settings.crash_at),
            limits=Limits(fact_timeout=settings.fact_seconds, settle_after=settings.settle_seconds),
        )
        await library.open()
        yield _with_rounds(settings, _opened(settings, services, saver, jobs, tokens, demo_url))


def _with_rounds(settings: Settings, opened: Opened) -> Opened:
    """What workers do by the clock."""
    database, clock = opened.services.database, opened.services.clock
    opened.jobs.every(CRON, "seal", make_sealer(settings, database, clock).seal)
    opened.jobs.every(rates.CRON, "forget_rates", rates.Forgetter(database=database, clock=clock).forget)
    opened.jobs.every(retention.CRON, "retention", opened.keeper.run)
    opened.jobs.every(learning.CRON, "learning", learning.Learner(services=opened.services).run)
    return opened


def _opened(
    settings: Settings, services: Services, saver: AsyncPostgresSaver, jobs: Jobs, tokens: Tokens, demo_url: str
) -> Opened:
    graph = build(lambda: services).compile(saver)
    company = services.company
    return Opened(
        keeper=Keeper(
            database=services.database, clock=services.clock, saver=saver, retention=lambda: company.current().retention
        ),
        eraser=open_eraser(settings.pseudonym_key, settings.var, services.database, services.clock),
        services=services,
        saver=saver,
        graph=graph,
        jobs=jobs,
        driver=Driver(services, graph),
        sweep=Sweep(services, jobs),
        tokens=tokens,
        demo_url=demo_url,
    )


async def _demo(wiring: Wiring, server: Callable[[str], str], stack: AsyncExitStack) -> str:
    """Where the demo company's systems answer; empty when none of them is connected."""
    if not needs_demo(wiring):
        return ""
    return await stack.enter_async_context(running_demo(server("closeloop_demo")))


async def _database(url: str, settings: Settings, stack: AsyncExitStack) -> Database:
    """With its tables, of whatever version it was."""
    await asyncio.to_thread(prepare, url)
    return await stack.enter_async_context(open_database(url, size=settings.pool_size))


async def _database_server(settings: Settings) -> Callable[[str], str]:
    """Gives a database's URL by name: of the embedded server, where it is made if missing, or of DATABASE_URL."""
    if settings.database_url:
        await check_reachable(settings.database_url)
        return lambda name: settings.database_url if name == "closeloop" else _beside(settings.database_url, name)
    embedded = await asyncio.to_thread(start_postgres, settings.var / "postgres")
    return lambda name: ensure_database(embedded.get_uri(), name)


def _beside(url: str, name: str) -> str:
    """The demo company keeps its records in a database of its own on the same server."""
    return ensure_database(url, name)


@asynccontextmanager
async def open_doors(opened: Opened, *, limited: bool = False) -> AsyncIterator[Doors]:
    """`limited`: with the rates of company.yaml."""
    async with open_hub(opened.services.database) as hub:
        yield Doors(services=opened.services, tokens=opened.tokens, hub=hub, eraser=opened.eraser, limited=limited)


def create_app(settings: Settings, *, clock: Clock | None = None, loaded: Loaded | None = None) -> FastAPI:
    """The service: its doors, and a worker beside them unless CONCURRENCY is 0."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_services(settings, clock or SystemClock(), loaded) as opened,
            open_doors(opened, limited=settings.rate_limits == "on") as doors,
        ):
            app.state.opened, app.state.doors = opened, doors
            if not settings.concurrency:
                yield
                return
            async with working(opened.jobs, opened.driver, opened.sweep, concurrency=settings.concurrency):
                yield

    return new_app(lifespan=lifespan)
