"""Takes the articles of a folder into the search: what is new, changed or gone, with a count of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.articles import Article, ArticleInvalid, article_of, articles_in, passages_of
from knowledge.index import Progress, Synced
from knowledge.search import Search


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """`articles` were read; `unreadable` names each file that was not, with the reason: such a file's passages stay as
    they were when it could last be read."""

    articles: int
    passages: Synced
    unreadable: Mapping[str, str]


async def ingest(search: Search, folder: Path, progress: Progress | None = None) -> Ingested:
    """Makes the folder's articles searchable, one ingestion at a time. Raises ArticleInvalid when there is no such
    folder, and IndexUnavailable."""
    async with search.loading:
        articles, unreadable = read_articles(folder)
        passages = [passage for article in articles for passage in passages_of(article)]
        keep = {file.removesuffix(".md") for file in unreadable}
        synced = await search.load(passages, keep=keep, progress=progress)
    return Ingested(articles=len(articles), passages=synced, unreadable=unreadable)


def read_articles(folder: Path) -> tuple[list[Article], dict[str, str]]:
    """The articles that can be read, and by file what is wrong with the others. Raises ArticleInvalid."""
    articles: list[Article] = []
    unreadable: dict[str, str] = {}
    for path in articles_in(folder):
        try:
            articles.append(article_of(path, folder))
        except ArticleInvalid as error:
            unreadable[error.file] = f"line {error.line}: {error.message}" if error.line else error.message
    return articles, unreadable
