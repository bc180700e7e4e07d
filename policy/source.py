"""The company's files, read so that every mistake can name its file, line and field.

A `Node` is one value of a YAML document together with where it stands. Its readers never raise: they note a problem and
hand back a neutral value, so that one load finds all the mistakes of a folder.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

from records.errors import CloseloopError

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_PLACE = re.compile(r' in "[^"]*".*', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake. `file` is written from the company folder's own name on, `line` counts from 1."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class CompanyInvalid(CloseloopError):
    """The company folder has mistakes."""

    status = 422
    slug = "company-invalid"

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.file, problem.line, problem.field))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class _Missing:
    """Stands for a value whose absence has already been reported."""


_MISSING = _Missing()


@dataclass(frozen=True, kw_only=True)
class Node:
    """A YAML value and its place: `path` is the field's name from the root, as in `tools.x.clauses[1].when`."""

    value: Any
    file: str
    line: int
    path: str = ""
    problems: list[Problem] = field(repr=False)

    def fail(self, message: str, *, line: int = 0) -> None:
        """Notes a problem here, or on another line of the same value."""
        self.problems.append(Problem(file=self.file, line=line or self.line, field=self.path, message=message))

    @property
    def text_line(self) -> int:
        """The line on which the text of this value begins: below the key for a block scalar."""
        return self.line + int(isinstance(self.value, LiteralScalarString | FoldedScalarString))

    def only(self, *names: str) -> None:
        """Every key that is not one of `names` is a problem."""
        if not isinstance(self.value, CommentedMap):
            return
        for key in self.value:
            if key not in names:
                self._child(key).fail(f"unknown key{_meant(str(key), names)}; known here: {', '.join(names)}")

    def get(self, key: str) -> "Node | None":
        """The value of a key that may be left out; None when it is, or is empty."""
        if not isinstance(self.value, CommentedMap) or self.value.get(key) is None:
            return None
        return self._child(key)

    def need(self, key: str) -> "Node":
        """The value of a key that must be there."""
        found = self.get(key)
        if found is not None:
            return found
        absent = replace(self, value=_MISSING, path=self._name(key))
        if isinstance(self.value, CommentedMap):
            absent.fail("is missing")
        return absent

    def entries(self) -> dict[str, "Node"]:
        """The entries of a mapping, in the file's order."""
        if isinstance(self.value, CommentedMap):
            return {str(key): self._child(key) for key in self.value}
        self._expected("a mapping of names to values")
        return {}

    def items(self) -> list["Node"]:
        """The items of a list."""
        if isinstance(self.value, CommentedSeq):
            lines = [self.value.lc.item(index)[0] + 1 for index in range(len(self.value))]
            return [
                replace(self, value=item, line=line, path=f"{self.path}[{index}]")
                for index, (item, line) in enumerate(zip(self.value, lines, strict=True))
            ]
        self._expected("a list")
        return []

    def text(self) -> str:
        """A text that is not empty."""
        if isinstance(self.value, str) and self.value.strip():
            return str(self.value).strip()
        self._expected("a text")
        return ""

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())

    def choice(self, options: Collection[str], what: str = "value") -> str:
        """One of the given words."""
        word = self.text()
        if word and word not in options:
            self.fail(f"unknown {what} '{word}'{_meant(word, options)}; known: {', '.join(options)}")
        return word

    def choices(self, options: Collection[str], what: str) -> tuple[str, ...]:
        """A list of the given words, each once."""
        words = tuple(item.choice(options, what) for item in self.items())
        if len(set(words)) < len(words):
            self.fail("names the same thing twice")
        return words

    def integer(self, *, at_least: int = 0) -> int:
        """A whole number; amounts are minor units of the currency."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and self.value >= at_least:
            return int(self.value)
        self._expected(f"a whole number of at least {at_least}")
        return at_least

    def share(self) -> float:
        """A number from 0 to 1."""
        if isinstance(self.value, int | float) and not isinstance(self.value, bool) and 0 <= self.value <= 1:
            return float(self.value)
        self._expected("a number from 0 to 1")
        return 0.0

    def duration(self) -> timedelta:
        """A length of time such as `90m`, `24h` or `1d12h`."""
        found = _DURATION.fullmatch(self.value) if isinstance(self.value, str) and self.value else None
        if found:
            days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
            return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        self._expected("a length of time such as 90m, 24h or 7d")
        return timedelta(0)

    def pattern(self) -> re.Pattern[str]:
        """A regular expression, matched without regard to case."""
        try:
            return re.compile(self.text(), re.IGNORECASE)
        except re.error as error:
            self.fail(f"not a regular expression: {error}")
            return re.compile("")

    def _expected(self, what: str) -> None:
        if self.value is not _MISSING:
            self.fail(f"must be {what}")

    def _name(self, key: object) -> str:
        return f"{self.path}.{key}" if self.path else str(key)

    def _child(self, key: Any) -> "Node":
        return replace(self, value=self.value[key], line=self.value.lc.key(key)[0] + 1, path=self._name(key))


def _meant(word: str, options: Collection[str]) -> str:
    close = get_close_matches(word, options, n=1)
    return f", did you mean '{close[0]}'?" if close else ""


def document(text: str, *, file: str, problems: list[Problem], first_line: int = 1) -> Node:
    """The root of a YAML document that begins on `first_line` of its file: a mapping, if need be an empty one."""
    padded = "\n" * (first_line - 1) + text
    root = Node(value=CommentedMap(), file=file, line=first_line, problems=problems)
    try:
        value = YAML(typ="rt", pure=True).load(padded)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = _PLACE.sub("", str(error.problem or error.context or "cannot be read"))
        root.fail(f"not valid YAML: {said}", line=mark.line + 1 if mark else first_line)
        return root
    if not isinstance(value, CommentedMap):
        root.fail("must be a mapping of names to values")
        return root
    return replace(root, value=value)


def unknown_names(node: Node, names: Mapping[str, Any] | Collection[str], what: str) -> None:
    """Notes every key of a mapping that is not one of `names`."""
    for key, entry in node.entries().items():
        if key not in names:
            entry.fail(f"unknown {what} '{key}'{_meant(key, tuple(names))}; known: {', '.join(names)}")
