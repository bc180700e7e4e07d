"""What stands between two `---` lines above an article: read as written, checked, and every mistake named by line and field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from records.errors import Unprocessable

SEGMENT = "segment:"
AUDIENCE = r"^(public|internal|segment:[a-z][a-z0-9_]{0,40})$"
LONGEST = 16_384
"""Characters of front matter."""
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where it is there: ten times as fast."""
DEEPEST = 20
"""Levels of nesting; a parser may give up on some hundreds with an error of its own."""


class ArticleInvalid(Unprocessable):
    """An article of the help centre cannot be read."""

    slug = "article-invalid"

    def __init__(self, *, file: str, line: int, field: str, message: str) -> None:
        self.file, self.line, self.field, self.message = file, line, field, message
        place = f"{file}:{line}" + (f", {field}" if field else "")
        super().__init__(f"{place}: {message}", file=file, line=line, field=field)


class FrontMatter(BaseModel):
    """`audience` has no default: whether customers may read an article is never guessed. `product` and `plan`: of whom
    it speaks, where not of all."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1)
    audience: str = Field(pattern=AUDIENCE)
    updated: date
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    product: str = ""
    plan: str = ""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A file's front matter as written, each key's line, and what stands below. `found`: there was any."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    body: str
    found: bool


_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)


def split(file: str, text: str) -> Written:
    """Raises ArticleInvalid, for what is not YAML."""
    front = _FRONT.match(text)
    if front is None:
        return Written(values={}, lines={}, body=text, found=False)
    values, lines = _yaml(file, front.group(1))
    return Written(values=values, lines=lines, body=text[front.end() :], found=True)


def strict(file: str, written: Written) -> FrontMatter:
    """Every field as it must be, and no others. Raises ArticleInvalid."""
    return _checked(file, written.values, written.lines)


def lenient(file: str, written: Written, usual: Mapping[str, Any]) -> FrontMatter:
    """Fields that are not ours are passed over, as is one of ours that means something else elsewhere; `usual` fills in.
    Only the audience must be right where it is given. Raises ArticleInvalid."""
    given = {name: value for name, value in written.values.items() if name in FrontMatter.model_fields and value != ""}
    for name in list(given):
        if name != "audience" and not _fits(name, given[name]):
            del given[name]
    return _checked(file, {**usual, **given}, written.lines)


def _fits(name: str, value: object) -> bool:
    about: dict[str, Any] = {"title": "t", "audience": "public", "updated": "2000-01-01"}
    try:
        FrontMatter.model_validate({**about, name: value})
    except ValidationError:
        return False
    return True


def _checked(file: str, values: Mapping[str, Any], lines: Mapping[str, int]) -> FrontMatter:
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        field = str(problem["loc"][0]) if problem["loc"] else ""
        message = _sentence(field, problem["type"], problem["msg"])
        raise ArticleInvalid(file=file, line=lines.get(field, 1), field=field, message=message) from error


def _yaml(file: str, source: str) -> tuple[dict[str, Any], Mapping[str, int]]:
    """The values as written (`no` and `2024` stay text) and each key's line in the file, whose line 2 is the first here."""
    node = _composed(file, source)
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


def _composed(file: str, source: str) -> yaml.Node | None:
    if len(source) > LONGEST:
        raise ArticleInvalid(file=file, line=2, field="", message=f"the front matter is over {LONGEST} characters.")
    try:
        depth = 0
        for event in yaml.parse(source, LOADER):
            line = (event.start_mark.line if event.start_mark else 0) + 2
            if isinstance(event, yaml.AliasEvent):
                raise ArticleInvalid(file=file, line=line, field="", message="an alias (`*name`) is not read here.")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise ArticleInvalid(file=file, line=line, field="", message="the front matter is nested too deeply.")
        return yaml.compose(source, LOADER)
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        line = (mark.line if mark else 0) + 2
        raise ArticleInvalid(file=file, line=line, field="", message="this is not YAML.") from error


def _sentence(field: str, kind: str, message: str) -> str:
    if kind == "missing":
        return "this field is missing."
    if kind == "extra_forbidden":
        return f"there is no such field; the fields are {', '.join(FrontMatter.model_fields)}."
    if field == "audience":
        return "must be 'public' or 'internal', or 'segment:NAME' with a name in small letters."
    return f"{message[0].lower()}{message[1:]}."
