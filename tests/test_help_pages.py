"""The help centre as pages: what everybody may read, at the anchors that replies cite, and nothing that runs."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from commands.new import TEMPLATES
from tests.knowledge_world import write_article
from tests.service_world import World, open_world

HOSTILE = (
    "Read **this**.\n\n<script>alert(1)</script>\n\n[bad](javascript:alert(1)) ![pic](https://evil.example/p.png)\n\n"
    "## Ship it\n\nSee [returns](returns.md#how-to-send-it-back), [ours](staff.md) and [none](nowhere.md).\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n## Ship it\n\nAgain. <img src=x onerror=alert(1)>"
)
RETURNS = "Thirty days.\n\n## How to send it back\n\n" + "\n\n".join(f"Step {n}. " + "word " * 60 for n in range(6))


@pytest.fixture(scope="module")
async def world(
    database_url: Callable[[], str], demo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    company = tmp_path_factory.mktemp("made") / "acme"
    _copy(TEMPLATES / "shop", company)
    for name, title, audience, body in (
        ("hostile", "<b>Odd</b> & bold", "public", HOSTILE),
        ("returns", "Send it back", "public", RETURNS),
        ("staff", "Goodwill", "internal", "Grant fifty dollars."),
        ("partners", "For partners", "segment:partners", "Partners get ten per cent."),
    ):
        write_article(company / "articles", name, title=title, audience=audience, body=body)
        path = company / "articles" / f"{name}.md"
        path.write_text(
            re.sub(r"url: .*\n", "", path.read_text("utf-8")).replace(f"title: {title}", f'title: "{title}"')
        )
    async with open_world(database_url(), demo_url, tmp_path_factory.mktemp("var"), company=company) as found:
        yield found


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file() and "articles" not in path.parts:
            (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            (target / path.relative_to(source)).write_bytes(path.read_bytes())


async def test_the_contents_list_what_everybody_may_read(world: World) -> None:
    page = await world.http.get("/help")

    assert page.status_code == 200
    assert "Send it back" in page.text
    assert "Goodwill" not in page.text
    assert "For partners" not in page.text


@pytest.mark.parametrize("name", ["staff", "partners", "nowhere", "..%2Fcompany.yaml", "returns/", "%00"])
async def test_what_is_not_for_everybody_is_as_if_it_were_not_there(world: World, name: str) -> None:
    page = await world.http.get(f"/help/{name}")

    assert page.status_code == 404
    assert "There is no such article" in page.text
    assert "fifty dollars" not in page.text


async def test_every_passage_that_may_be_cited_has_its_anchor_on_the_page(world: World) -> None:
    search = world.opened.services.search
    found = await search.search("send it back step word", limit=50)
    cited = [hit.passage for hit in found.hits if hit.passage.article == "returns"]

    page = (await world.http.get("/help/returns")).text

    assert cited
    assert all(each.url == f"/help/returns#{each.id.removeprefix('returns#')}" for each in cited)
    assert all(f'id="{each.id.removeprefix("returns#")}"' in page for each in cited)
    assert 'id="how-to-send-it-back-2"' in page


async def test_nothing_of_an_article_runs_or_loads_from_elsewhere(world: World) -> None:
    page = await world.http.get("/help/hostile")

    assert "<strong>this</strong>" in page.text
    assert "&lt;b&gt;Odd&lt;/b&gt; &amp; bold" in page.text
    assert re.findall(r"<(script|img|iframe|link|b)\b", page.text) == []
    assert "javascript:" not in re.sub(r"&lt;.*?&gt;", "", page.text).replace("](javascript:alert(1))", "")
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


async def test_links_between_articles_lead_to_their_pages_and_no_further(world: World) -> None:
    page = (await world.http.get("/help/hostile")).text

    assert 'href="/help/returns#how-to-send-it-back-1"' in page
    assert "<a>ours</a>" in page.replace(' rel="noopener noreferrer"', "")
    assert "staff.md" not in page
    assert 'id="ship-it-1"' in page
    assert 'id="ship-it-2"' in page


async def test_the_search_box_needs_no_script_and_finds_what_everybody_may_read(world: World) -> None:
    page = (await world.http.get("/help", params={"q": "grant goodwill dollars, send back"})).text

    assert '<form action="/help" method="get"' in page
    assert "/help/returns#" in page
    assert "fifty" not in page


@pytest.mark.parametrize("asked", ["<script>alert(1)</script>", "x" * 6000, "\u202e\u0000", " "])
async def test_odd_searches_are_answered_with_a_page(world: World, asked: str) -> None:
    page = await world.http.get("/help", params={"q": asked})

    assert page.status_code == 200
    assert "<script>" not in page.text
