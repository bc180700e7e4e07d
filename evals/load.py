"""Reads the cases. A mistake names the file, the line and the field."""

from pathlib import Path

from evals.case import Case
from evals.reading import FileInvalid, read_yaml

CASES = Path(__file__).parent / "cases"


class CaseInvalid(FileInvalid):
    """An eval case cannot be read."""


def load_cases(folder: Path = CASES) -> list[Case]:
    """All cases of a folder, one a file, by name. Raises CaseInvalid with every mistake of the first file that has one."""
    cases = [load_case(path) for path in sorted(folder.glob("*.yaml"))]
    if not cases:
        raise CaseInvalid(f"There are no cases in {folder}.")
    return cases


def load_case(path: Path) -> Case:
    """Raises CaseInvalid."""
    case = read_yaml(path, Case, "case", CaseInvalid)
    if case.name != path.stem:
        raise CaseInvalid(f"{path.name}:1: name: must be {path.stem}, as the file is called")
    return case
