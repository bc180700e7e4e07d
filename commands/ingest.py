"""`closeloop ingest`: the articles as they stand now, into the search of the running service, or into the index itself."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from commands.database import database_url
from commands.keys import staff_key
from commands.preflight import check_model, check_var, company_of
from commands.screen import Sorry, err, out
from commands.service import Refused, Service, url_of
from components import open_library
from knowledge.embedder import open_embedder
from knowledge.index import FolderInUse
from knowledge.library import Library, ingested_json
from knowledge.minilm import build
from policy.live import LiveCompany
from records.clock import SystemClock
from records.database import open_database
from runs.startup import prepare
from settings import Settings
from wiring import open_company

Json = dict[str, Any]


def ingest_articles(settings: Settings, *, key: str | None, url: str | None) -> None:
    """Prints what came of it. Exits with 1 when an article could not be read."""
    where = url_of(settings, url)
    if url or answers(where):
        done = _by_service(Service(url=where, token=staff_key(settings, key)))
    else:
        done = _by_oneself(settings)
    _show(done)
    if done["unreadable"]:
        raise typer.Exit(1)


def answers(url: str) -> bool:
    """Whether a service of ours is there. Raises Sorry when something else is."""
    try:
        Service(url=url).get("/health")
    except Refused:
        return True
    except Sorry as sorry:
        if "Nothing answers" in sorry.detail:
            return False
        raise
    return True


def _by_service(service: Service) -> Json:
    with _bar() as told:
        for event in service.ingest():
            match event.kind:
                case "progress":
                    told(event.data["done"], event.data["total"])
                case "failed":
                    raise Sorry(str(event.data["detail"]))
                case "finished":
                    return event.data
    raise Sorry("The service stopped before it had finished; ask again.")


def _by_oneself(settings: Settings) -> Json:
    """No service runs, so that the index is free."""

    async def ingested(library: Library) -> Json:
        with _bar() as told:
            return ingested_json(await library.ingest(told))

    return by_oneself(settings, ingested)


def by_oneself(settings: Settings, work: Callable[[Library], Awaitable[Json]]) -> Json:
    """Opens the database and the index for a piece of work. Raises Sorry when a process that does not answer has the
    index."""
    check_var(settings)
    check_model(settings)
    build(settings.var / "models")
    company_of(settings)
    _, company = open_company(settings)
    try:
        return asyncio.run(_opened(settings, company, work))
    except FolderInUse as error:
        raise Sorry(
            f"A process that does not answer at our address owns {settings.var / 'chroma'}; name its service with --url."
        ) from error


async def _opened(settings: Settings, company: LiveCompany, work: Callable[[Library], Awaitable[Json]]) -> Json:
    url = await database_url(settings)
    await asyncio.to_thread(prepare, url)
    embedder = open_embedder(settings.var / "models")
    async with (
        open_database(url, size=4) as database,
        open_library(settings, database, company, embedder, SystemClock()) as library,
    ):
        return await work(library)


@contextmanager
def _bar() -> Iterator[Any]:
    """Told how many of how many; on a screen, a bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True) as progress:
        task = progress.add_task("Reading the articles", total=None)
        yield lambda done, total: progress.update(task, description="Passages", completed=done, total=total)


def _show(done: Json) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("Articles", "New passages", "Changed", "Removed", "Unchanged", "Broken links", "Unreadable files"):
        table.add_column(title, justify="right")
    passages, broken = done["passages"], sum(len(links) for links in done["broken_links"].values())
    counts = [done["articles"], *(passages[name] for name in ("new", "changed", "removed", "kept")), broken]
    table.add_row(*map(str, counts), Text(str(len(done["unreadable"])), style="red" if done["unreadable"] else ""))
    out().print(table)
    if len(done["sources"]) > 1:
        told = ", ".join(f"{count} from {name}" for name, count in done["sources"].items())
        out().print(Text(f"Articles: {told}."), soft_wrap=True)
    for file, links in done["broken_links"].items():
        err().print(Text(f"{file}: {', '.join(links)} leads nowhere.", style="yellow"), soft_wrap=True)
    for file, doubt in done["doubtful"].items():
        err().print(Text(f"{file}: {doubt}", style="yellow"), soft_wrap=True)
    for file, reason in done["unreadable"].items():
        told = f"{file}: {reason} Customers still read what it said before, if anything."
        err().print(Text(told, style="red"), soft_wrap=True)
