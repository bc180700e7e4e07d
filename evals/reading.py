"""Reads a YAML file into a typed model. A mistake names the file, the line and the field."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from records.errors import CloseloopError

M = TypeVar("M", bound=BaseModel)


class FileInvalid(CloseloopError):
    """A file cannot be read."""


def read_yaml(path: Path, model: type[M], what: str, wrong: type[FileInvalid] = FileInvalid) -> M:
    """`what` names the whole thing in messages. Raises `wrong` with every mistake, one a line."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(f"{path.name} cannot be read: {error}") from error
    try:
        return model.model_validate(yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise wrong(f"{path.name}:{line}: {error.problem}") from error
    except ValidationError as error:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        told = [_told(path, tree, each["loc"], each["msg"], what) for each in error.errors()]
        raise wrong("\n".join(told)) from error


def _told(path: Path, tree: yaml.Node | None, place: Sequence[int | str], message: str, what: str) -> str:
    where = ".".join(map(str, place)) or what
    return f"{path.name}:{_line(tree, place)}: {where}: {message}"


def _line(node: yaml.Node | None, place: Sequence[int | str]) -> int:
    """The line of what `place` leads to, or of the last thing on the way that is there."""
    line = 1
    for step in place:
        found = _inside(node, step)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _inside(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """Where what `step` names begins, and what it is."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    return None
