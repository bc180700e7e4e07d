"""The help centre: Markdown files with YAML front matter, read into articles and cut into citable passages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.passages import Passage, cut
from records.errors import Unprocessable

Audience = Literal["public", "internal"]
AUDIENCES: tuple[Audience, ...] = ("public", "internal")


class ArticleInvalid(Unprocessable):
    """An article of the help centre cannot be read."""

    slug = "article-invalid"

    def __init__(self, *, file: str, line: int, field: str, message: str) -> None:
        self.file, self.line, self.field, self.message = file, line, field, message
        place = f"{file}:{line}" + (f", {field}" if field else "")
        super().__init__(f"{place}: {message}", file=file, line=line, field=field)


class FrontMatter(BaseModel):
    """`audience` has no default: whether customers may read an article is never guessed."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1)
    audience: Audience
    updated: date
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")


@dataclass(frozen=True, kw_only=True)
class Article:
    """`id` is the path inside the folder without `.md`; `body` is Markdown."""

    id: str
    title: str
    audience: Audience
    updated: date
    language: str
    url: str
    body: str


def load_articles(folder: Path) -> list[Article]:
    """Every `*.md` below the folder, by path. Raises ArticleInvalid at the first that cannot be read."""
    return [article_of(path, folder) for path in articles_in(folder)]


def articles_in(folder: Path) -> list[Path]:
    """The files of articles, by path. Raises ArticleInvalid when there is no such folder."""
    if not folder.is_dir():
        raise ArticleInvalid(file=str(folder), line=0, field="", message="there is no such folder of articles.")
    return sorted(folder.rglob("*.md"))


def passages_of(article: Article) -> list[Passage]:
    """The article's passages in reading order; their ids stay the same while headings and order do."""
    about = {
        "article": article.id,
        "title": article.title,
        "url": article.url,
        "audience": article.audience,
        "language": article.language,
        "updated": article.updated.isoformat(),
    }
    return [
        Passage(id=f"{article.id}#{piece.anchor}", heading=piece.heading, text=piece.text, **about)
        for piece in cut(article.body)
    ]


_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)


def article_of(path: Path, folder: Path) -> Article:
    """One file. Raises ArticleInvalid."""
    file = path.relative_to(folder).as_posix()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArticleInvalid(file=file, line=0, field="", message="the file is not UTF-8.") from error
    except OSError as error:
        raise ArticleInvalid(
            file=file, line=0, field="", message=f"the file cannot be read: {error.strerror}."
        ) from error
    front = _FRONT.match(text)
    if front is None:
        raise ArticleInvalid(file=file, line=1, field="", message="front matter between two --- lines must come first.")
    body = text[front.end() :]
    if not body.strip():
        line = text.count("\n", 0, front.end()) + 1
        raise ArticleInvalid(file=file, line=line, field="", message="there is no text below the front matter.")
    fields = _front_matter(file, front.group(1))
    return Article(id=file.removesuffix(".md"), body=body, **dict(fields))


def _front_matter(file: str, source: str) -> FrontMatter:
    values, lines = _yaml(file, source)
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        field = str(problem["loc"][0]) if problem["loc"] else ""
        raise ArticleInvalid(
            file=file, line=lines.get(field, 1), field=field, message=_sentence(problem["type"], problem["msg"])
        ) from error


def _yaml(file: str, source: str) -> tuple[dict[str, Any], Mapping[str, int]]:
    """The values as written (`no` and `2024` stay text) and each key's line in the file, whose line 2 is the first here."""
    try:
        node = yaml.compose(source, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        line = (mark.line if mark else 0) + 2
        raise ArticleInvalid(file=file, line=line, field="", message="this is not YAML.") from error
    if not isinstance(node, yaml.MappingNode):
        raise ArticleInvalid(file=file, line=2, field="", message="the front matter must be `key: value` lines.")
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        name = str(key.value)
        lines[name] = key.start_mark.line + 2
        if name in values:
            raise ArticleInvalid(file=file, line=lines[name], field=name, message="this field is given twice.")
        values[name] = value.value
    return values, lines


def _sentence(kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "this field is missing."
        case "extra_forbidden":
            return f"there is no such field; the fields are {', '.join(FrontMatter.model_fields)}."
        case _:
            return f"{message[0].lower()}{message[1:]}."
