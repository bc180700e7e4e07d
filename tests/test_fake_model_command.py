"""`closeloop fake-model` as a process: what it says, what it answers, and a service that reasons with it."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psycopg
import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr
from typer.testing import CliRunner

from cli import app
from evals.fake_model.script import load_script
from tests.cli_world import CLOSELOOP, ROOT, World, make_world

EXAMPLE = ROOT / "evals" / "fake_model" / "example.yaml"
ANSWER = "turns:\n  - text: Good morning.\n"


@dataclass(frozen=True, kw_only=True)
class Running:
    """`said`: the lines up to the first request."""

    process: subprocess.Popen[str]
    said: list[str]

    @property
    def url(self) -> str:
        return str(re.findall(r"OPENAI_BASE_URL=(\S+)", "\n".join(self.said))[0])

    def stopped(self) -> str:
        """What it has said since, once it was asked to leave."""
        self.process.send_signal(signal.SIGINT)
        out, _ = self.process.communicate(timeout=10)
        return out


@contextmanager
def running(script: Path) -> Iterator[Running]:
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "200", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    command = [*CLOSELOOP, "fake-model", str(script), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said: list[str] = []
        for line in iter(process.stdout.readline, ""):
            said.append(line)
            if "Ctrl-C stops it" in line:
                break
        try:
            yield Running(process=process, said=said)
        finally:
            process.kill()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.yaml"
    path.write_text(ANSWER, "utf-8")
    return path


async def test_it_says_what_to_set_answers_the_services_own_client_and_shows_what_was_asked(script: Path) -> None:
    with running(script) as model:
        async with httpx2.AsyncClient(trust_env=False) as http:
            client = ChatOpenAI(model="scripted", base_url=model.url, api_key=SecretStr("any"), http_async_client=http)
            parts = [part.text async for part in client.astream("Is anybody there?") if part.text]
        shown = model.stopped()

    assert {"export MODEL=scripted", "export OPENAI_API_KEY=any"} <= {line.strip() for line in model.said}
    assert parts == ["Good ", "morning."]
    assert "1. 'Is anybody there?'" in shown
    assert "turn 1: 'Good morning.'" in shown
    assert "Stopped. Requests: 1 answered." in shown


def test_every_mistake_of_a_script_is_named_by_file_line_and_field(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("turns:\n  - text: 3\n    fault: {status: 99}\n  - tool: x\n", "utf-8")

    said = make_world(tmp_path / "var").run("fake-model", str(broken))

    assert said.code == 1
    assert "broken.yaml:2: turns.0.text:" in said.err
    assert "broken.yaml:3: turns.0.fault.status:" in said.err
    assert "broken.yaml:4: turns.1.tool:" in said.err
    assert "it has 3 mistakes" in said.err
    assert "Traceback" not in said.err


def test_a_port_that_is_taken_is_one_sentence(script: Path, tmp_path: Path) -> None:
    with running(script) as model:
        port = model.url.rpartition(":")[2].removesuffix("/v1")
        said = make_world(tmp_path / "var").run("fake-model", str(script), "--port", port)

    assert said.code == 1
    assert "choose another port with --port" in said.err


def test_the_example_that_the_help_names_can_be_played() -> None:
    assert len(load_script(EXAMPLE).turns) > 3


@pytest.fixture
def url(database_url: Callable[[], str]) -> str:
    return database_url()


@pytest.fixture
def world(url: str, demo_url: str, tmp_path: Path) -> World:
    """With a demo company in which nobody was refunded anything yet."""
    httpx2.post(f"{demo_url}/reset", json={}, trust_env=False).raise_for_status()
    return make_world(tmp_path / "var", DATABASE_URL=url, DEMO_URL=demo_url)


def test_a_service_reasons_with_it_and_what_it_was_sent_can_be_read_afterwards(world: World, url: str) -> None:
    with running(EXAMPLE) as model:
        given = {"MODEL": "scripted", "OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "any"}
        served = World(environment={**world.environment, **given})
        with served.serving("--demo"):
            told = served.run("chat", "--as", "cus_ada", "My order ord_1001 never came, I want my money back")
        asked = model.stopped()
    with psycopg.connect(url) as conn:
        run = conn.execute("SELECT id FROM runs").fetchall()[0][0]
    prompt = CliRunner().invoke(app, ["prompt", run], env={**served.environment})

    assert "48.00 USD" in told.out
    assert asked.count("calls issue_refund") == 1
    assert "call 2 of 2" in prompt.stdout
    assert "order.charge: ch_1001" in prompt.stdout
    assert '"name": "issue_refund"' in prompt.stdout
