"""`python -m evals.truth [COMPANY]` prints the table of docs/guarantees.md, and what was missed or stopped wrongly."""

import sys
from pathlib import Path

from evals.truth.measure import SETS, table, written
from graph.truth.claims import findings


def main(folder: Path) -> None:
    """`folder`: of a company."""
    print(table(folder / "articles"))
    for name in SETS:
        wanted = name.endswith("claims")
        wrong = [
            f"{code}: {said}" for code, each in written(name).items() for said in each if bool(findings(said)) != wanted
        ]
        print(f"\n{name}, {'missed' if wanted else 'stopped'}:", *wrong, sep="\n  ")


main(Path(sys.argv[1] if len(sys.argv) > 1 else "company"))
