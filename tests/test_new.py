"""`closeloop new`: a folder that starts, and refuses to be put where something is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evals.load import load_cases
from evals.stage import open_stage
from evals.suite import run_cases
from tests.test_cli import run
from wiring import load

TEMPLATES = ["saas", "shop"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_it_makes_a_company_under_the_name_that_is_given(tmp_path: Path, template: str) -> None:
    folder = tmp_path / "deep" / "acme"

    said = run(tmp_path, "new", str(folder), "--template", template, "--name", "Ann's Lamps & Co.")

    assert said.code == 0
    assert f"Ann's Lamps & Co. is made in {folder}: 7 playbooks, 6 articles, 3 eval cases." in said.out
    assert load(folder).name == "Ann's Lamps & Co."


@pytest.mark.parametrize("template", TEMPLATES)
def test_it_says_what_to_do_next(tmp_path: Path, template: str) -> None:
    folder = tmp_path / "acme"

    said = run(tmp_path, "new", str(folder), "--template", template).out

    assert f"company check {folder}" in said
    assert f"COMPANY={folder}" in said
    assert f"python -m evals --company {folder}" in said


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_company_that_was_made_passes_its_check(tmp_path: Path, template: str) -> None:
    folder = tmp_path / "acme"
    run(tmp_path, "new", str(folder), "--template", template)

    said = run(tmp_path, "company", "check", str(folder), "--strict")

    assert said.code == 0, said.out


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES)
async def test_a_company_that_was_made_answers_and_acts(
    tmp_path: Path, template: str, postgres_url: str, database_url: Callable[[], str]
) -> None:
    folder = tmp_path / "acme"
    run(tmp_path, "new", str(folder), "--template", template, "--name", "Acme")

    async with open_stage(postgres_url, folder) as stage:
        results = [result async for result in run_cases(stage, load_cases(folder / "evals"), quick=True)]

    assert [each.wrong for result in results for each in result.plays if each.wrong] == []


@pytest.mark.parametrize("made", ["file", "folder"])
def test_it_takes_nobodys_place(tmp_path: Path, made: str) -> None:
    place = tmp_path / "acme"
    place.write_text("mine") if made == "file" else (place / "mine").mkdir(parents=True)

    said = run(tmp_path, "new", str(place), "--template", "shop")

    assert said.code == 1
    assert "is a file" in said.err or "is not empty" in said.err
    assert place.is_file() or [path.name for path in place.iterdir()] == ["mine"]


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()

    assert run(tmp_path, "new", str(tmp_path / "acme"), "--template", "saas").code == 0


@pytest.mark.parametrize("name", ['quoted"', "two\nlines", "", "x" * 70, "{{ name }}"])
def test_a_name_that_would_not_fit_into_the_files_is_refused(tmp_path: Path, name: str) -> None:
    said = run(tmp_path, "new", str(tmp_path / "acme"), "--template", "saas", "--name", name)

    assert said.code == 1
    assert "--name takes up to 60 letters" in said.err
    assert not (tmp_path / "acme").exists()


def test_a_template_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    said = run(tmp_path, "new", str(tmp_path / "acme"), "--template", "bank")

    assert said.code == 2
    assert "'saas', 'shop'" in said.err
