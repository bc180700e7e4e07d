"""What the command says without a service: help, mistakes, tokens, the doctor's findings."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from evals.ports import free_port
from records.clock import SystemClock
from tests.cli_world import ROOT, Said, joined, make_world
from web.keys import of_settings
from web.tokens import Tokens

KEY = "0123456789abcdef0123456789abcdef"
COMMANDS = [
    ["serve"],
    ["worker"],
    ["chat"],
    ["doctor"],
    ["new"],
    ["ingest"],
    ["company"],
    ["company", "check"],
    ["approvals"],
    ["approvals", "list"],
    ["approvals", "show"],
    ["approvals", "approve"],
    ["approvals", "reject"],
    ["approvals", "edit"],
    ["approvals", "respond"],
    ["audit"],
    ["audit", "verify"],
    ["audit", "show"],
    ["audit", "export"],
    ["audit", "seal"],
    ["token"],
    ["token", "customer"],
    ["token", "staff"],
    ["prompt"],
    ["fake-model"],
    ["keys"],
    ["keys", "list"],
    ["keys", "revoke"],
    ["keys", "renew"],
    ["keys", "rotate"],
]


def run(tmp_path: Path, *arguments: str, **environment: str) -> Said:
    usual = {"VAR": str(tmp_path / "var"), "PORT": str(free_port()), "COLUMNS": "300", "CLOSELOOP_STAFF_KEY": ""}
    done = CliRunner().invoke(app, list(arguments), env={**usual, **environment})
    return Said(code=done.exit_code, out=joined(done.stdout), err=joined(done.stderr))


def start(tmp_path: Path, *arguments: str, **environment: str) -> Said:
    """In a process of its own, for what sets up the logs of its process."""
    return make_world(tmp_path / "var", **environment).run(*arguments)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(tmp_path: Path, command: list[str]) -> None:
    said = run(tmp_path, *command, "--help")

    assert said.code == 0
    assert f"Usage: closeloop {' '.join(command)}" in said.out.replace("root", "closeloop")


@pytest.mark.parametrize("command", ["serve", "worker", "chat", "new", "ingest", "company check"])
def test_help_teaches_with_an_example(tmp_path: Path, command: str) -> None:
    assert f"closeloop {command}" in run(tmp_path, *command.split(), "--help").out.split("Example")[1]


def test_a_chat_must_say_who_writes(tmp_path: Path) -> None:
    said = run(tmp_path, "chat", "hello")

    assert said.code == 1
    assert said.err == "closeloop: Say who writes: --as CUSTOMER (such as cus_ada), or --visitor."


@pytest.mark.parametrize("command", [["chat", "--as", "cus_ada", "hello"], ["approvals", "list"]], ids=" ".join)
def test_a_service_that_is_not_running_is_named(tmp_path: Path, command: list[str]) -> None:
    said = run(tmp_path, *command, PORT="1")

    assert said.code == 1
    assert said.err.startswith("closeloop: Nothing answers at http://127.0.0.1:1. Start the service")


def test_an_address_that_is_none_is_named(tmp_path: Path) -> None:
    said = run(tmp_path, "chat", "--visitor", "hello", "--url", "example")

    assert said.err == "closeloop: example is not the address of a service, such as http://127.0.0.1:8000."


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    said = start(tmp_path, "serve", PORT="eighty")

    assert said.code == 1
    assert said.err == "closeloop: PORT must be a int, but is 'eighty'."


def test_a_key_that_is_too_short_is_named_and_not_shown(tmp_path: Path) -> None:
    said = run(tmp_path, "token", "customer", "cus_ada", CUSTOMER_TOKEN_KEY="secret")

    assert said.code == 1
    assert said.err.startswith("closeloop: CUSTOMER_TOKEN_KEY has 6 bytes;")
    assert "secret" not in said.err


def test_a_worker_needs_an_index_that_it_can_share(tmp_path: Path) -> None:
    said = start(tmp_path, "worker", LOG_LEVEL="loud")
    shared = start(tmp_path, "worker")

    assert "LOG_LEVEL must be one of" in said.err
    assert "needs CHROMA_URL" in shared.err


def test_a_customer_token_stands_alone_and_is_valid(tmp_path: Path) -> None:
    said = run(tmp_path, "token", "customer", "cus_ada", "--hours", "2", CUSTOMER_TOKEN_KEY=KEY)

    tokens = Tokens(customers=of_settings(KEY, ""), conversations=of_settings(KEY, ""), clock=SystemClock())
    assert tokens.customer_of(said.out) == "cus_ada"


def test_a_token_is_not_made_for_ever(tmp_path: Path) -> None:
    said = run(tmp_path, "token", "customer", "cus_ada", "--hours", "9000")

    assert said.err == "closeloop: --hours must be more than 0 and at most 24, CUSTOMER_TOKEN_HOURS."


def test_a_staff_role_is_one_of_the_companys(tmp_path: Path) -> None:
    said = run(tmp_path, "token", "staff", "Ana Silva", "--role", "pirate")

    assert said.code == 1
    assert said.err.startswith("closeloop: There is no role pirate; the company has support, billing, lead")


def test_a_broken_company_is_told_line_by_line(tmp_path: Path) -> None:
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "company", folder)
    rules = folder / "policy.yaml"
    rules.write_text(rules.read_text("utf-8").replace("support: 0.35", "support: much"), "utf-8")

    said = start(tmp_path, "serve", COMPANY=str(folder))

    assert said.code == 1
    assert said.err.startswith("closeloop: The company folder has 1 mistake: company/policy.yaml:")
    assert "thresholds.support: must be a number from 0 to 1" in said.err


def test_a_missing_company_is_told_in_a_sentence(tmp_path: Path) -> None:
    said = start(tmp_path, "serve", COMPANY=str(tmp_path / "none"))

    assert said.code == 1
    assert said.err.startswith(f"closeloop: There is no company folder {tmp_path / 'none'}:")


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "postgres//x:pass@y"])
def test_a_database_that_cannot_be_reached_is_told_in_a_line(tmp_path: Path, url: str) -> None:
    said = start(tmp_path, "serve", DATABASE_URL=url)

    assert said.code == 1
    assert "DATABASE_URL" in said.err
    assert "pass" not in said.err


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = run(tmp_path, "token", "customer", "cus_ada", VAR=str(tmp_path / "file" / "var"))

    assert said.code == 1
    assert said.err.startswith(f"closeloop: {tmp_path / 'file' / 'var'} cannot be written")


def test_the_doctor_finds_what_is_wrong_and_goes_on(tmp_path: Path) -> None:
    said = run(tmp_path, "doctor", CUSTOMER_TOKEN_KEY="short", DEMO_URL="http://127.0.0.1:1")

    assert said.code == 1
    assert "CUSTOMER_TOKEN_KEY has 5 bytes" in said.out
    assert "Nothing answers at http://127.0.0.1:1/health, which DEMO_URL names" in said.out
    assert "2 of 12 must be put right" in said.out


def test_the_doctor_stops_at_settings_that_cannot_be_read(tmp_path: Path) -> None:
    said = run(tmp_path, "doctor", PORT="-1")

    assert said.code == 1
    assert "PORT must not be negative" in said.out


def test_a_logged_error_does_not_show_the_values_of_variables() -> None:
    code = (
        "import structlog; from commands.logs import configure_logs; configure_logs('info')\n"
        "secret = 'hunter2'\n"
        "try: 1 / len([])\n"
        "except ZeroDivisionError: structlog.get_logger().exception('it.failed')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert '"event": "it.failed"' in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert '"locals"' not in done.stderr
