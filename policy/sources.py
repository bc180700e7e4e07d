"""Where the help centre's articles come from: the `sources` of company.yaml; without them, the folder `articles`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policy.source import Node

OWN = "articles"
RESERVED = ("learned",)
NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")
AUDIENCE = re.compile(r"public|internal|segment:[a-z][a-z0-9_]{0,40}")
LANGUAGE = re.compile(r"[a-z]{2}")
USUAL = ("audience", "language", "product", "plan", "updated", "title")
"""What a source may say of its articles where they do not say it themselves."""


@dataclass(frozen=True, kw_only=True)
class ArticleSource:
    """`name`: the ids of its articles begin with it, but for the folder `articles`. `changelog`: the path is one file.
    `usual`: fields that its articles may leave out. `foreign`: their front matter was not written for Closeloop, and what
    is not known there is passed over."""

    name: str
    path: Path
    changelog: bool = False
    usual: Mapping[str, Any] = field(default_factory=dict)
    foreign: bool = False


def sources_of(node: Node | None, folder: Path) -> tuple[ArticleSource, ...]:
    """The `sources` of company.yaml; paths are from the company's folder."""
    if node is None:
        return (ArticleSource(name=OWN, path=folder / OWN),)
    found: dict[str, ArticleSource] = {}
    for item in node.items():
        source = _source(item, folder)
        if source is None:
            continue
        if source.name in found:
            item.fail(f"the source {source.name} is there twice; give one of them another name")
        found[source.name] = source
    return tuple(found.values())


def _source(node: Node, folder: Path) -> ArticleSource | None:
    node.only("folder", "changelog", "name", "unknown_keys", *USUAL)
    given = [name for name in ("folder", "changelog") if node.get(name)]
    if len(given) != 1:
        node.fail("a source is a folder or a changelog: name one of the two")
        return None
    place = node.need(given[0]).text()
    unknown = node.get("unknown_keys")
    foreign = unknown is not None and unknown.choice(("ignore", "refuse")) == "ignore"
    usual = {name: value for name in USUAL if (entry := node.get(name)) and (value := _usual(name, entry))}
    changelog = given[0] == "changelog"
    if (changelog or foreign) and "audience" not in usual:
        node.fail(
            "say the audience of its articles, which they do not say themselves: public, internal or segment:NAME"
        )
    if foreign and "updated" not in usual:
        node.fail("say `updated`, the date of articles that have none of their own")
    path = folder / place
    return ArticleSource(
        name=_name(node, path), path=path, changelog=changelog, usual=usual, foreign=foreign or changelog
    )


def _name(node: Node, path: Path) -> str:
    written = node.get("name")
    name = written.text() if written else path.stem.lower()
    if not NAME.fullmatch(name) or name in RESERVED:
        (written or node).fail(
            f"'{name}' cannot be the name of a source: small letters, digits, - and _, and not learned"
        )
    return name


def _usual(name: str, node: Node) -> str:
    text = str(node.value).strip()
    rules = {
        "audience": (AUDIENCE, "public, internal or segment:NAME"),
        "language": (LANGUAGE, "two letters, such as en"),
    }
    rules["updated"] = (re.compile(r"\d{4}-\d\d-\d\d"), "a date, such as 2025-03-01")
    if name in rules and not rules[name][0].fullmatch(text):
        node.fail(f"must be {rules[name][1]}")
        return ""
    return text
