"""An edited article is served without a restart, and one that cannot be read changes nothing but is named."""

import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from commands.new import TEMPLATES
from knowledge.index import Index, passage_of
from records import staff
from tests.cli_world import make_world
from tests.service_world import World, open_world
from tests.test_cli import run

Json = dict[str, Any]
ARTICLE = "returns.md"
QUESTION = "How do I return a lamp that I do not like?"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A company folder."""
    return Path(shutil.copytree(TEMPLATES / "shop", tmp_path / "acme"))


@pytest.fixture(scope="module")
async def service(
    database_url: Callable[[], str], demo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[World, Path]]:
    """Opened once for all tests of this module, with the folder that it serves."""
    company = Path(shutil.copytree(TEMPLATES / "shop", tmp_path_factory.mktemp("made") / "acme"))
    async with open_world(database_url(), demo_url, tmp_path_factory.mktemp("var"), company=company) as found:
        yield found, company


@pytest.fixture
async def company(service: tuple[World, Path]) -> Path:
    """The folder that is served, as at the beginning."""
    world, folder = service
    shutil.rmtree(folder / "articles", ignore_errors=True)
    shutil.copytree(TEMPLATES / "shop" / "articles", folder / "articles")
    (await ingest(world, world.staff_key)).raise_for_status()
    return folder


@pytest.fixture
def world(service: tuple[World, Path]) -> World:
    return service[0]


def edit(company: Path) -> None:
    """More days to return something in."""
    path = company / "articles" / ARTICLE
    path.write_text(path.read_text().replace("30 days of its delivery", "45 days of its delivery"))


def spoil(company: Path) -> None:
    path = company / "articles" / ARTICLE
    path.write_text(path.read_text().replace("audience: public", "audience: everybody"))


async def ingest(world: World, key: str, **headers: str) -> Any:
    return await world.http.post("/knowledge/ingest", headers={"Authorization": f"Bearer {key}", **headers})


async def key_of(world: World, role: str) -> str:
    async with world.opened.services.database.transaction() as conn:
        return (await staff.add(conn, "Kim", [role], now=world.clock.now()))[1]


async def test_an_edited_article_is_answered_from_without_a_restart(world: World, company: Path) -> None:
    edit(company)
    before = await world.said("cus_ada", QUESTION)

    done = (await ingest(world, world.staff_key)).json()
    after = await world.said("cus_ben", QUESTION)

    assert done["articles"] == 6
    assert done["passages"] == {"new": 0, "changed": 1, "removed": 0, "kept": 16}
    assert "45 days" not in (await world.told(before))[0]
    assert "45 days" in (await world.told(after))[0]


async def test_an_article_that_is_gone_answers_nothing(world: World, company: Path) -> None:
    (company / "articles" / ARTICLE).unlink()

    done = (await ingest(world, world.staff_key)).json()
    found = await world.opened.services.search.search(QUESTION)

    assert done["passages"]["removed"] > 0
    assert "returns" not in {hit.passage.article for hit in found.hits}


async def test_an_article_that_cannot_be_read_is_named_and_stays_as_it_was(world: World, company: Path) -> None:
    spoil(company)

    done = (await ingest(world, world.staff_key)).json()
    found = await world.opened.services.search.search(QUESTION)

    assert list(done["unreadable"]) == [ARTICLE]
    assert done["passages"] == {"new": 0, "changed": 0, "removed": 0, "kept": 17}
    assert found.hits[0].passage.article == "returns"


async def test_who_asks_for_a_stream_is_told_how_far_it_is(world: World, company: Path) -> None:
    edit(company)

    answer = await ingest(world, world.staff_key, Accept="text/event-stream")
    told = [line.partition(": ")[2] for line in answer.text.splitlines() if line.startswith(("event:", "data:"))]

    assert told[0::2] == ["progress", "finished"]
    assert json.loads(told[1]) == {"done": 1, "total": 1}


async def test_a_folder_that_is_gone_is_told_in_the_stream(world: World, company: Path) -> None:
    shutil.rmtree(company / "articles")

    answer = await ingest(world, world.staff_key, Accept="text/event-stream")

    assert "event: failed" in answer.text
    assert "there is no such folder of articles" in answer.text


@pytest.mark.parametrize(("role", "status"), [("support", 403), ("lead", 200)])
async def test_it_takes_a_lead(world: World, company: Path, role: str, status: int) -> None:
    assert (await ingest(world, await key_of(world, role))).status_code == status


async def test_nobody_else_is_let_in(world: World) -> None:
    conversation = await world.open("cus_ada")

    assert (await world.http.post("/knowledge/ingest")).status_code == 401
    assert (await ingest(world, conversation["token"])).status_code == 403


def test_without_a_service_the_index_itself_is_brought_up_to_date(
    tmp_path: Path, made: Path, database_url: Callable[[], str]
) -> None:
    make_world(tmp_path / "var")
    given = {"COMPANY": str(made), "DATABASE_URL": database_url()}
    first = run(tmp_path, "ingest", **given)
    edit(made)

    second = run(tmp_path, "ingest", **given)
    verified = run(tmp_path, "knowledge", "verify", **given)

    assert (first.code, second.code, verified.code) == (0, 0, 0)
    assert first.out.endswith("6 17 0 0 0 0 0")
    assert second.out.endswith("6 0 1 0 16 0 0")
    assert "the index and PostgreSQL agree" in verified.out


def test_verify_tells_what_differs_and_what_puts_it_right(
    tmp_path: Path, made: Path, database_url: Callable[[], str]
) -> None:
    make_world(tmp_path / "var")
    given = {"COMPANY": str(made), "DATABASE_URL": database_url()}
    run(tmp_path, "ingest", **given)
    index = Index.open_embedded(tmp_path / "var" / "chroma")
    lost = sorted(index.keys()["public-en"])[0]
    index.drop({"public-en": {lost}})
    index.close()

    differs = run(tmp_path, "knowledge", "verify", **given)
    run(tmp_path, "ingest", **given)

    assert differs.code == 1
    assert f"{passage_of(lost)} is filed, and has no vector in the index." in differs.err
    assert "1 differences. `closeloop ingest` puts them right." in differs.err
    assert run(tmp_path, "knowledge", "verify", **given).code == 0


def test_the_command_names_what_it_could_not_read(tmp_path: Path, made: Path, database_url: Callable[[], str]) -> None:
    make_world(tmp_path / "var")
    given = {"COMPANY": str(made), "DATABASE_URL": database_url()}
    run(tmp_path, "ingest", **given)
    spoil(made)

    said = run(tmp_path, "ingest", **given)

    assert said.code == 1
    assert said.out.endswith("5 0 0 0 17 0 1")
    assert "returns.md: line 3: must be 'public' or 'internal', or 'segment:NAME'" in said.err


def test_an_index_that_somebody_else_has_open_is_left_alone(
    tmp_path: Path, made: Path, database_url: Callable[[], str]
) -> None:
    make_world(tmp_path / "var")
    index = Index.open_embedded(tmp_path / "var" / "chroma")

    said = run(tmp_path, "ingest", COMPANY=str(made), DATABASE_URL=database_url())
    index.close()

    assert said.code == 1
    assert "name its service with --url" in said.err


@pytest.mark.slow
def test_the_command_reaches_the_service_that_runs(
    tmp_path: Path, made: Path, database_url: Callable[[], str], demo_url: str
) -> None:
    world = make_world(tmp_path / "var", DATABASE_URL=database_url(), DEMO_URL=demo_url, COMPANY=str(made))
    with world.serving("--demo"):
        edit(made)
        done = world.run("ingest")
        answer = world.run("chat", "--visitor", QUESTION)

    assert done.code == 0
    assert done.out.endswith("6 0 1 0 16 0 0")
    assert "45 days" in answer.out
