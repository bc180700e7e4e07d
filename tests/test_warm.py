"""The quick start of the command, on which other tests rely, does what the command does."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from evals.ports import free_port
from tests.cli_world import CLOSELOOP, COLD, ROOT, make_world


@pytest.mark.parametrize("arguments", [["--help"], ["keys", "nonsense"]])
def test_a_warm_command_says_and_ends_as_a_cold_one(arguments: list[str]) -> None:
    environment = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1"}

    cold, warm = (
        subprocess.run([*command, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
        for command in (COLD, CLOSELOOP)
    )

    assert (warm.returncode, warm.stdout, warm.stderr) == (cold.returncode, cold.stdout, cold.stderr)


def test_a_signal_reaches_a_warm_command_and_it_leaves(tmp_path: Path) -> None:
    environment = {**make_world(tmp_path).environment, "DATABASE_URL": "", "PORT": str(free_port())}
    script = ROOT / "evals" / "fake_model" / "example.yaml"
    command = [*CLOSELOOP, "fake-model", str(script), "--port", "0"]

    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)

    assert code in (0, -signal.SIGTERM, 128 + signal.SIGTERM, 256 - signal.SIGTERM)
