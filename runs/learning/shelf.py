"""The articles that are live, and as they would be with a suggestion: what a draft is tried on."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from graph.deps import Services
from knowledge.article_regression import ArticleQuestion, Draft, Judgement, judge_article
from knowledge.articles import Article, passages_of
from knowledge.contradictions import Said, sentences
from knowledge.embedder import Embedder
from knowledge.passages import Passage
from knowledge.sources import read_sources
from knowledge.trial import looks, trial
from records import learned, learned_articles
from records.learned import Question
from records.sql import Connection

NEIGHBOURS = 8
"""Passages near a draft that it is held against."""
PUBLIC = "public"
LEARNED = "learned/"
"""What the ids of learned articles begin with in the search."""
NEW = f"{LEARNED}draft"
"""The id that a draft is tried under."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The live articles, by id."""

    articles: dict[str, Article]

    def without(self, article: str) -> list[Article]:
        return [each for each in self.articles.values() if each.id != article]


async def shelf_of(conn: Connection, services: Services) -> Shelf:
    """Those of the company's sources that can be read, and the learned ones, as the search takes them in."""
    live, instead = await learned_articles.live(conn), await learned.in_place(conn)
    sources = services.library.sources() if services.library is not None else ()
    read = await asyncio.to_thread(read_sources, sources, live, instead)
    return Shelf(articles={each.id: each for each in read.articles})


def base_of(article: Article) -> str:
    """A fingerprint of the text that a correction was made of."""
    return hashlib.sha256(article.body.encode()).hexdigest()


async def tried_on(
    services: Services,
    embedder: Embedder,
    shelf: Shelf,
    draft: Draft,
    title: str,
    written_for: Sequence[str],
    questions: Sequence[Question],
    least: float,
) -> Judgement:
    """The draft's judgement on the live articles. Takes as long as embedding what was never embedded here does."""
    now = services.clock.now().date()
    made = _draft(draft, title, now, shelf.articles.get(draft.replaces))
    live = [passage for article in shelf.articles.values() for passage in passages_of(article)]
    then = [passage for article in [*shelf.without(draft.replaces), made] for passage in passages_of(article)]
    stored = [ArticleQuestion(id=each.id, text=each.text, article=each.right) for each in questions]
    asked = [*written_for, *(each.text for each in stored)]
    before = await looks(await trial(embedder, live), asked)
    after = await trial(embedder, then)
    near = await after.search(f"{title}. {draft.body}"[:1000], limit=NEIGHBOURS)
    others = [hit.passage for hit in near.hits if hit.passage.article != draft.article]
    said = [each for passage in others for each in _said(passage)]
    found = await looks(after, asked)
    return judge_article(before, found, embedder.embed, draft, written_for, stored, said, least=least)


def _draft(draft: Draft, title: str, now: date, original: Article | None) -> Article:
    if original is not None:
        return replace(original, id=draft.article, body=draft.body, updated=now)
    return Article(id=draft.article, title=title, audience=PUBLIC, updated=now, language="en", url="", body=draft.body)


def _said(passage: Passage) -> list[Said]:
    return [Said(article=passage.article, text=each) for each in sentences(passage.text)]


def least_support(services: Services) -> float:
    """The support below which the agent does not answer from an article alone."""
    thresholds = services.company.current().thresholds
    return max(thresholds.support, thresholds.sure.support)


async def searched(services: Services) -> None:
    """What is accepted, or taken back, is what this process finds from now on."""
    if services.library is not None:
        await services.library.ingest()


async def caught_up(services: Services) -> None:
    """Takes in what somebody accepted, took back or erased and could not finish, or did beside this process."""
    if services.library is None:
        return
    async with services.database.transaction() as conn:
        live = {f"{LEARNED}{each.id}" for each in await learned_articles.live(conn)}
        placed = {f"{LEARNED}{each.id}" for each in await learned.in_place(conn)}
    served = {each.id for each in services.library.articles() if each.id.startswith(LEARNED)}
    if served - live or (live - placed) - served:
        await services.library.ingest()
