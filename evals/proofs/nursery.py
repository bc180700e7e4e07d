"""Starts processes quickly: they are forked from one that has imported, read and fitted everything.

Reading the company and fitting the model takes seconds of a core; opening the database, the index and the systems is
left to each process itself, as in production. The nursery has one thread, so that it may fork.
"""

import gc
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from settings import Settings
from wiring import Loaded, loaded_of

ROOT = Path(__file__).parents[2]
LOOK = 0.02
"""Seconds between two looks at the children."""
Body = Callable[[Settings, Loaded], None]


class Nursery:
    """The parent's side. `ended` holds the exit codes of the children that have died, minus the signal."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        context.Process(target=_nurse, args=(theirs,), daemon=True).start()
        theirs.close()
        self._ended: dict[int, int] = {}

    def born(self, body: Body, settings: Settings) -> int:
        """The process id of a new child that runs `body`."""
        self._pipe.send((body, settings))
        while True:
            kind, pid, code = self._pipe.recv()
            if kind == "born":
                self._ended.pop(pid, None)  # a number that a process had who died long ago
                return int(pid)
            self._ended[pid] = code

    def ended(self, pid: int) -> int | None:
        """The exit code, or None while it lives."""
        while self._pipe.poll():
            _, gone, code = self._pipe.recv()
            self._ended[gone] = code
        return self._ended.get(pid)


@cache
def nursery() -> Nursery:
    """The one of this process, made when it is first asked for."""
    return Nursery()


def _nurse(pipe: Any) -> None:
    """The nursery's own process, until its parent is gone."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    loaded = loaded_of(Settings(company=ROOT / "company", var=ROOT / "var"))
    gc.collect()
    gc.freeze()
    children = set[int]()
    try:
        while True:
            if pipe.poll(LOOK):
                children.add(_fork(pipe, loaded))
            for pid, code in _reaped(children):
                pipe.send(("ended", pid, code))
    except (EOFError, BrokenPipeError):
        return
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)


def _leave(*_: object) -> None:
    raise EOFError


def _fork(pipe: "Connection[Any, Any]", loaded: Loaded) -> int:
    body, settings = pipe.recv()
    pid = os.fork()
    if not pid:
        _live(pipe, body, settings, loaded)
    pipe.send(("born", pid, 0))
    return pid


def _live(pipe: Any, body: Body, settings: Settings, loaded: Loaded) -> None:
    """A child's whole life."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    pipe.close()
    code = 1
    try:
        _speak_to(settings.var / "log")
        body(settings, loaded)
        code = 0
    except BaseException:  # noqa: BLE001 - nothing is above it that would tell
        traceback.print_exc()
    finally:
        os._exit(code)


def _reaped(children: set[int]) -> list[tuple[int, int]]:
    found = []
    for pid in list(children):
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            children.discard(pid)
            found.append((pid, os.waitstatus_to_exitcode(status)))
    return found


def _speak_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
