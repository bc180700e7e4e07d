"""docs/extending.md, followed word by word: its files, its edits, its commands, and what it says they answer."""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals.ports import free_port
from tests.cli_world import CLOSELOOP, ROOT, joined, make_world

pytestmark = pytest.mark.slow
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
PORT = "8801"
PROGRAMS = {"closeloop": CLOSELOOP, "python": [sys.executable]}


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody who follows the page in an empty folder; the register listens on a port that is free."""

    folder: Path
    environment: dict[str, str]

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(**self._called(line), capture_output=True, timeout=180)

    @contextmanager
    def running(self, line: str) -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen(**self._called(line), stdout=subprocess.PIPE) as process:
            try:
                yield process
            finally:
                process.terminate()

    def _called(self, line: str) -> dict[str, Any]:
        *given, program, rest = re.fullmatch(r"((?:[A-Z_]+=\S+ )*)(\w+) (.*)", line).groups()  # type: ignore[union-attr]
        settings = dict(each.split("=", 1) for each in given[0].split())
        words = shlex.split(rest.replace(PORT, self.environment["PORT_OF_REGISTER"]))
        environment = {**self.environment, **settings}
        return {"args": [*PROGRAMS[program], *words], "cwd": self.folder, "env": environment, "text": True}


def files() -> dict[str, str]:
    """What the page gives in full."""
    return dict(re.findall(r"^File `(.+?)`:\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def edits() -> list[tuple[str, str, str]]:
    """File, the lines that are there, and the lines that are there afterwards."""
    found = re.findall(r"^In `(.+?)`:\n\n```diff\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [(file, _side(diff, " "), _side(diff, " +")) for file, diff in found]


def commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def conversation() -> list[tuple[str, str]]:
    """Each command of the console block, and what it says."""
    console = re.search(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    parts = re.split(r"^\$ ", console[1] if console else "", flags=re.MULTILINE)[1:]
    return [(part.splitlines()[0], joined(" ".join(part.splitlines()[1:]))) for part in parts]


def _side(diff: str, kinds: str) -> str:
    return "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[:1] in kinds or not line)


def command(beginning: str) -> str:
    (found,) = [line for line in commands() if beginning in line]
    return found


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/stoves", params={"customer": "cus_ada"}, trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def reader(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, database_url: Callable[[], str], demo_url: str
) -> Iterator[Reader]:
    """Has made the company, written the files and made the edits; the register runs."""
    folder, port = tmp_path_factory.mktemp("page"), str(free_port())
    world = make_world(folder / "var", DATABASE_URL=database_url(), DEMO_URL=demo_url, PORT_OF_REGISTER=port)
    exported = dict([command("export ").removeprefix("export ").replace(PORT, port).split("=")])
    made = Reader(folder=folder, environment={**world.environment, **exported, "PYTHONPATH": os.fspath(ROOT)})
    made.run(command("closeloop new")).check_returncode()
    for file, text in files().items():
        (folder / file).write_text(text)
    for file, before, after in edits():
        text = (folder / file).read_text()
        assert text.count(before) == 1
        (folder / file).write_text(text.replace(before, after))
    with made.running(command("register_service.py")):
        while not answers(exported["WARRANTY_URL"]):
            time.sleep(0.1)
        yield made


def test_the_page_gives_every_file_and_every_edit() -> None:
    assert list(files()) == [
        "acme/register_service.py",
        "acme/acme_warranty.py",
        "acme/playbooks/warranty.md",
        "acme/evals/warranty.yaml",
    ]
    assert [file for file, _, _ in edits()] == ["acme/company.yaml", "acme/policy.yaml"]


def test_the_company_that_the_page_makes_has_nothing_to_find_fault_with(reader: Reader) -> None:
    checked = reader.run(f"{command('closeloop company check')} --strict")

    assert checked.returncode == 0, checked.stdout


def test_its_eval_case_passes(reader: Reader, postgres_url: str) -> None:
    played = reader.run(command("python -m evals").replace("python", f"DATABASE_URL={postgres_url} python", 1))

    assert played.returncode == 0, played.stdout + played.stderr


def test_the_service_answers_as_the_page_says(reader: Reader) -> None:
    httpx.post(f"{reader.environment['WARRANTY_URL']}/reset", trust_env=False).raise_for_status()
    with reader.running(command("closeloop serve")) as service:
        assert service.stdout is not None
        assert any("Ctrl-C stops it" in line for line in iter(service.stdout.readline, ""))
        said = [(joined(reader.run(line).stdout), expected) for line, expected in conversation()]

    assert [answer for answer, expected in said if expected not in answer] == []
    assert len(said) == 2


def test_the_register_holds_what_was_said(reader: Reader) -> None:
    url = reader.environment["WARRANTY_URL"]
    stoves = [
        httpx.get(f"{url}/stoves", params={"customer": name}, trust_env=False).json()["items"][0]
        for name in ("cus_ada", "cus_ben")
    ]

    assert [stove["until"] is not None for stove in stoves] == [True, False]
