"""The gate: what a suggestion would do to everything that is known, found out before anybody learns it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, cast

from graph.deps import Services
from graph.triage.learned import examples_of
from knowledge.embedder import Embedder
from knowledge.regression import NONE_OF_THESE, Examples, Judgement, ProposedExample, StoredQuestion, judge
from knowledge.triage import IntentModel
from policy.company import Company
from records.learned import Question
from records.taught import NONE, Taught

MOST_QUESTIONS = 1000
"""Stored questions that a suggestion is tried on, the newest."""
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """`passed`, and for people: what it mends, what it would break and why. `texts`: those of the examples that passed;
    the others are in `left_out` with their reasons."""

    passed: bool
    texts: list[str]
    left_out: list[Json]
    fixed: list[str]
    mended: list[str]
    reasons: list[Json]
    questions: int

    def told(self) -> Json:
        return asdict(self)


def try_examples(
    services: Services, taught: Taught, intent: str, texts: Sequence[str], questions: Sequence[Question]
) -> Tried:
    """May these be learned as examples of an intent ("none": of nobody's request)? What spoils the whole is left out, and
    the rest tried once more. Takes about a second for each try; blocks."""
    company = services.company.current()
    left: list[Json] = []
    found = _judged(services, company, taught, intent, texts, questions)
    bad = {reason.example: reason for reason in found.reasons}
    good = [text for text in texts if text not in bad]
    if bad and good:
        left = [{"text": text, "code": reason.code, "words": reason.words} for text, reason in bad.items()]
        found = _judged(services, company, taught, intent, good, questions)
    return Tried(
        passed=found.passed,
        texts=good if left else list(texts),
        left_out=left,
        fixed=list(found.fixed),
        mended=[each.text for each in found.mended],
        reasons=[{"code": each.code, "words": each.words} for each in found.reasons],
        questions=len(questions),
    )


def _judged(
    services: Services,
    company: Company,
    taught: Taught,
    intent: str,
    texts: Sequence[str],
    questions: Sequence[Question],
) -> Judgement:
    examples, none = examples_of(company, taught)
    embedder = cast(Embedder, services.vectors)
    known = [each for each in questions if each.right == NONE or each.right in examples]
    return judge(
        partial(_fit, embedder, company),
        embedder.embed,
        examples,
        none,
        [StoredQuestion(id=each.id, text=each.text, intent=_named(each.right)) for each in known],
        [ProposedExample(text=text, intent=_named(intent)) for text in texts],
        threshold=company.thresholds.none,
    )


def _fit(embedder: Embedder, company: Company, examples: Examples, none: Sequence[str]) -> IntentModel:
    return IntentModel.fit(embedder, examples, none, {}, company.moves)


def _named(intent: str) -> str:
    return NONE_OF_THESE if intent == NONE else intent
