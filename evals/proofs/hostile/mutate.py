"""Tries the mutants: each in a copy of the tree of its own, by the proof or the test that must catch it."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.proofs.hostile.mutants import ROOT, STATEFUL, Mutant

LEFT_OUT = (".git", ".venv*", "var", "build", "__pycache__", ".*_cache", "*.egg-info", ".hypothesis", ".langgraph_api")
BEGIN, END = "<!-- mutants:begin -->", "<!-- mutants:end -->"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """`caught`: whether the proof failed as it must. `steps`: proposals and decisions until then, 0 for an ordinary test.
    `said`: what was wrong, in a sentence."""

    mutant: Mutant
    caught: bool
    steps: int
    said: str


async def try_all(
    mutants: Sequence[Mutant], server_url: str, *, steps: int, lanes: int = 2, seed: int = 0
) -> AsyncIterator[Tried]:
    """As they are done. `steps`: after so many a mutant has got away."""
    gate = asyncio.Semaphore(lanes)

    async def one(mutant: Mutant) -> Tried:
        async with gate:
            return await _tried(mutant, server_url, steps=steps, seed=seed)

    for done in asyncio.as_completed([one(mutant) for mutant in mutants]):
        yield await done


async def _tried(mutant: Mutant, server_url: str, *, steps: int, seed: int) -> Tried:
    with TemporaryDirectory(prefix="closeloop-mutant-") as folder:
        copy = Path(folder, "tree")
        await asyncio.to_thread(_copied, copy)
        mutant.apply(copy)
        if mutant.caught_by != STATEFUL:
            status, told = await _run(
                copy, server_url, "-m", "pytest", "-q", "-x", "-p", "no:randomly", mutant.caught_by
            )
            last = next((line for line in reversed(told.splitlines()) if line.startswith("FAILED")), "")
            return Tried(mutant=mutant, caught=status == 1, steps=0, said=last.partition("::")[2].partition(" - ")[0])
        proof = ("-W", "ignore", "-m", "evals.proofs.hostile", "--json", "--steps", str(steps), "--seed", str(seed))
        status, told = await _run(copy, server_url, *proof)
        lines = [line for line in told.splitlines() if line.startswith("{")]
        if not lines:
            raise RuntimeError(f"{mutant.guard}: the proof did not run: {told[-400:]}")
        found: dict[str, Any] = json.loads(lines[-1])
        return Tried(mutant=mutant, caught=bool(found["problem"]), steps=found["steps"], said=found["problem"])


def _copied(target: Path) -> None:
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (target / "var").mkdir()
    (target / "var" / "models").symlink_to((ROOT / "var" / "models").resolve())


async def _run(copy: Path, server_url: str, *command: str) -> tuple[int, str]:
    """With this interpreter, and the copy's modules before all others. The status, and what was printed."""
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment = os.environ | {"PYTHONPATH": str(copy), "DATABASE_URL": server_url, **threads}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=copy,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    return process.returncode or 0, printed.decode("utf-8", "replace")


def write_mutants(page: Path, tried: Sequence[Tried]) -> None:
    """Replaces what stands between the markers of the page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table_of(tried)}\n{END}{after}", "utf-8")


def table_of(tried: Sequence[Tried]) -> str:
    """A row for each guard: what noticed that it was gone, and after how many steps."""
    lines = [["guard switched off", "file", "caught by", "steps", "what was wrong"], ["---"] * 5]
    for each in tried:
        by = each.mutant.caught_by if each.caught else "**nothing**"
        by = by if by == STATEFUL or not each.caught else f"`{by}`"
        steps = str(each.steps) if each.steps else ""
        lines.append([each.mutant.guard, f"`{each.mutant.file}`", by, steps, _short(each.said)])
    caught = sum(each.caught for each in tried)
    summary = f"{len(tried)} guards, {caught} missed when they are gone, {len(tried) - caught} not."
    return "\n".join([summary, "", *(f"| {' | '.join(line)} |" for line in lines)])


def _short(said: str) -> str:
    """The first thing that was wrong, without ids that differ from run to run."""
    first = said.partition("; ")[0].partition("\n")[0].replace("|", "/")
    return first if len(first) <= 120 else first[:117] + "…"
