"""Where articles come from: folders of Markdown and HTML, changelogs, and what the team accepted of what was learned."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from knowledge.articles import Article, ArticleInvalid, Usual, article_from, article_of, articles_in
from knowledge.changelog import releases
from knowledge.files import read_text
from records.learned import Instead
from records.learned_articles import LearnedArticle

OWN = "articles"
LEARNED = "learned"


class Source(Protocol):
    """One of `sources` in company.yaml. `name`: of the company's own folder `articles`, or what the ids of its articles
    begin with. `changelog`: the path is one file. `usual` and `foreign`: knowledge.articles.Usual."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> Path: ...
    @property
    def changelog(self) -> bool: ...
    @property
    def usual(self) -> Mapping[str, Any]: ...
    @property
    def foreign(self) -> bool: ...


@dataclass
class Read:
    """`unreadable`: by file, what is wrong with it; `doubtful`: what was read and yet wants looking at, by file;
    `counts`: articles by source; `files`: by id, where it was read."""

    articles: list[Article] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    files: dict[str, str] = field(default_factory=dict)


def read_sources(
    sources: Sequence[Source], learned: Sequence[LearnedArticle] = (), instead: Sequence[Instead] = ()
) -> Read:
    """Every article that can be read, by source and path. A learned one that stands in place of another does so until
    somebody edits the other: then that is the newer word. Raises ArticleInvalid when the folder of a source is not there."""
    read = Read()
    for source in sources:
        for article in _read(source, read.unreadable):
            _take(read, article)
    places = {each.id: each for each in instead}
    for each in learned:
        _stand(read, _learned(each), places.get(each.id))
    titles: dict[tuple[str, str, str], str] = {}
    for article in read.articles:
        other = titles.setdefault((article.title.casefold(), article.audience, article.language), article.file)
        if other != article.file:
            read.doubtful[article.file] = f"the title is also that of {other}."
    return read


def read_articles(folder: Path) -> tuple[list[Article], dict[str, str]]:
    """The articles of one folder that can be read, and by file what is wrong with the others. Raises ArticleInvalid."""
    read = Read()
    for path in articles_in(folder):
        for article in _one(read.unreadable, "", path, folder, Usual()):
            _take(read, article)
    return read.articles, read.unreadable


def _take(read: Read, article: Article) -> None:
    """The first of an id stays; `a.md` and `a.html` would be one article."""
    same = read.files.setdefault(article.id, article.file)
    if len(read.files) == len(read.articles):
        read.unreadable[article.file] = f"an article of this name is there already: {same}."
        return
    read.articles.append(article)
    read.counts[article.source] += 1


def _read(source: Source, unreadable: dict[str, str]) -> Iterator[Article]:
    usual = Usual(values=source.usual, foreign=source.foreign)
    prefix = "" if source.name == OWN else f"{source.name}/"
    if source.changelog:
        yield from _changelog(source, usual, unreadable)
        return
    for path in articles_in(source.path):
        for article in _one(unreadable, prefix, path, source.path, usual):
            yield replace(article, id=prefix + article.id, file=prefix + article.file, source=source.name)


def _one(unreadable: dict[str, str], prefix: str, path: Path, folder: Path, usual: Usual) -> Iterator[Article]:
    try:
        yield article_of(path, folder, usual)
    except ArticleInvalid as error:
        _note(unreadable, prefix, error)


def _changelog(source: Source, usual: Usual, unreadable: dict[str, str]) -> Iterator[Article]:
    """All of it, or nothing: what is served meanwhile stays."""
    file = f"{source.name}/{source.path.name}"
    try:
        found = list(releases(read_text(source.path, source.path.parent), source.path.name, usual))
    except ArticleInvalid as error:
        _note(unreadable, f"{source.name}/", error)
        return
    for article in found:
        name = re.sub(r"^.*?/", "", article.id)
        yield replace(article, id=f"{source.name}/{name}", file=file, source=source.name)


def _note(unreadable: dict[str, str], prefix: str, error: ArticleInvalid) -> None:
    told = f"line {error.line}: {error.message}" if error.line else error.message
    unreadable[prefix + error.file] = told


def _stand(read: Read, article: Article, place: Instead | None) -> None:
    """Beside the others, or in the place of one that is still what it was when the correction was made."""
    if place is None:
        _take(read, article)
        return
    for number, original in enumerate(read.articles):
        if original.id == place.replaces and hashlib.sha256(original.body.encode()).hexdigest() == place.base:
            read.articles[number] = replace(
                original, id=article.id, body=article.body, file=article.file, source=LEARNED
            )


def _learned(each: LearnedArticle) -> Article:
    usual = {"title": each.title, "audience": each.audience, "language": each.language, "updated": each.updated}
    article = article_from(f"\n{each.body}", f"{each.id}.md", Usual(values=usual, foreign=True))
    name = f"{LEARNED}/{each.id}"
    return replace(article, id=name, file=name, source=LEARNED)
