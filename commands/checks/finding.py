"""What a check finds: how bad it is, where, what, and what to do about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from policy.company import Company
from policy.playbook import Playbook
from policy.source import Node, Problem, document
from tools.kit import Kit

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`error`: the service does not start, or this never works. `warning`: surely not meant. `note`: worth knowing.
    `line` counts from 1; 0 is the file as a whole."""

    severity: Severity
    file: str
    line: int
    what: str
    do: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A company that loads, with its kit, and the files it was read from, to find a line again."""

    folder: Path
    company: Company
    kit: Kit
    about: Node = field(repr=False)
    rules: Node = field(repr=False)

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    def tool(self, name: str, *fields: str) -> tuple[str, int]:
        return place(self.rules, "tools", name, *fields)


Check = Callable[[Checked], Iterable[Finding]]


def checked(folder: Path, company: Company, kit: Kit) -> Checked:
    return Checked(
        folder=folder,
        company=company,
        kit=kit,
        about=_root(folder, "company.yaml"),
        rules=_root(folder, "policy.yaml"),
    )


def place(root: Node, *fields: str) -> tuple[str, int]:
    """File and line of a field, or of the last one on the way to it."""
    node = root
    for name in fields:
        found = node.get(name)
        if found is None:
            break
        node = found
    return node.file, node.line


def line_of(folder: Path, file: str, text: str) -> int:
    """The first line of one of the folder's files that holds the text; 1 when none does."""
    path = folder.resolve().parent / file
    lines = path.read_text("utf-8-sig").splitlines() if path.is_file() else []
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)


def finding(severity: Severity, where: tuple[str, int], what: str, do: str) -> Finding:
    file, line = where
    return Finding(severity=severity, file=file, line=line, what=what, do=do)


def mistake(problem: Problem) -> Finding:
    what = f"{problem.field}: {problem.message}" if problem.field else problem.message
    return finding("error", (problem.file, problem.line), what, "Put this right; the service does not start with it.")


def in_playbook(playbook: Playbook, line: int = 1) -> tuple[str, int]:
    return playbook.file, line


def _root(folder: Path, name: str) -> Node:
    problems: list[Problem] = []
    text = (folder / name).read_text("utf-8-sig")
    return document(text, file=f"{folder.resolve().name}/{name}", problems=problems)
