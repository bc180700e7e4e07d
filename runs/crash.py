"""Dying on purpose, at a named point of the flow: for the proofs of docs/guarantees.md alone."""

import os
import signal
from collections.abc import Callable
from pathlib import Path


def crash_at(point: str, marker: Path) -> Callable[[str], None]:
    """What is called at every point where a process may die. It does nothing; with a `point` it kills the process there,
    once: `marker` is a file that is written first, so that the process that comes after lives."""
    return _Crash(point, marker) if point else _nothing


def _nothing(_point: str) -> None:
    """No fault."""


class _Crash:
    """`name`, or `name#2` for the second time the process comes there."""

    def __init__(self, point: str, marker: Path) -> None:
        self._point, _, time = point.partition("#")
        self._left = int(time or 1)
        self._marker = marker

    def __call__(self, point: str) -> None:
        self._left -= point == self._point
        if point == self._point and not self._left and not self._marker.exists():
            self._marker.write_text(point)
            os.kill(os.getpid(), signal.SIGKILL)
