"""Dying on purpose, at a named point of the flow: for the proofs of docs/guarantees.md alone."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

PASSED, PLAN = "passed", "plan"
AT_REST = 0.02
"""Seconds until another process that was killed is gone, and what it held is let go of."""


def crash_at(folder: str) -> Callable[[str], None]:
    """What is called at every point where a process may die. Without a folder it does nothing. With one, each point is
    written down in its file `passed`, and where its file `plan` says `POINT TIMES PID`, that process gets SIGKILL as the
    point is reached for that many times. Both files outlive the processes, so that each plan kills once."""
    return _Crash(Path(folder)) if folder else _nothing


def _nothing(_point: str) -> None:
    """No fault."""


class _Crash:
    def __init__(self, folder: Path) -> None:
        self._passed, self._plan = folder / PASSED, folder / PLAN

    def __call__(self, point: str) -> None:
        with self._passed.open("a+", encoding="utf-8") as passed:
            passed.write(f"{point}\n")
            passed.seek(0)
            times = passed.read().split().count(point)
        planned = self._plan.read_text("utf-8").split() if self._plan.exists() else []
        if planned[:2] == [point, str(times)]:
            os.kill(int(planned[2]), signal.SIGKILL)
            time.sleep(AT_REST)
