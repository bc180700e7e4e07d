"""The regression gate for articles: may this text be served? It must answer what it was written for, and break nothing.

Pure: no database and no clock. What is looked at, each of which is a reason against the change when it fails:

- `not_found`: a question that it was written for is still not answered by it;
- `made_worse`: a stored question no longer finds the article that answered it, or finds it with too little support;
- `contradicts`: it says otherwise than an article that stays (`knowledge/contradictions.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.contradictions import Embed, Said, contradictions
from knowledge.search import Found

TOP = 4
"""Hits among which the right article must stay: as many as a run reads."""
Code = Literal["not_found", "made_worse", "contradicts"]
Look = Callable[[str], Found]
"""Searches what customers may read."""


@dataclass(frozen=True, kw_only=True)
class ArticleQuestion:
    """A question that an article answered, as its customer confirmed."""

    id: str
    text: str
    article: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What would be served. `article`: the id it would have; `replaces`: the article in whose place it would stand, or ""."""

    article: str
    body: str
    replaces: str = ""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """`words` are for a person."""

    code: Code
    words: str


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`fixed`: of the questions that it was written for, those that it answers; `support` of each, before and after."""

    reasons: tuple[Reason, ...]
    fixed: tuple[str, ...]
    support: tuple[tuple[str, float, float], ...]

    @property
    def passed(self) -> bool:
        return not self.reasons


def judge_article(
    before: Look,
    after: Look,
    embed: Embed,
    draft: Draft,
    written_for: Sequence[str],
    questions: Sequence[ArticleQuestion],
    others: Sequence[Said],
    *,
    least: float,
) -> Judgement:
    """`before` and `after` search without and with the change. `least`: the support below which nobody is answered.
    `others`: sentences of the articles that stay and are about the same. It is enough that the draft answers most of the
    questions that it was written for: people ask for one thing in ways that no search finds."""
    told = [(text, before(text), after(text)) for text in written_for]
    fixed = tuple(text for text, _, now in told if _first(now) == draft.article and now.support >= least)
    missed = [text for text in written_for if text not in fixed]
    reasons = [_missed(text) for text in missed] if 2 * len(missed) > len(written_for) else []
    reasons += [
        _worse(each) for each in questions if _is_worse(before(each.text), after(each.text), each, draft, least)
    ]
    reasons += [Reason(code="contradicts", words=each.words) for each in contradictions(embed, draft.body, others)]
    support = tuple((text, round(was.support, 3), round(now.support, 3)) for text, was, now in told)
    return Judgement(reasons=tuple(reasons), fixed=fixed, support=support)


def _first(found: Found) -> str:
    return found.hits[0].passage.article if found.hits else ""


def _is_worse(was: Found, now: Found, question: ArticleQuestion, draft: Draft, least: float) -> bool:
    """The article that is replaced is right under its new name; what was not found before cannot be lost."""
    right = draft.article if question.article == draft.replaces else question.article
    had = question.article in _top(was) and was.support >= least
    first_before = _first(was) == question.article
    lost = right not in _top(now) or (first_before and _first(now) != right)
    return had and (lost or now.support < least)


def _top(found: Found) -> list[str]:
    return [hit.passage.article for hit in found.hits[:TOP]]


def _missed(text: str) -> Reason:
    return Reason(code="not_found", words=f"“{text}” would still not be answered by it.")


def _worse(question: ArticleQuestion) -> Reason:
    return Reason(
        code="made_worse",
        words=f"“{question.text}” would no longer be answered by {question.article}, which was right.",
    )
