"""`closeloop knowledge verify`: whether the index of the search is what PostgreSQL says."""

from typing import Any

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from commands.ingest import answers, by_oneself
from commands.keys import staff_key
from commands.screen import err, out
from commands.service import Service, url_of
from knowledge.library import Library
from knowledge.verify import verified_json, verify
from settings import Settings

Json = dict[str, Any]


def verify_index(settings: Settings, *, key: str | None, url: str | None) -> None:
    """Prints what was compared. Exits with 1 when the two differ."""
    where = url_of(settings, url)
    if url or answers(where):
        told = Service(url=where, token=staff_key(settings, key)).get("/knowledge/verify")
    else:
        told = by_oneself(settings, _verified)
    _show(told)
    if told["total"]:
        raise typer.Exit(1)


async def _verified(library: Library) -> Json:
    return verified_json(await verify(library.database, library.search))


def _show(told: Json) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Collection")
    for title in ("In PostgreSQL", "In the index", "Missing", "Left over"):
        table.add_column(title, justify="right")
    for each in told["collections"]:
        counts = [each[name] for name in ("filed", "vectors", "missing", "left_over")]
        table.add_row(each["name"], *map(str, counts), style="red" if each["missing"] or each["left_over"] else "")
    out().print(table)
    if not told["total"]:
        said = f"{told['articles']} articles, generation {told['generation']}: the index and PostgreSQL agree."
        out().print(Text(said, style="green"), soft_wrap=True)
        return
    for each in told["differences"]:
        err().print(Text(f"{each['collection']}: {each['id']} {each['what']}", style="red"), soft_wrap=True)
    err().print(Text(f"{told['total']} differences. `closeloop ingest` puts them right.", style="red"), soft_wrap=True)
