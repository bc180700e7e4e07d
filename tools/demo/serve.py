"""Runs the demo company in a process of its own, on a free loopback port, for as long as its parent lives.

`running_demo` is the parent's side, `python -m tools.demo.serve` the child's. The child's standard input is a pipe that
the parent holds: its first line is the database URL (a command line would show its password to everybody), and when
the parent dies, however it dies, the pipe closes and the child leaves.
"""

import argparse
import asyncio
import os
import socket
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO, cast

import uvicorn

from records.clock import SystemClock
from records.errors import NotReady
from tools.demo.app import create_demo

_ROOT = Path(__file__).parents[2]


class DemoDidNotStart(NotReady):
    """The demo company's systems did not start; the reason stands on standard error."""


class Announcing(uvicorn.Server):
    """A server that writes its port on one line of standard output as soon as it can be called."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()


def make_server(database_url: str, port: int) -> Announcing:
    """A server that is not running yet. Port 0: a free one."""
    app = create_demo(database_url, SystemClock())
    return Announcing(
        uvicorn.Config(
            app, host="127.0.0.1", port=port, log_level="error", access_log=False, timeout_graceful_shutdown=1
        )
    )


def leave_when_closed(server: uvicorn.Server, descriptor: int) -> None:
    """Blocks until nobody holds the other end any more, then asks the server to stop."""
    while os.read(descriptor, 1024):
        pass
    server.should_exit = True


def main(arguments: Sequence[str], stdin: TextIO) -> None:
    """Runs until it is stopped. Raises SystemExit, not 0, when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo.serve", description="Runs the demo company's systems.")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--until-stdin-closes", action="store_true", help="leave with the parent")
    options = parser.parse_args(arguments)
    server = make_server(stdin.readline().strip(), options.port)
    if options.until_stdin_closes:
        threading.Thread(target=leave_when_closed, args=(server, stdin.fileno()), daemon=True).start()
    asyncio.run(server.serve())


@asynccontextmanager
async def running_demo(database_url: str, *, port: int = 0) -> AsyncIterator[str]:
    """Starts the demo company in a child process; yields its URL. Raises DemoDidNotStart; the child's last words
    go to standard error."""
    command = [sys.executable, "-m", "tools.demo.serve", "--until-stdin-closes", "--port", str(port)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=_ROOT, stdin=pipe, stdout=pipe, start_new_session=True
    )  # its own session: Ctrl-C is for the parent, whose running steps still need the systems
    try:
        yield f"http://127.0.0.1:{await _port_of(process, database_url)}"
    finally:
        _stdin(process).close()
        await process.wait()


def _stdin(process: asyncio.subprocess.Process) -> asyncio.StreamWriter:
    return cast(asyncio.StreamWriter, process.stdin)


async def _port_of(process: asyncio.subprocess.Process, database_url: str) -> int:
    _stdin(process).write(f"{database_url}\n".encode())
    line = await cast(asyncio.StreamReader, process.stdout).readline()
    if not line:
        raise DemoDidNotStart
    return int(line)


if __name__ == "__main__":  # pragma: no cover - the child process of test_demo_serve runs it
    main(sys.argv[1:], sys.stdin)
