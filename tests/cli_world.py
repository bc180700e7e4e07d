"""The command as a process, and a service that it serves."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evals.ports import free_port

ROOT = Path(__file__).parents[1]
_TESTS = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
_WARM = Path(tempfile.gettempdir()) / f"closeloop-tests-{_TESTS}.sock"
COLD = [sys.executable, "-c", "import sys, cli; sys.argv[0] = 'closeloop'; cli.main()"]
CLOSELOOP = [sys.executable, "-I", "-S", str(ROOT / "tests" / "warm.py"), str(_WARM), str(_TESTS), "call"]
"""The command, started quickly: see warm.py. `COLD` starts it as users do."""
PATIENCE = 60


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command answered. Its lines are joined, since a screen may break them anywhere."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, kw_only=True)
class World:
    """An installation of its own: what its commands find in the environment."""

    environment: Mapping[str, str]

    def run(self, *arguments: str, typed: str = "", **changed: str) -> Said:
        done = self.ran(*arguments, typed=typed, **changed)
        return Said(code=done.returncode, out=joined(done.stdout), err=joined(done.stderr))

    def ran(self, *arguments: str, typed: str = "", **changed: str) -> subprocess.CompletedProcess[str]:
        """With its output as it was printed."""
        return subprocess.run(
            [*CLOSELOOP, *arguments],
            cwd=ROOT,
            env={**self.environment, **changed},
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    @contextmanager
    def serving(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Until the block ends; then it is asked to leave."""
        process = subprocess.Popen(
            [*CLOSELOOP, "serve", *arguments], cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        with process:
            assert process.stdout is not None
            assert any("Ctrl-C stops it" in line for line in iter(process.stdout.readline, ""))
            try:
                yield process
            finally:
                process.send_signal(signal.SIGTERM)


def make_world(var: Path, **environment: str) -> World:
    """With the sentence model of this checkout, so that it need not be built again."""
    var.mkdir(parents=True, exist_ok=True)
    if (ROOT / "var" / "models").exists() and not (var / "models").exists():
        (var / "models").symlink_to(ROOT / "var" / "models")
    usual = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "COLUMNS": "200", "NO_COLOR": "1"}
    return World(environment={**usual, "VAR": str(var), "PORT": str(free_port()), **environment})


def joined(text: str) -> str:
    return " ".join(text.replace("│", " ").split())
