"""`python -m evals.proofs.hostile`: the hostile proof alone; what a mutant is tried with."""

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

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
    parser.add_argument("--json", action="store_true", help="prints one line of JSON instead")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    server = options.server or read_settings().database_url or str(start_postgres(POSTGRES).get_uri())
    done = prove(server, steps=options.steps, seed=options.seed, each=options.each)
    told = {"steps": done.tally.steps, "reached": dict(done.tally.reached), "problem": done.problem, "seed": done.seed}
    if options.json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        Console().print(told)
    return 1 if done.problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
