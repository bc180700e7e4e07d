"""The help centre: Markdown and HTML files with YAML front matter, read into articles and cut into citable passages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.files import articles_in, read_text
from knowledge.front_matter import SEGMENT, ArticleInvalid, FrontMatter, Written, lenient, split, strict
from knowledge.html import TooDeep, markdown_of, title_of
from knowledge.passages import Passage, cut, plain

__all__ = [
    "AUDIENCES",
    "Article",
    "ArticleInvalid",
    "Usual",
    "article_from",
    "article_of",
    "articles_in",
    "load_articles",
]

AUDIENCES = ("public", "internal")
"""Those that every company has; a segment's is `segment:NAME`."""
_FIRST_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Article:
    """`id` is the path inside the folder without `.md`; `body` is Markdown. `product`, `plan`: empty is of all."""

    id: str
    title: str
    audience: str
    updated: date
    language: str
    url: str
    body: str
    product: str = ""
    plan: str = ""
    source: str = "articles"
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What a source says of its articles where they do not say it themselves (FrontMatter's fields). `foreign`: their
    front matter was not written for us; what is not known there is passed over."""

    values: Mapping[str, Any] = field(default_factory=dict)
    foreign: bool = False


STRICT = Usual()


def load_articles(folder: Path) -> list[Article]:
    """Every article below the folder, by path. Raises ArticleInvalid at the first that cannot be read."""
    return [article_of(path, folder) for path in articles_in(folder)]


def passages_of(article: Article) -> list[Passage]:
    """The article's passages in reading order; their ids stay the same while headings and order do."""
    about = {
        "article": article.id,
        "title": article.title,
        "url": article.url,
        "audience": article.audience,
        "language": article.language,
        "updated": article.updated.isoformat(),
        "product": article.product,
        "plan": article.plan,
    }
    return [
        Passage(id=f"{article.id}#{piece.anchor}", heading=piece.heading, text=piece.text, **about)
        for piece in cut(article.body)
    ]


def readers_of(audience: str) -> str:
    """As people say it: everybody, the team, or the customers of a segment."""
    if audience.startswith(SEGMENT):
        return f"customers of {audience.removeprefix(SEGMENT)}"
    return {"public": "everybody", "internal": "the team"}[audience]


def article_of(path: Path, folder: Path, usual: Usual = STRICT) -> Article:
    """One file. Raises ArticleInvalid."""
    file = path.relative_to(folder).as_posix()
    return article_from(read_text(path, folder), file, usual)


def article_from(text: str, file: str, usual: Usual = STRICT) -> Article:
    """The article of a file's text. Raises ArticleInvalid."""
    written = split(file, text)
    if not (written.found or usual.values or usual.foreign):
        raise ArticleInvalid(file=file, line=1, field="", message="front matter between two --- lines must come first.")
    if not written.body.strip():
        line = text.count("\n") + 1
        raise ArticleInvalid(file=file, line=line, field="", message="there is no text below the front matter.")
    stem, _, suffix = file.rpartition(".")
    page = suffix in ("html", "htm")
    try:
        about = _about(file, written, usual, page=page)
        body = markdown_of(written.body) if page else written.body
    except TooDeep as error:
        raise ArticleInvalid(file=file, line=1, field="", message="the page is nested too deeply.") from error
    if not body.strip():
        raise ArticleInvalid(file=file, line=1, field="", message="there is no text on the page.")
    return Article(id=stem, body=body, file=file, **dict(about))


def _about(file: str, written: Written, usual: Usual, *, page: bool) -> FrontMatter:
    if not (usual.values or usual.foreign or page):
        return strict(file, written)
    title = title_of(written.body) if page else _heading(written.body)
    values = {"title": title or Path(file).stem.replace("-", " ").replace("_", " "), **usual.values}
    if usual.foreign or page:
        return lenient(file, written, values)
    return strict(file, Written(values={**values, **written.values}, lines=written.lines, body="", found=True))


def _heading(body: str) -> str:
    found = _FIRST_HEADING.search(body)
    return plain(found[1]) if found else ""
