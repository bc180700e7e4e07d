"""Where articles come from: `sources` in company.yaml, with each mistake named by line and field."""

from pathlib import Path

import pytest

from policy.source import Problem, document
from policy.sources import ArticleSource, sources_of


def read(text: str) -> tuple[tuple[ArticleSource, ...], list[Problem]]:
    problems: list[Problem] = []
    node = document(text, file="acme/company.yaml", problems=problems)
    return sources_of(node.get("sources"), Path("/acme")), problems


def test_without_sources_the_articles_are_the_folder_of_that_name() -> None:
    sources, problems = read("name: Acme\n")

    assert [(each.name, each.path) for each in sources] == [("articles", Path("/acme/articles"))]
    assert problems == []


def test_folders_and_changelogs_say_what_their_articles_leave_out() -> None:
    sources, problems = read(
        "sources:\n- folder: articles\n- {folder: help, unknown_keys: ignore, audience: public, updated: 2025-03-01}\n"
        "- {changelog: NEWS.md, name: releases, audience: 'segment:partners', language: de}\n"
    )

    assert problems == []
    assert [(each.name, each.foreign, each.changelog) for each in sources] == [
        ("articles", False, False),
        ("help", True, False),
        ("releases", True, True),
    ]
    assert sources[1].usual == {"audience": "public", "updated": "2025-03-01"}
    assert sources[2].usual["audience"] == "segment:partners"


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{folder: a, changelog: b}", "name one of the two"),
        ("{name: a}", "name one of the two"),
        ("{folder: a, audience: everyone}", "must be public, internal or segment:NAME"),
        ("{folder: a, language: english}", "two letters"),
        ("{folder: a, updated: soon}", "a date"),
        ("{folder: a, unknown_keys: ignore, updated: 2025-03-01}", "say the audience"),
        ("{folder: a, unknown_keys: ignore, audience: public}", "say `updated`"),
        ("{folder: learned}", "cannot be the name of a source"),
        ("{folder: a, colour: red}", "unknown key"),
    ],
)
def test_a_mistake_is_named_with_its_line(entry: str, says: str) -> None:
    _, problems = read(f"name: Acme\nsources:\n- {entry}\n")

    assert any(says in problem.message for problem in problems)
    assert {problem.line for problem in problems} == {3}


def test_two_sources_of_one_name_are_a_mistake() -> None:
    _, problems = read("sources:\n- folder: a/help\n- folder: b/help\n")

    assert ["there twice" in problem.message for problem in problems] == [True]
