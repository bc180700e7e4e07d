"""`closeloop knowledge`: what can be asked of the search's index. What is done stands in `commands/knowledge.py`."""

import typer

from commands.typed import STYLE, Key, Url, called
from settings import read_settings

knowledge = typer.Typer(help="What the search knows, and whether it is what the articles say.", **STYLE)


@knowledge.callback()
def _group() -> None:
    """A group, though there is one command in it."""


@knowledge.command()
def verify(key: Key = None, url: Url = None) -> None:
    """Compare the index of the search with PostgreSQL: counts, ids and hashes of every collection, and that nothing is left
    of what was withdrawn.

    Example: `closeloop knowledge verify` after a crash. Exit code 1 when they differ; `closeloop ingest` puts that right.
    """
    called("knowledge", "verify_index", read_settings(), key=key, url=url)
