"""The demo company in a process of its own."""

import asyncio
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import httpx
import pytest

from tests.demo_fixtures import ADA
from tools.demo.adapters import open_demo
from tools.demo.serve import DemoDidNotStart, leave_when_closed, main, make_server, running_demo

NOWHERE = "postgresql://127.0.0.1:1/nothing"
ROOT = Path(__file__).parents[1]


@pytest.mark.slow
async def test_it_runs_in_a_child_process_and_leaves_with_its_parent(database_url: Callable[[], str]) -> None:
    async with running_demo(database_url()) as url, open_demo(url, connect_seconds=1, answer_seconds=5) as systems:
        assert await systems.crm.customer(ADA) is not None

    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"{url}/health")


PARENT = """
import asyncio, sys
from tools.demo.serve import running_demo

async def main():
    async with running_demo(sys.argv[1]) as url:
        print(url, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.slow
async def test_a_killed_parent_leaves_no_orphan(database_url: Callable[[], str]) -> None:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-c", PARENT, database_url())
    parent = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)
    assert await cast(asyncio.StreamReader, parent.stdout).readline()

    parent.kill()
    await parent.wait()

    # The child inherited this pipe: it ends when the child is gone too.
    assert await asyncio.wait_for(cast(asyncio.StreamReader, parent.stderr).read(), 20) == b""


@pytest.mark.slow
async def test_without_a_database_it_says_that_it_did_not_start() -> None:
    with pytest.raises(DemoDidNotStart):
        async with running_demo(NOWHERE):
            pytest.fail("It started.")


def test_it_leaves_when_nobody_holds_the_other_end(database_url: Callable[[], str]) -> None:
    server = make_server(database_url(), 0)
    ours, theirs = os.pipe()
    os.write(theirs, b"more")
    os.close(theirs)

    leave_when_closed(server, ours)

    os.close(ours)
    assert server.should_exit


def test_it_serves_until_its_input_closes(database_url: Callable[[], str], capfd: pytest.CaptureFixture[str]) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, f"{database_url()}\n".encode())
    os.close(theirs)

    with os.fdopen(ours) as stdin:
        main(["--until-stdin-closes"], stdin)

    assert int(capfd.readouterr().out) > 1024


def test_without_a_database_its_exit_code_tells(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="3"):
        main([], io.StringIO(f"{NOWHERE}\n"))

    assert "DatabaseUnreachable" in capfd.readouterr().err
