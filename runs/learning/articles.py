"""Suggestions of articles: what people wrote where no article helped, or where one was wrong. Their own sentences, no others."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from difflib import SequenceMatcher
from typing import Any

from graph.deps import Services
from knowledge.article_regression import Draft
from knowledge.articles import Article
from knowledge.contradictions import Said, contradictions
from knowledge.topics import central
from records import learned, lessons
from records.learned import Question
from records.lessons import Lesson
from records.suggestions import Made
from runs.learning.gate import MOST_QUESTIONS
from runs.learning.proposing import embedder_of, propose, version_of
from runs.learning.shelf import NEW, Shelf, base_of, least_support, shelf_of, tried_on
from runs.learning.wording import general, parts, replaced, rewritten, statements

MOST_ASKED = 10
"""Questions that a draft is tried on."""
LONGEST_TITLE = 90
Json = dict[str, Any]


async def propose_articles(services: Services) -> int:
    """How many suggestions are new or have grown."""
    async with services.database.transaction() as conn:
        waiting = await lessons.waiting(conn, "article")
    return await propose(services, "article", waiting, made_of)


async def made_of(services: Services, whole: Sequence[Lesson]) -> Made | None:
    """What these lessons, about one thing, say that the articles do not; None when they say nothing general."""
    async with services.database.transaction() as conn:
        questions = await learned.questions_with_article(conn, limit=MOST_QUESTIONS)
        shelf = await shelf_of(conn, services)
    asked = list(dict.fromkeys(each.question for each in whole))[:MOST_ASKED]
    change = _correction(services, shelf, whole) or _addition(services, whole)
    if change is None:
        return None
    change |= {"questions": asked}
    original = shelf.articles.get(change["replaces"])
    return Made(
        kind="article",
        target=change["replaces"],
        title=change["title"],
        change=change,
        overwrites=_differences(original, change["body"]) if original else [],
        gate=await gated(services, shelf, change, questions),
        version=version_of(change),
    )


async def gated(services: Services, shelf: Shelf, change: Json, questions: Sequence[Question]) -> Json:
    """What the gate says of a change, for people; `passed` first."""
    original = shelf.articles.get(change["replaces"])
    if change["replaces"] and (original is None or base_of(original) != change["base"]):
        said = f"{change['replaces']} is not as it was when this was written."
        return {"passed": False, "reasons": [{"code": "moved_on", "words": said}], "fixed": [], "support": []}
    draft = Draft(article=NEW, body=change["body"], replaces=change["replaces"])
    judged = await tried_on(
        services,
        embedder_of(services),
        shelf,
        draft,
        change["title"],
        change["questions"],
        questions,
        least_support(services),
    )
    told = asdict(judged)
    return {"passed": judged.passed, **told, "questions": len(questions)}


def _correction(services: Services, shelf: Shelf, whole: Sequence[Lesson]) -> Json | None:
    """The article that they say is wrong, with the sentences changed that people changed; None where that cannot be told."""
    targets = Counter(each.target for each in whole if each.target in shelf.articles)
    for target, _ in targets.most_common():
        article = shelf.articles[target]
        for lesson in whole:
            body = _corrected(services, article, lesson) if lesson.target == target else None
            if body and body != article.body:
                return {"title": article.title, "body": body, "replaces": target, "base": base_of(article)}
    return None


def _corrected(services: Services, article: Article, lesson: Lesson) -> str | None:
    if lesson.before:
        return rewritten(article.body, lesson.before, lesson.answer)
    said = [Said(article=article.id, text=each) for each in statements(article.body)]
    found = contradictions(embedder_of(services).embed, general(services.kit, lesson.answer), said)
    body = article.body
    for each in found:
        body = replaced(body, each.other.text, each.text) or body
    return body


def _addition(services: Services, whole: Sequence[Lesson]) -> Json | None:
    """A short article: the question that is most like the others, and the answer that is."""
    said = {each.key: general(services.kit, each.answer) for each in whole}
    telling = [each for each in whole if said[each.key]]
    if not telling:
        return None
    embed, places = embedder_of(services).embed, range(len(telling))
    question = telling[central(embed([each.question for each in telling]), places)].question
    answer = said[telling[central(embed([said[each.key] for each in telling]), places)].key]
    return {"title": _title(question), "body": answer, "replaces": "", "base": ""}


def _title(question: str) -> str:
    """Its last sentence that asks something, else its first."""
    found = parts(question) or [question]
    chosen = next((each for each in reversed(found) if each.endswith("?")), found[0])
    short = chosen if len(chosen) <= LONGEST_TITLE else chosen[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    return short[:1].upper() + short[1:]


def _differences(original: Article, body: str) -> list[Json]:
    """Sentences of the article that change: as they stand, and what would stand there."""
    old, new = statements(original.body), statements(body)
    return [
        {"article": original.id, "was": " ".join(old[a:b]), "becomes": " ".join(new[c:d])}
        for kind, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
