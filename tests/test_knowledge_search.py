"""Search: what is found, what support says, and that internal text stays inside."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.bm25 import Keywords
from knowledge.index import Index
from knowledge.passages import Passage
from knowledge.search import About, Found, Search
from tests.knowledge_world import embedder, help_centre

GOODWILL = "Agents may grant an angry customer a goodwill credit of 50 dollars"


@pytest.fixture
def passages(tmp_path: Path) -> list[Passage]:
    return help_centre(tmp_path / "articles")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Search]:
    index = Index.open_embedded(tmp_path / "index")
    yield Search(embedder(), index)
    index.close()


@pytest.fixture
async def search(empty: Search, passages: list[Passage]) -> Search:
    await empty.load(passages)
    return empty


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("when will the money be back on my card?", "billing/refunds#how-long-a-refund-takes-1"),
        ("you took the payment two times", "billing/refunds#duplicate-charges-1"),
        ("E-4471", "devices/hub#introduction-1"),
        ("I cannot log in any more", "account/password#introduction-1"),
    ],
)
async def test_a_question_finds_the_passage_that_answers_it(search: Search, question: str, passage: str) -> None:
    found = await search.search(question)

    assert found.hits[0].passage.id == passage


async def test_a_hit_can_be_cited(search: Search) -> None:
    found = await search.search("I was charged twice")

    cited = found.hits[0].passage

    assert (cited.title, cited.heading) == ("Refunds", "Duplicate charges")
    assert cited.url == "https://help.example.com/billing/refunds"


async def test_hits_come_best_first_and_no_more_than_asked_for(search: Search) -> None:
    found = await search.search("how do I get a refund for my order?", limit=3)

    scores = [hit.score for hit in found.hits]

    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("audiences", [("public",), (), ("staff",), ("passages-internal",), ("internal-en",)])
async def test_internal_text_never_comes_back_unless_asked_for(search: Search, audiences: tuple[str, ...]) -> None:
    found = await search.search(GOODWILL, audiences=audiences, limit=50)

    assert all(hit.passage.audience == "public" for hit in found.hits)


async def test_internal_text_is_found_by_those_who_may_read_it(search: Search) -> None:
    found = await search.search(GOODWILL, audiences=("public", "internal"), limit=50)

    assert found.hits[0].passage.id == "staff/goodwill#introduction-1"
    assert {hit.passage.audience for hit in found.hits} == {"public", "internal"}


async def test_support_tells_an_answer_from_none(search: Search) -> None:
    answered = await search.search("How long does a refund take until my bank shows the money?")
    close = await search.search("Which colours does the hub come in?")
    foreign = await search.search("Who wrote Pride and Prejudice?")

    assert answered.support > 0.8
    assert answered.support > close.support
    assert foreign.support < 0.1


async def test_a_lone_article_stands_above_nothing_and_gets_careful_support(
    empty: Search, passages: list[Passage]
) -> None:
    await empty.load([passage for passage in passages if passage.article == "account/password"])

    asked = await empty.search("How do I reset a forgotten password?")
    foreign = await empty.search("Who wrote Pride and Prejudice?")

    assert foreign.support < 0.01 < asked.support < 0.5


@pytest.mark.parametrize("query", ["", "   ", "\n", "\0", "\ud800"])
async def test_an_empty_query_finds_nothing(search: Search, query: str) -> None:
    assert await search.search(query) == Found()


@pytest.mark.parametrize(
    "query", ["refund " * 1500, "😀" * 3000, "\u202erefund\u0000", "ﬁ" * 20, "a" * 10_000, "' OR 1=1 --"]
)
async def test_a_query_may_be_long_and_odd(search: Search, query: str) -> None:
    found = await search.search(query, limit=3)

    assert len(found.hits) <= 3
    assert 0 <= found.support <= 1


async def test_passages_of_a_cut_section_are_given_as_one(empty: Search, passages: list[Passage]) -> None:
    hub = next(passage for passage in passages if passage.article == "devices/hub")
    parts = [replace(hub, id=f"devices/hub#introduction-{n}", text=f"The hub is offline, part {n}.") for n in (1, 2)]
    await empty.load([*(each for each in passages if each != hub), *parts])

    found = await empty.search("the hub is offline", limit=4)

    ours = [hit.passage for hit in found.hits if hit.passage.article == "devices/hub"]
    assert [each.text for each in ours] == ["The hub is offline, part 1.\n\nThe hub is offline, part 2."]


async def test_a_language_is_searched_alone_and_the_fallback_where_it_has_nothing(
    empty: Search, passages: list[Passage]
) -> None:
    german = replace(passages[0], language="de", text="Der Hub ist nicht verbunden.")
    await empty.load([*passages, german])

    there = await empty.search("Hub nicht verbunden", about=About(language="de"))
    none = await empty.search("le hub est hors ligne", about=About(language="fr"))

    assert {hit.passage.language for hit in there.hits} == {"de"}
    assert {hit.passage.language for hit in none.hits} == {"en"}


async def test_what_is_of_another_product_or_plan_is_left_out(empty: Search, passages: list[Passage]) -> None:
    pro = [replace(passage, plan="pro") for passage in passages if passage.article == "devices/hub"]
    await empty.load([*(each for each in passages if each.article != "devices/hub"), *pro])

    async def articles(about: About) -> set[str]:
        found = await empty.search("the hub is offline", limit=50, about=about)
        return {hit.passage.article for hit in found.hits}

    assert "devices/hub" in await articles(About()) & await articles(About(plan="pro"))
    assert "devices/hub" not in await articles(About(plan="free"))


async def test_nothing_is_found_before_passages_are_loaded(empty: Search) -> None:
    assert await empty.search("refund") == Found()


async def test_a_help_centre_without_passages_answers_nothing(empty: Search) -> None:
    await empty.load([])

    assert await empty.search("refund") == Found()


async def test_an_article_taken_away_is_no_longer_found(search: Search, passages: list[Passage]) -> None:
    await search.load([passage for passage in passages if passage.article != "devices/hub"])

    found = await search.search("the hub is offline", limit=50)

    assert "devices/hub" not in {hit.passage.article for hit in found.hits}


async def test_a_search_finds_only_passages_this_process_has_read(
    search: Search, passages: list[Passage], tmp_path: Path
) -> None:
    """Another process may have written the shared index since: an id without a passage here is passed over."""
    await search.load(passages)
    search.index.sync([*passages[1:]], embedder())

    found = await search.search("refund", limit=50)

    assert {hit.passage.id for hit in found.hits} <= {passage.id for passage in passages[1:]}


async def test_searches_run_side_by_side(search: Search) -> None:
    questions = ["refund", "parcel", "hub offline", "password"] * 5

    together = await asyncio.gather(*(search.search(question) for question in questions))

    assert together[:4] * 5 == together


def test_words_match_in_any_form_and_titles_count(passages: list[Passage]) -> None:
    keywords = Keywords(passages)

    scores = keywords.scores("refunding invoice")[0]

    best = [passages[int(place)].article for place in scores.argsort()[::-1][:4]]
    assert set(best) == {"billing/refunds", "billing/invoices"}


def test_words_nobody_wrote_score_nothing(passages: list[Passage]) -> None:
    keywords = Keywords(passages)

    assert keywords.scores("xylophone").max() == 0
    assert keywords.scores("the of").max() == 0
    assert keywords.weight("the of") == 0
    assert Keywords([]).scores("refund").shape == (3, 0)


def test_a_rare_word_weighs_more_than_a_common_one(passages: list[Passage]) -> None:
    keywords = Keywords(passages)

    assert keywords.weight("firmware") > keywords.weight("refund") > 0
    assert keywords.weight("firmware refund") == pytest.approx(keywords.weight("firmware") + keywords.weight("refund"))


def test_an_edit_indexes_the_words_of_its_shard_anew_and_finds_the_same(passages: list[Passage]) -> None:
    edited = [replace(passages[0], text="Vouchers are paper."), *passages[1:]]

    taken_over = Keywords(edited, "en", Keywords(passages))

    assert (taken_over.scores("vouchers refund") == Keywords(edited).scores("vouchers refund")).all()
