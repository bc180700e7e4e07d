"""Gaps: what customers ask and no article answers, which articles mislead or grow old, and what would spare a handoff."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from graph.deps import Services
from knowledge.articles import Article
from knowledge.topics import central, groups, label
from records import gaps
from records.gaps import Cited, Reason, Unanswered, Week
from runs.learning.proposing import embedder_of
from runs.learning.shelf import Shelf, least_support, shelf_of

WEEK = timedelta(days=7)
OLD = timedelta(days=365)
"""Since an article was last edited: it is still cited, and nobody has looked at it for so long."""
MOST = 1000
"""Questions that are grouped, the newest."""
EXAMPLES, LINKS = 3, 10
BY_POLICY = frozenset({"person_asked", "strong_emotion", "time_critical", "high_value", "repeated"})
REMEDIES = {
    "no_article": "An article that answers it.",
    "nothing_like_it": "Examples of it in a playbook, or an article that answers it.",
    "unsure_intent": "More examples of the intent.",
    "low_confidence": "More examples of the intent.",
    "no_playbook": "A playbook for it.",
    "not_solved": "The article or the playbook was followed and did not help: correct it.",
    "approval_expired": "Somebody who decides in time, or a longer deadline.",
    "approval_rejected": "What colleagues wrote when they rejected it: a rule of the playbook, or a clause.",
    "outcome_unknown": "A system that tells what became of an action.",
    "run_failed": "Nothing that can be taught: see the run's error.",
}
"""What would remove a reason that code gives."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Questions about the same thing that no article answers. `topic`: their own frequent words. `customers`: different ones
    who are signed in; `visitors`: conversations of others. `this_week`, and `a_week_before`: the weekly mean before it.
    `minutes`: people's time to a first answer, summed where it is known."""

    topic: str
    questions: int
    customers: int
    visitors: int
    this_week: int
    a_week_before: float
    trend: str
    handoffs: int
    minutes: float | None
    best_support: float | None
    examples: list[str]
    conversations: list[str]


@dataclass(frozen=True, kw_only=True)
class Doubtful(Cited):
    """It wants looking at. `because`: `old`, `corrected` by people, or `unhappy` customers after it. `age_days`: since its
    last edit."""

    title: str
    because: list[str]
    age_days: int


@dataclass(frozen=True, kw_only=True)
class Backlog(Reason):
    """`trend`: of the second half of the window against the first. `remedy`: what would remove it."""

    trend: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Gaps:
    since: datetime
    missing: list[Gap]
    articles: list[Doubtful]
    backlog: list[Backlog]


@dataclass(frozen=True, kw_only=True)
class Report:
    """A week. `resolved` of `conversations` were called so by their customers; `missing`: the articles to write first."""

    since: datetime
    conversations: int
    resolved: int
    outcomes: list[Week]
    not_resolved: list[Backlog]
    missing: list[Gap]
    articles: list[Doubtful]


async def gaps_of(services: Services, *, days: int) -> Gaps:
    """Of the questions of so many days, as far as the job has written them down."""
    now, least = services.clock.now(), least_support(services)
    since = now - timedelta(days=days)
    async with services.database.transaction() as conn:
        asked = await gaps.unanswered(conn, since=since, least=least, limit=MOST)
        cited = await gaps.cited(conn, since=since)
        reasons = await gaps.reasons(conn, since=since, middle=now - (now - since) / 2)
        shelf = await shelf_of(conn, services)
    missing = await asyncio.to_thread(_missing, services, asked, now, days)
    return Gaps(
        since=since,
        missing=missing,
        articles=[found for each in cited if (found := _doubtful(shelf, each, now)) is not None],
        backlog=[_backlog(each) for each in reasons],
    )


async def report_of(services: Services) -> Report:
    """The last seven days."""
    found = await gaps_of(services, days=WEEK.days)
    async with services.database.transaction() as conn:
        outcomes = await gaps.outcomes(conn, since=found.since)
        resolved, conversations = await gaps.resolved(conn, since=found.since)
    return Report(
        since=found.since,
        conversations=conversations,
        resolved=resolved,
        outcomes=outcomes,
        not_resolved=found.backlog[:10],
        missing=found.missing[:10],
        articles=found.articles[:10],
    )


def _missing(services: Services, asked: Sequence[Unanswered], now: datetime, days: int) -> list[Gap]:
    """The most customers first: a message costs nothing, and fifty of one person are one person's."""
    if not asked:
        return []
    vectors = embedder_of(services).embed([each.text for each in asked])
    found = []
    for places in groups(vectors):
        first = asked[central(vectors, places)].text
        others = [asked[place].text for place in places if asked[place].text != first]
        found.append(_gap([asked[place] for place in places], [first, *dict.fromkeys(others)][:EXAMPLES], now, days))
    return sorted(found, key=lambda each: (-each.customers, -each.visitors, -each.questions, each.topic))


def _gap(own: Sequence[Unanswered], examples: list[str], now: datetime, days: int) -> Gap:
    lately = sum(each.asked_at > now - WEEK for each in own)
    before = (len(own) - lately) / max(1.0, (days - WEEK.days) / WEEK.days)
    minutes = [each.minutes for each in own if each.minutes is not None]
    support = [each.support for each in own if each.support is not None]
    return Gap(
        topic=label([each.text for each in own]),
        questions=len(own),
        customers=len({each.customer_id for each in own if each.customer_id}),
        visitors=len({each.conversation_id for each in own if each.customer_id is None}),
        this_week=lately,
        a_week_before=round(before, 1),
        trend=trend(lately, before),
        handoffs=sum(each.handed_over for each in own),
        minutes=round(sum(minutes), 1) if minutes else None,
        best_support=round(max(support), 3) if support else None,
        examples=examples,
        conversations=list(dict.fromkeys(str(each.conversation_id) for each in own))[:LINKS],
    )


def trend(lately: float, before: float) -> str:
    """`new`, `rising`, `falling` or `steady`: half as much again, and at least two more, is a trend."""
    if not before:
        return "new" if lately else "steady"
    if lately >= 1.5 * before and lately - before >= 2:
        return "rising"
    return "falling" if before >= 1.5 * lately and before - lately >= 2 else "steady"


def _doubtful(shelf: Shelf, each: Cited, now: datetime) -> Doubtful | None:
    article: Article | None = shelf.articles.get(each.article)
    age = (now.date() - article.updated) if article else timedelta(0)
    unhappy = each.not_solved + each.reopened + each.rated_low
    because = [name for name, so in (("old", age > OLD), ("corrected", each.corrected), ("unhappy", unhappy)) if so]
    if not because:
        return None
    shown = {**vars(each), "conversations": each.conversations or []}
    return Doubtful(title=article.title if article else "", because=because, age_days=age.days, **shown)


def _backlog(each: Reason) -> Backlog:
    return Backlog(**vars(each), trend=trend(each.lately, each.handoffs - each.lately), remedy=remedy(each))


def remedy(each: Reason) -> str:
    """What would spare these handoffs."""
    if each.reason in BY_POLICY:
        return "Nothing is missing: policy.yaml wants a person here."
    where = f"the playbook {each.intent}" if each.intent else "a playbook"
    return REMEDIES.get(each.reason, f"A rule for this in {where}.")
