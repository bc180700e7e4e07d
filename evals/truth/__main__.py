"""`python -m evals.truth` counts what the guard stops and lets pass, and names what was missed or stopped wrongly."""

import argparse
import re
from pathlib import Path

from evals.truth.measure import SETS, table, written
from evals.truth.retelling import RETOLD, afterwards, by_hand, rows, scan
from evals.truth.retelling import table as retelling
from graph.truth.claims import findings
from graph.truth.grounding import Vectors
from knowledge.embedder import open_embedder
from settings import read_settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "replies.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.truth", description=__doc__)
    parser.add_argument("company", nargs="?", type=Path, default=ROOT / "company", help="a company's folder")
    parser.add_argument(
        "--write-docs", action="store_true", help="writes what is sent of articles into docs/replies.md"
    )
    options = parser.parse_args()
    vectors = open_embedder(read_settings().var / "models")
    print(table(options.company / "articles"))
    _name_wrong()
    told, chosen = retelling(rows(ROOT, vectors)), scan(ROOT, vectors)
    print(f"\n{told}\n\n{chosen}")
    _name_passed(vectors)
    if options.write_docs:
        _write("retelling", told)
        _write("threshold", chosen)


def _name_wrong() -> None:
    for name in SETS:
        wanted = name.endswith("claims")
        wrong = [
            f"{code}: {said}" for code, each in written(name).items() for said in each if bool(findings(said)) != wanted
        ]
        print(f"\n{name}, {'missed' if wanted else 'stopped'}:", *wrong, sep="\n  ")


def _name_passed(vectors: Vectors) -> None:
    told = [*by_hand(ROOT / "company" / "articles"), *afterwards(ROOT)]
    passed = [f"{each.kind}: {each.said}" for each in told if each.kind != RETOLD and each.sent(vectors)]
    print("\nwrong about an article, missed:", *passed, sep="\n  ")


def _write(part: str, what: str) -> None:
    """Between the marks of this part."""
    page = PAGE.read_text("utf-8")
    marks = re.compile(rf"(<!-- {part}:begin -->\n).*?(<!-- {part}:end -->)", re.DOTALL)
    PAGE.write_text(marks.sub(lambda found: f"{found[1]}{what}\n{found[2]}", page), "utf-8")


main()
