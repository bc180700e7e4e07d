"""The results so far, in a file: a proof that was interrupted goes on where it stood, unless the code is another by now."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals.proofs.cells import Cell
from evals.proofs.kill import Result, Undisturbed

ROOT = Path(__file__).parents[2]
PROVED = ("graph", "policy", "records", "runs", "tools", "web", "knowledge", "company", "evals/proofs", "evals/cases")
ALONE = ("server.py", "components.py", "settings.py", "wiring.py")


def version() -> str:
    """Of everything that a cell depends on: another digest, other results."""
    digest = hashlib.sha256()
    for path in sorted(_files()):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for folder in PROVED:
        yield from (path for path in (ROOT / folder).rglob("*.*") if path.suffix in (".py", ".sql", ".yaml", ".md"))
    yield from (ROOT / name for name in ALONE)


class Kept:
    """`alone` by tool, `results` by cell, of this version of the code; a line is written for each as it comes."""

    def __init__(self, file: Path, version: str) -> None:
        self._file, self._version = file, version
        self.alone: dict[str, Undisturbed] = {}
        self.results: dict[Cell, Result] = {}
        file.parent.mkdir(parents=True, exist_ok=True)
        for line in file.read_text("utf-8").splitlines() if file.exists() else ():
            self._read(json.loads(line))

    def forget(self) -> None:
        """Everything is played anew."""
        self._file.unlink(missing_ok=True)
        self.alone, self.results = {}, {}

    def found(self, alone: Undisturbed) -> None:
        self.alone[alone.tool] = alone
        self._write("alone", asdict(alone))

    def played(self, result: Result) -> None:
        self.results[result.cell] = result
        self._write("result", asdict(result))

    def _write(self, kind: str, row: dict[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"version": self._version, kind: row}) + "\n")

    def _read(self, line: dict[str, Any]) -> None:
        if line["version"] != self._version:
            return
        if row := line.get("alone"):
            row |= {"points": tuple(row["points"]), "told": tuple(row["told"])}
            self.alone[row["tool"]] = Undisturbed(**row)
        elif row := line.get("result"):
            result = Result(**{**row, "cell": Cell(**row["cell"]), "wrong": tuple(row["wrong"])})
            self.results[result.cell] = result
