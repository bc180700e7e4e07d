"""`closeloop` in processes that need not import its libraries first: they are forks of one that has them all.

Tests run the command a hundred times, and most of each start is the import of the same libraries. Here they are imported
once. Our own modules are not: every process reads them anew, with its own arguments, environment, folder, input and
output. `python -m tests.warm` is not for users, and `tests/test_warm.py` compares it with the command itself.

    python warm.py SOCKET OWNER call ARGUMENTS…   the command; starts the warm process where there is none
    python warm.py SOCKET OWNER serve DOOR        the warm process, listening at this file; it leaves when OWNER is gone
"""

import array
import fcntl
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

LIBRARIES = (
    "alembic.context",
    "chromadb",
    "fastapi",
    "httpx",
    "jinja2",
    "langchain_openai",
    "langgraph.checkpoint.postgres.aio",
    "langgraph.graph",
    "onnxruntime",
    "procrastinate",
    "psycopg_pool",
    "scipy.optimize",
    "scipy.sparse",
    "sklearn.linear_model",
    "sse_starlette",
    "uvicorn",
)
LARGEST = 1 << 20


def call(path: str, owner: int, arguments: list[str]) -> int:
    """The exit code of the command. Signals are passed on to it."""
    with _connected(path, owner) as warm:
        asked = {"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}
        said = json.dumps(asked).encode() + b"\n"
        warm.sendmsg([said], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))])
        told = warm.makefile("r")
        child = int(told.readline())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _: os.kill(child, number))
        return int(told.readline())


def _connected(path: str, owner: int) -> socket.socket:
    """A line to the warm process, which answers once it has its libraries. One caller at a time looks for it."""
    with Path(f"{path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return _line(path)
        except OSError:
            _start(path, owner)
            return _line(path)


def _line(path: str) -> socket.socket:
    warm = socket.socket(socket.AF_UNIX)
    try:
        warm.connect(path)
    except OSError:
        warm.close()
        raise
    return warm


def _start(path: str, owner: int) -> None:
    """The process gets a door at which callers can wait already."""
    Path(path).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(64)
        nothing, number = subprocess.DEVNULL, door.fileno()
        command = [sys.executable, __file__, path, str(owner), "serve", str(number)]
        subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, pass_fds=[number])


def serve(path: str, owner: int, number: int) -> None:
    for name in LIBRARIES:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=number) as door:
        door.settimeout(1.0)
        while _lives(owner):
            with suppress(TimeoutError):
                caller, _ = door.accept()
                if os.fork() == 0:
                    door.close()
                    _accompany(caller)
                caller.close()
    Path(path).unlink()
    Path(f"{path}.lock").unlink()


def _lives(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def _accompany(caller: socket.socket) -> None:
    """Starts the command, tells its caller how it ended, and ends it when its caller is gone. Does not return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    caller.settimeout(None)
    said, files = b"", array.array("i")
    while not said.endswith(b"\n"):
        part, beside, _, _ = caller.recvmsg(LARGEST, socket.CMSG_SPACE(3 * files.itemsize))
        said += part
        for _, _, data in beside:
            files.frombytes(data)
    child = os.fork()
    if child == 0:
        caller.close()
        _become(json.loads(said), list(files))
    for each in files:
        os.close(each)
    caller.sendall(f"{child}\n".encode())
    ended = os.pidfd_open(child)
    ready = select.select([ended, caller.fileno()], [], [])[0]
    if ended not in ready:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with suppress(OSError):
        caller.sendall(f"{code}\n".encode())
    os._exit(0)


def _become(asked: dict[str, object], files: list[int]) -> None:
    """The command. Does not return."""
    for number, each in enumerate(files):
        os.dup2(each, number)
        os.close(each)
    os.environ.clear()
    os.environ.update(asked["environment"])  # type: ignore[call-overload]
    os.chdir(str(asked["folder"]))
    sys.path[0] = ""
    sys.argv = ["closeloop", *asked["arguments"]]  # type: ignore[misc]
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", errors="backslashreplace")
    code = 0
    try:
        importlib.import_module("cli").main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _, PATH, OWNER, WHAT, *REST = sys.argv
    if WHAT == "serve":
        serve(PATH, int(OWNER), int(REST[0]))
    else:
        sys.exit(call(PATH, int(OWNER), REST))
