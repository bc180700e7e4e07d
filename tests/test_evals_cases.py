"""The demo company's eval cases: they are varied, they pass, and they take every edge of the drawing."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein
from ruamel.yaml import YAML

from evals.case import Case
from evals.coverage import declared
from evals.found import Edge
from evals.load import load_cases
from evals.stage import MODELS, open_stage
from evals.suite import Result, drawn_edges, run_cases
from graph.triage.learned import LearnedIntents
from graph.triage.understanding import understood
from knowledge.embedder import open_embedder
from policy.live import LiveCompany
from wiring import load, load_kit, vocabulary_of

COMPANY = Path(__file__).parents[1] / "company"
CASES = load_cases()


def examples() -> Iterator[str]:
    """Whatever the demo company's intent model learns from."""
    yaml = YAML(typ="safe")
    for path in sorted((COMPANY / "playbooks").glob("*.md")):
        yield from yaml.load(path.read_text("utf-8").split("---")[1])["examples"]
    company = yaml.load((COMPANY / "company.yaml").read_text("utf-8"))
    for kind in ("moves", "signals"):
        for sentences in company[kind].values():
            yield from sentences


def near(one: str, other: str) -> bool:
    return Levenshtein.distance(one.casefold(), other.casefold(), score_cutoff=5) <= 5


def test_every_phrasing_is_understood_as_what_the_case_is_about() -> None:
    kit = load_kit(COMPANY)
    source = LiveCompany(COMPANY, vocabulary_of(kit), time.monotonic)
    triage = LearnedIntents(open_embedder(MODELS), source)
    first = [case for case in CASES if not case.before]

    wrong = {
        phrasing: found
        for case in first
        for phrasing in case.phrasings
        if (found := {request["intent"] for request in understood(triage, source.current(), kit, phrasing)[1]})
        != set(case.expect.intents)
    }

    assert len(first) > 100
    assert wrong == {}


@pytest.fixture(scope="module")
async def played(postgres_url: str) -> AsyncIterator[tuple[list[Result], set[Edge]]]:
    async with open_stage(postgres_url) as stage:
        yield [result async for result in run_cases(stage, CASES, quick=True)], drawn_edges(stage)


def test_there_are_at_least_ninety_cases() -> None:
    assert len(CASES) >= 90


def test_the_model_has_seen_no_phrasing() -> None:
    known = list(examples())

    seen = [(phrasing, text) for case in CASES for phrasing in case.phrasings for text in known if near(phrasing, text)]

    assert len(known) > 100
    assert seen == []


def test_no_phrasing_stands_in_two_cases() -> None:
    phrasings = [phrasing.casefold() for case in CASES for phrasing in case.phrasings]

    assert len(phrasings) == len(set(phrasings))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_twin_expects_something_else(case: Case) -> None:
    assert case.twin.expect != case.expect


async def test_every_case_passes(played: tuple[list[Result], set[Edge]]) -> None:
    results, _ = played

    wrong = {f"{each.case.name}: {p.phrasing}": p.wrong for each in results for p in each.plays if p.wrong}

    assert len(results) == len(CASES)
    assert wrong == {}


async def test_the_cases_take_every_edge_of_the_drawing(played: tuple[list[Result], set[Edge]]) -> None:
    results, drawn = played

    taken = {edge for result in results for edge in result.edges}

    assert len(drawn) > 20
    assert drawn - taken == set()


async def test_the_cases_reach_everything_that_the_company_declares(played: tuple[list[Result], set[Edge]]) -> None:
    results, _ = played

    reached = {item for result in results for item in result.reached}

    assert [item for item in declared(load(COMPANY)) if item not in reached] == []


def test_the_page_of_what_the_cases_reach_knows_every_item_and_case() -> None:
    page = (COMPANY.parent / "docs" / "coverage.md").read_text("utf-8")

    assert [name for _, name in declared(load(COMPANY)) if name.replace("|", "\\|") not in page] == []
    assert [case.name for case in CASES if case.name not in page] == []
    assert "**none**" not in page
