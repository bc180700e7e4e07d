"""The gate for articles: a draft must answer what it was written for, take no question from another, and contradict none."""

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.article_regression import ArticleQuestion, Draft, Judgement, judge_article
from knowledge.contradictions import Said, sentences
from knowledge.passages import Passage
from knowledge.trial import looks, trial
from tests.knowledge_world import embedder, help_centre

WRAPPED = "We wrap gifts for $5 an item. Tick the gift box at the checkout and write a message."
ASKED = "Do you wrap gifts?"
REFUND = ArticleQuestion(id="q1", text="How long does a refund take?", article="billing/refunds")


@pytest.fixture
def shelf(tmp_path: Path) -> list[Passage]:
    return help_centre(tmp_path)


def drafted(shelf: list[Passage], title: str, body: str) -> Passage:
    return replace(shelf[0], id="draft#introduction-1", article="draft", title=title, heading="", text=body)


async def judged(shelf: list[Passage], title: str, body: str, asked: str, replaces: str = "") -> Judgement:
    kept = [passage for passage in shelf if passage.article != replaces]
    before = await trial(embedder(), shelf)
    after = await trial(embedder(), [*kept, drafted(shelf, title, body)])
    texts = [asked, REFUND.text]
    others = [Said(article=each.article, text=said) for each in kept for said in sentences(each.text)]
    draft = Draft(article="draft", body=body, replaces=replaces)
    found = await looks(before, texts), await looks(after, texts)
    return judge_article(*found, embedder().embed, draft, [asked], [REFUND], others, least=0.35)


async def test_a_draft_that_answers_its_question_and_disturbs_none_passes(shelf: list[Passage]) -> None:
    judgement = await judged(shelf, "Do you wrap gifts?", WRAPPED, ASKED)

    assert judgement.passed
    assert judgement.fixed == (ASKED,)
    [(_, before, after)] = judgement.support
    assert before < 0.35 < after


async def test_a_draft_about_something_else_does_not_answer_its_question(shelf: list[Passage]) -> None:
    judgement = await judged(shelf, "Parcels", "Parcels leave our warehouse in the evening.", ASKED)

    assert [each.code for each in judgement.reasons] == ["not_found"]


async def test_a_draft_that_takes_the_first_place_from_the_right_article_makes_it_worse(shelf: list[Passage]) -> None:
    judgement = await judged(shelf, REFUND.text, "How long does a refund take? Ask our team.", REFUND.text)

    assert "made_worse" in [each.code for each in judgement.reasons]


async def test_a_draft_that_gives_another_number_contradicts_the_article(shelf: list[Passage]) -> None:
    body = "We refund a charge within 60 days. Write to us."
    judgement = await judged(shelf, "Until when do you refund?", body, "Until when do you refund a charge?")

    assert "contradicts" in [each.code for each in judgement.reasons]


async def test_a_correction_does_not_contradict_the_article_in_whose_place_it_stands(shelf: list[Passage]) -> None:
    body = "We refund a charge within 60 days. Your bank shows the money after five to ten working days."
    judgement = await judged(shelf, "Refunds", body, "Until when do you refund a charge?", replaces="billing/refunds")

    assert judgement.passed
