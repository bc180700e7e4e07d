"""Reads the cases. A mistake names the file, the line and the field."""

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from evals.case import Case
from records.errors import CloseloopError

CASES = Path(__file__).parent / "cases"


class CaseInvalid(CloseloopError):
    """An eval case cannot be read."""


def load_cases(folder: Path = CASES) -> list[Case]:
    """All cases of a folder, one a file, by name. Raises CaseInvalid with every mistake of the first file that has one."""
    cases = [load_case(path) for path in sorted(folder.glob("*.yaml"))]
    if not cases:
        raise CaseInvalid(f"There are no cases in {folder}.")
    return cases


def load_case(path: Path) -> Case:
    """Raises CaseInvalid."""
    text = path.read_text("utf-8")
    try:
        case = Case.model_validate(yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CaseInvalid(f"{path.name}:{line}: {error.problem}") from error
    except ValidationError as error:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        raise CaseInvalid("\n".join(_told(path, tree, each["loc"], each["msg"]) for each in error.errors())) from error
    if case.name != path.stem:
        raise CaseInvalid(f"{path.name}:1: name: must be {path.stem}, as the file is called")
    return case


def _told(path: Path, tree: yaml.Node | None, place: Sequence[int | str], message: str) -> str:
    where = ".".join(map(str, place)) or "case"
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
