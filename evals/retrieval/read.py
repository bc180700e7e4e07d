"""A help centre and questions about it from files that anybody may bring: JSON Lines, gzipped or not; what is wrong is named."""

import gzip
import io
import json
import zlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from evals.triage.read import GZIP, FileInvalid
from knowledge.articles import Article, ArticleInvalid, Usual, article_from

USUAL = Usual(values={"audience": "public", "updated": "2000-01-01", "language": "en"}, foreign=True)
"""What the rows do not say: everybody may read them."""
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Question:
    """`gold`: the ids of the articles that answer it; empty where none does."""

    text: str
    gold: tuple[str, ...]
    answerable: bool


def articles_of(path: Path) -> list[Article]:
    """Rows `id,title,text` or `path,markdown`; the id of the latter is the path. A row of front matter alone, with no text
    below it, is no article and is left out. Raises FileInvalid."""
    found: list[Article] = []
    seen: dict[str, int] = {}
    for line, row in _rows(path):
        article = _article(path, line, row)
        if article is None:
            continue
        if article.id in seen:
            raise FileInvalid(path, line, f"{'path' if 'path' in row else 'id'}: line {seen[article.id]} has the same")
        seen[article.id] = line
        found.append(article)
    if not found:
        raise FileInvalid(path, 0, "holds no article")
    return found


def questions_of(path: Path) -> list[Question]:
    """Rows `question,gold_ids,answerable`; without the last, a question with gold ids is answerable. Raises FileInvalid."""
    found = [_question(path, line, row) for line, row in _rows(path)]
    if not found:
        raise FileInvalid(path, 0, "holds no question")
    return found


def _article(path: Path, line: int, row: Json) -> Article | None:
    if "markdown" in row or "path" in row:
        name, text = _text(path, line, row, "path"), _text(path, line, row, "markdown")
        return _read(path, line, text, name)
    name, text = _text(path, line, row, "id"), _text(path, line, row, "text")
    title = row.get("title")
    if title is not None and not isinstance(title, str):
        raise FileInvalid(path, line, "title: must be a text")
    told = title or next(each.strip() for each in text.splitlines() if each.strip())
    values = {**USUAL.values, "title": told[:300]}
    article = article_from(f"\n{text}", "row.md", Usual(values=values, foreign=True))
    return _named(article, name)


def _read(path: Path, line: int, text: str, name: str) -> Article | None:
    try:
        return _named(article_from(text, name, USUAL), name)
    except ArticleInvalid as error:
        if "no text below" in error.message:
            return None
        raise FileInvalid(path, line, f"markdown: {error.message}") from None


def _named(article: Article, name: str) -> Article:
    return Article(**{**vars(article), "id": name, "updated": date(2000, 1, 1)})


def _question(path: Path, line: int, row: Json) -> Question:
    gold = row.get("gold_ids", [])
    if not isinstance(gold, list) or not all(isinstance(each, str) and each for each in gold):
        raise FileInvalid(path, line, "gold_ids: must be a list of ids")
    answerable = row.get("answerable", bool(gold))
    if not isinstance(answerable, bool):
        raise FileInvalid(path, line, "answerable: must be true or false")
    if answerable and not gold:
        raise FileInvalid(path, line, "gold_ids: an answerable question names the articles that answer it")
    return Question(text=_text(path, line, row, "question"), gold=tuple(dict.fromkeys(gold)), answerable=answerable)


def _text(path: Path, line: int, row: Json, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise FileInvalid(path, line, f"{name}: must be a text that is not empty")
    return value


def _rows(path: Path) -> list[tuple[int, Json]]:
    found: list[tuple[int, Json]] = []
    number = 0
    try:
        with path.open("rb") as opened, _lines(opened) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    found.append((number, _row(path, number, line)))
    except (OSError, EOFError, zlib.error) as error:
        raise FileInvalid(path, 0, f"cannot be read ({getattr(error, 'strerror', None) or error})") from None
    except UnicodeDecodeError:
        raise FileInvalid(path, number + 1, "is not UTF-8 text") from None
    return found


def _lines(opened: BinaryIO) -> io.TextIOWrapper:
    zipped = opened.read(2) == GZIP
    opened.seek(0)
    return io.TextIOWrapper(gzip.GzipFile(fileobj=opened) if zipped else opened, encoding="utf-8-sig")


def _row(path: Path, number: int, line: str) -> Json:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise FileInvalid(path, number, "is not JSON") from None
    if not isinstance(row, dict):
        raise FileInvalid(path, number, "is not a JSON object")
    return row
