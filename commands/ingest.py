"""`closeloop ingest`: the articles as they stand now, into the search of the running service, or into the index itself."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from commands.keys import staff_key
from commands.preflight import check_model, check_var, company_of
from commands.screen import Sorry, err, out
from commands.service import Refused, Service, url_of
from knowledge.embedder import open_embedder
from knowledge.index import FolderInUse, Index
from knowledge.ingest import Ingested, ingest
from knowledge.minilm import build
from knowledge.search import Search
from settings import Settings

Json = dict[str, Any]


def ingest_articles(settings: Settings, *, key: str | None, url: str | None) -> None:
    """Prints what came of it. Exits with 1 when an article could not be read."""
    where = url_of(settings, url)
    if url or _answers(where):
        done = _by_service(Service(url=where, token=staff_key(settings, key)))
    else:
        done = _by_oneself(settings)
    _show(done)
    if done["unreadable"]:
        raise typer.Exit(1)


def _answers(url: str) -> bool:
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
    articles = company_of(settings).articles
    check_var(settings)
    check_model(settings)
    build(settings.var / "models")
    with _bar() as told:
        embedder, index = open_embedder(settings.var / "models"), _index(settings)
        try:
            done = asyncio.run(ingest(Search(embedder, index), articles, told))
        finally:
            index.close()
    return _counted(done)


def _index(settings: Settings) -> Index:
    if settings.chroma_url:
        return Index.open_server(settings.chroma_url)
    try:
        return Index.open_embedded(settings.var / "chroma")
    except FolderInUse as error:
        raise Sorry(
            f"A process that does not answer at our address owns {settings.var / 'chroma'}; name its service with --url."
        ) from error


def _counted(done: Ingested) -> Json:
    return {"articles": done.articles, "passages": vars(done.passages), "unreadable": dict(done.unreadable)}


@contextmanager
def _bar() -> Iterator[Any]:
    """Told how many of how many; on a screen, a bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True) as progress:
        task = progress.add_task("Reading the articles", total=None)
        yield lambda done, total: progress.update(task, description="Passages", completed=done, total=total)


def _show(done: Json) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("Articles", "New passages", "Changed", "Removed", "Unchanged", "Unreadable files"):
        table.add_column(title, justify="right")
    passages = done["passages"]
    counts = [done["articles"], *(passages[name] for name in ("new", "changed", "removed", "kept"))]
    table.add_row(*map(str, counts), Text(str(len(done["unreadable"])), style="red" if done["unreadable"] else ""))
    out().print(table)
    for file, reason in done["unreadable"].items():
        err().print(Text(f"{file}: {reason} Customers still read what it said before, if anything.", style="red"))
