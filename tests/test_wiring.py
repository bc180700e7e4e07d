"""A company's own kits and connections: found by their import path, named where they are wrong, opened at the start."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policy.live import RESTART, LiveCompany
from policy.source import CompanyInvalid
from records.ids import CustomerId, new_id
from settings import Settings
from tests.cli_world import make_world
from tests.company_case import FOLDER, copied, edit
from tools.answers import SystemUnavailable
from tools.connections import NotConnected
from wiring import adapters_of, connected, load, load_kit, needs_demo, options_of, vocabulary_of

COMPANY = "company.yaml"
OWN = """
from contextlib import asynccontextmanager
from tools.kit import Kit

KIT = Kit()
NOT_A_KIT = "something else"


@asynccontextmanager
async def connect(connection):
    opened.append(connection)
    yield OwnCrm(connection.options)
    opened.remove(connection)


@asynccontextmanager
async def broken(connection):
    raise RuntimeError("no route\\nto the system")
    yield


@asynccontextmanager
async def choosy(connection):
    raise connection.wrong("region", "there is no such region.")
    yield


def plain(connection):
    return "a text"


class OwnCrm:
    def __init__(self, options):
        self.options = options

    async def customer(self, customer):
        return None


opened = []
"""
NOBODY = CustomerId("cus_nobody")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[str]:
    """The name of a module of the company's own, in its folder; the folder leaves the import path in the end."""
    name, path = new_id("own"), list(sys.path)
    copied(tmp_path)
    (tmp_path / "company" / f"{name}.py").write_text(OWN)
    yield name
    sys.path[:] = path


def connecting(tmp_path: Path, crm: str, more: str = "") -> Path:
    """The demo company with another CRM."""
    company = tmp_path / "company"
    edit(company, COMPANY, "\n  crm: demo", f"\n  crm: {crm}{more}")
    return company


def settings_of(company: Path) -> Settings:
    return Settings(company=company, fact_seconds=0.2, answer_seconds=0.2)


def problems(company: Path) -> list[str]:
    try:
        options_of(load(company).wiring)
    except CompanyInvalid as invalid:
        return [str(problem) for problem in invalid.problems]
    return []


def test_the_demo_companys_systems_are_asked_for_by_name() -> None:
    wiring = load(FOLDER).wiring

    assert needs_demo(wiring)
    assert set(adapters_of(FOLDER, wiring)) == set(wiring.connections)


async def test_an_adapter_of_ones_own_serves_its_port_and_is_closed_in_the_end(tmp_path: Path, own: str) -> None:
    company = connecting(tmp_path, f"{own}:connect")

    async with connected(settings_of(company), load(company).wiring, demo_url="http://127.0.0.1:9") as systems:
        assert await systems.crm.customer(NOBODY) is None
        assert [connection.port for connection in sys.modules[own].opened] == ["crm"]

    assert sys.modules[own].opened == []


async def test_options_reach_the_adapter_with_the_environment_put_in(tmp_path: Path, own: str) -> None:
    adapter = f'{{adapter: "{own}:connect", url: "https://crm.example", home: "${{HOME}}/crm"}}'
    company = connecting(tmp_path, adapter)

    async with connected(settings_of(company), load(company).wiring, demo_url="http://127.0.0.1:9") as systems:
        options = systems.port("crm").options

    assert options == {"url": "https://crm.example", "home": f"{Path.home()}/crm"}


def test_a_later_kit_adds_to_the_standard_one(tmp_path: Path, own: str) -> None:
    company = tmp_path / "company"
    edit(company, COMPANY, "connections:\n", f'kits: ["tools.standard:KIT", "{own}:KIT"]\nconnections:\n')

    assert load_kit(company).sources == load_kit(FOLDER).sources


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        ("nowhere_at_all:connect", "'nowhere_at_all' cannot be imported: No module named 'nowhere_at_all'."),
        ("OWN:missing", "'OWN' has no missing."),
        ("OWN", "'OWN' is no import path: write module:NAME."),
        ("OWN:NOT_A_KIT", "'OWN:NOT_A_KIT' is no adapter: it cannot be called."),
        ("{adapter: OWN:connect, token: '${NO_SUCH_TOKEN}'}", "the environment variable NO_SUCH_TOKEN is not set."),
        ("{url: 'https://crm.example'}", "is missing"),
    ],
)
def test_a_connection_that_leads_nowhere_is_named_by_file_line_and_field(
    tmp_path: Path, own: str, adapter: str, said: str
) -> None:
    company = connecting(tmp_path, adapter.replace("OWN", own))
    line = (company / COMPANY).read_text().split("\n  crm: ")[0].count("\n") + 2

    found = problems(company)

    assert [problem.split(": ")[0] for problem in found] == [f"company/{COMPANY}:{line}"]
    assert found[0].split(": ")[1].startswith("connections.crm")
    assert found[0].endswith(said.replace("OWN", own))


