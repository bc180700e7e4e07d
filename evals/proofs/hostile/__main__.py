"""`python -m evals.proofs.hostile`: the hostile proof alone; what a mutant is tried with."""

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from evals.proofs.hostile.machine import Tally
from evals.proofs.hostile.run import prove
from records.embedded import start_postgres
from settings import read_settings

POSTGRES = Path(__file__).parents[3] / "var" / "prove-postgres"


def main(arguments: Sequence[str]) -> int:
    """1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m evals.proofs.hostile", description="Plays the hostile reasoner.")
    parser.add_argument("--steps", type=int, default=1_000, help="proposals and decisions, at least")
    parser.add_argument("--each", type=int, default=0, help="so many of each verdict, at least")
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    parser.add_argument("--server", default="", metavar="URL", help="a PostgreSQL server, else the embedded one")
    parser.add_argument("--json", action="store_true", help="prints a line of JSON after each round and at the end")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    server = options.server or read_settings().database_url or str(start_postgres(POSTGRES).get_uri())
    done = prove(server, steps=options.steps, seed=options.seed, each=options.each, told=_telling(options.json))
    if options.json:
        _line(done.tally, done.problem, done.seed)
    else:
        Console().print(f"{done.tally} {done.problem or 'Nothing was wrong.'}", markup=False)
    return 1 if done.problem else 0


def _telling(wanted: bool) -> Callable[[Tally], None]:
    """After each round."""
    return (lambda tally: _line(tally, "", 0)) if wanted else lambda _: None


def _line(tally: Tally, problem: str, seed: int) -> None:
    told = {"steps": tally.steps, "reached": dict(tally.reached), "problem": problem, "seed": seed}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