def test_a_port_that_the_demo_company_does_not_serve_is_named(tmp_path: Path) -> None:
    copied(tmp_path)

    (found,) = problems(connecting(tmp_path, "demo", "\n  warranty: demo"))

    assert "connections.warranty: the demo company has no system for the port warranty; it has crm, billing" in found


@pytest.mark.parametrize(
    ("kit", "said"),
    [
        ("OWN:NOT_A_KIT", "kits[1]: 'OWN:NOT_A_KIT' is not a Kit."),
        ("OWN:MISSING", "kits[1]: 'OWN' has no MISSING."),
        ("nowhere_at_all:KIT", "kits[1]: 'nowhere_at_all' cannot be imported"),
    ],
)
def test_a_kit_that_is_none_is_named_by_file_line_and_field(tmp_path: Path, own: str, kit: str, said: str) -> None:
    company = tmp_path / "company"
    kits = f"kits:\n  - tools.standard:KIT\n  - {kit.replace('OWN', own)}\n"
    line = edit(company, COMPANY, "connections:\n", f"{kits}connections:\n")

    (found,) = problems(company)

    assert found.startswith(f"company/{COMPANY}:{line + 2}: {said.replace('OWN', own)}")


def test_a_module_that_breaks_while_it_is_imported_is_told(tmp_path: Path, own: str) -> None:
    company = connecting(tmp_path, f"{own}_broken:connect")
    (company / f"{own}_broken.py").write_text("raise ValueError('no licence')")

    (found,) = problems(company)

    assert found.endswith("cannot be imported: ValueError: no licence.")


@pytest.mark.parametrize(
    ("adapter", "said"),
    [
        ("broken", "connections.crm does not open: RuntimeError: no route to the system"),
        ("choosy", "connections.crm does not open: region: there is no such region."),
        ("plain", "connections.crm does not open: TypeError: 'builtins.str' object does not support"),
    ],
)
async def test_an_adapter_that_does_not_open_is_one_sentence(tmp_path: Path, own: str, adapter: str, said: str) -> None:
    company = connecting(tmp_path, f"{own}:{adapter}")

    with pytest.raises(NotConnected) as caught:
        async with connected(settings_of(company), load(company).wiring, demo_url="http://127.0.0.1:9"):
            raise AssertionError("it opened")

    assert caught.value.detail.startswith(said)


async def test_a_port_that_is_not_connected_answers_like_a_system_that_is_down(tmp_path: Path) -> None:
    copied(tmp_path)
    company = tmp_path / "company"
    edit(company, COMPANY, "\n  crm: demo", "")

    async with connected(settings_of(company), load(company).wiring, demo_url="http://127.0.0.1:9") as systems:
        with pytest.raises(SystemUnavailable, match="No system is connected for crm"):
            await systems.crm.customer(NOBODY)


def test_a_running_service_keeps_its_connections_and_says_that_a_restart_is_due(tmp_path: Path) -> None:
    copied(tmp_path)
    company, seconds = tmp_path / "company", iter([0.0, 1.0, 2.0, 3.0])
    live = LiveCompany(company, vocabulary_of(load_kit(company)), lambda: next(seconds))
    before = live.current().wiring

    edit(company, COMPANY, "\n  crm: demo", "")
    assert live.current().wiring == before
    assert live.restart == RESTART

    edit(company, COMPANY, "connections:\n", "connections:\n  crm: demo\n")
    assert live.current().wiring == before
    assert live.restart == ""


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_a_start_that_cannot_be_is_told_without_a_traceback(tmp_path: Path, own: str, command: str) -> None:
    company = connecting(tmp_path, f"{{adapter: {own}:connect, token: '${{NO_SUCH_TOKEN}}'}}")

    said = make_world(tmp_path / "var", COMPANY=str(company)).run(command)

    assert said.code == 1
    assert "the environment variable NO_SUCH_TOKEN is not set." in said.out + said.err
    assert "Traceback" not in said.out + said.err


@pytest.mark.slow
def test_an_adapter_that_does_not_open_stops_the_start(
    tmp_path: Path, own: str, database_url: Callable[[], str], demo_url: str
) -> None:
    company = connecting(tmp_path, f"{own}:choosy")
    shutil.copytree(FOLDER / "articles", company / "articles")
    world = make_world(tmp_path / "var", COMPANY=str(company), DATABASE_URL=database_url(), DEMO_URL=demo_url)

    said = world.run("serve")

    assert said.code == 1
    assert said.err == "closeloop: connections.crm does not open: region: there is no such region."
