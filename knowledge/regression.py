"""The regression gate: may these examples be learned? They must mend the message they come from and break nothing.

Pure: no database and no clock. Four things are looked at, and each that fails is a reason against the proposal:

- `not_fixed`: the message the example comes from is still taken for something else;
- `made_worse`: a stored question that was understood is understood no more;
- `contradicts`: a live example says nearly the same and means another intent;
- `out_of_line`: nothing that is known speaks for the label. The model without the example gives it next to no chance,
  and none of the nearest live examples has it (Wilson 1972's edited neighbours, and confident learning, Northcutt et
  al. 2021, arXiv:1911.00068). Honest corrections of an unsure model keep some chance; a careless click keeps none.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.triage import Prediction

NONE_OF_THESE = ""
"""The intent of a message that is none of the company's."""
SAME = 0.93
"""Cosine from which two messages say the same in almost the same words."""
NEIGHBOURS = 10
"""Looked at, at most: no more than an intent has examples, on average."""
UNLIKELY = 0.05
"""Chance below which nothing speaks for a label."""
ENOUGH = 3
"""Live examples from which an intent can be told: a new intent is not out of line with itself."""

NOT_FIXED = "its own message would still be misunderstood"

Code = Literal["not_fixed", "made_worse", "contradicts", "out_of_line"]
Examples = Mapping[str, Sequence[str]]
Vectors = NDArray[np.float64]


class Model(Protocol):
    """A fitted intent model (`knowledge.triage.IntentModel`)."""

    def predict_many(self, texts: Sequence[str]) -> list[Prediction]: ...


Fit = Callable[[Examples, Sequence[str]], Model]
"""Learns from examples by intent and from messages that are none of them."""
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Unit-length vectors, one row a text."""


@dataclass(frozen=True, kw_only=True)
class StoredQuestion:
    """A message whose right intent a person has confirmed; NONE_OF_THESE for none."""

    id: str
    text: str
    intent: str


@dataclass(frozen=True, kw_only=True)
class ProposedExample:
    """A message to learn from. `source`: the message it comes from where that is worded otherwise, as before a redaction."""

    text: str
    intent: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a proposal must not be learned as it stands. `example`: the proposed text meant. `words` are for a person."""

    code: Code
    example: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Worse:
    """A stored question that was understood as its `intent` and would be taken for `taken_for`."""

    question: StoredQuestion
    taken_for: str


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`fixed`: proposed texts whose source was misunderstood and would be understood. `mended`: stored questions likewise."""

    reasons: tuple[Reason, ...]
    fixed: tuple[str, ...]
    mended: tuple[StoredQuestion, ...]
    worse: tuple[Worse, ...]

    @property
    def passed(self) -> bool:
        return not self.reasons


def judge(
    fit: Fit,
    embed: Embed,
    examples: Examples,
    none: Sequence[str],
    questions: Sequence[StoredQuestion],
    proposed: Sequence[ProposedExample],
    *,
    threshold: float = 0.5,
) -> Judgement:
    """Of a proposal as a whole. Two fits and one pass over the questions: 1,000 take seconds. `threshold`: of `none`,
    from which a message counts as none of the intents. Texts are embedded by `embed`, which had best remember them."""
    before = fit(examples, none)
    after = fit(*joined_with(examples, none, proposed))
    alone = [*suspicions_of(before, embed, examples, none, proposed)]
    sources = [each.source or each.text for each in proposed]
    was, now = (understood_as(model, sources, threshold) for model in (before, after))
    missed = [each for each, intent in zip(proposed, now, strict=True) if intent != each.intent]
    worse, mended = changed_by(before, after, questions, threshold)
    return Judgement(
        reasons=(
            *alone,
            *(reason_against("not_fixed", each, NOT_FIXED) for each in missed),
            *(blamed_for(embed, proposed, each) for each in worse),
        ),
        fixed=tuple(each.text for each, old, new in zip(proposed, was, now, strict=True) if old != each.intent == new),
        mended=tuple(mended),
        worse=tuple(worse),
    )


def said_of(model: Model, proposed: Sequence[ProposedExample]) -> list[Prediction]:
    return model.predict_many([each.text for each in proposed])


def joined_with(
    examples: Examples, none: Sequence[str], proposed: Sequence[ProposedExample]
) -> tuple[Examples, list[str]]:
    """What there would be to learn from; a text that is proposed under another intent is not moved, only added."""
    joined = {intent: [*texts] for intent, texts in examples.items()}
    for each in proposed:
        if each.intent != NONE_OF_THESE and each.text not in joined.setdefault(each.intent, []):
            joined[each.intent].append(each.text)
    return joined, [*dict.fromkeys([*none, *(each.text for each in proposed if each.intent == NONE_OF_THESE)])]


def understood_as(model: Model, texts: Sequence[str], threshold: float) -> list[str]:
    """The intent each is taken for, or NONE_OF_THESE."""
    return [NONE_OF_THESE if p.none >= threshold else p.intents[0][0] for p in model.predict_many(texts)]


def changed_by(
    before: Model, after: Model, questions: Sequence[StoredQuestion], threshold: float
) -> tuple[list[Worse], list[StoredQuestion]]:
    """The stored questions that would be misunderstood from now on, and those that would be understood."""
    texts = [each.text for each in questions]
    pairs = zip(questions, understood_as(before, texts, threshold), understood_as(after, texts, threshold), strict=True)
    worse, mended = [], []
    for question, old, new in pairs:
        if old == question.intent != new:
            worse.append(Worse(question=question, taken_for=new))
        elif old != question.intent == new:
            mended.append(question)
    return worse, mended


def suspicions_of(
    before: Model, embed: Embed, examples: Examples, none: Sequence[str], proposed: Sequence[ProposedExample]
) -> Iterator[Reason]:
    """What speaks against single examples, in the light of the live ones alone."""
    texts, labels = _live(examples, none)
    if not texts or not proposed:
        return
    counts = Counter(labels)
    near_by = min(NEIGHBOURS, max(ENOUGH, len(labels) // len(counts)))
    nearness = _unit(embed, [each.text for each in proposed]) @ _unit(embed, texts).T
    said = said_of(before, proposed)
    for each, near, prediction in zip(proposed, nearness, said, strict=True):
        order = np.argsort(-near, kind="stable")[:near_by]
        closest = int(order[0])
        if near[closest] >= SAME and labels[closest] != each.intent:
            yield reason_against("contradicts", each, f"“{texts[closest]}” is an example of {_called(labels[closest])}")
        elif counts[each.intent] >= ENOUGH and _unlikely(prediction, each.intent, [labels[i] for i in order]):
            nearest = Counter(labels[i] for i in order).most_common(1)[0][0]
            yield reason_against("out_of_line", each, f"what is known of it looks like {_called(nearest)}")


def _unlikely(prediction: Prediction, intent: str, neighbours: Sequence[str]) -> bool:
    return chance_of(prediction, intent) < UNLIKELY and intent not in neighbours


def chance_of(prediction: Prediction, intent: str) -> float:
    return prediction.none if intent == NONE_OF_THESE else dict(prediction.intents).get(intent, 0.0)


def _live(examples: Examples, none: Sequence[str]) -> tuple[list[str], list[str]]:
    pairs = [(text, intent) for intent, texts in examples.items() for text in texts]
    pairs += [(text, NONE_OF_THESE) for text in none]
    return [text for text, _ in pairs], [intent for _, intent in pairs]


def blamed_for(embed: Embed, proposed: Sequence[ProposedExample], worse: Worse) -> Reason:
    """The example that most likely did it: of the intent the question would be taken for, else any; the nearest."""
    same = [each for each in proposed if each.intent == worse.taken_for] or [*proposed]
    likeness = _unit(embed, [each.text for each in same]) @ _unit(embed, [worse.question.text])[0]
    words = (
        f"“{worse.question.text}” would be taken for {_called(worse.taken_for)}, not {_called(worse.question.intent)}"
    )
    return reason_against("made_worse", same[int(likeness.argmax())], words)


def reason_against(code: Code, each: ProposedExample, words: str) -> Reason:
    return Reason(code=code, example=each.text, words=f"“{each.text}” as {_called(each.intent)}: {words}.")


def _called(intent: str) -> str:
    return intent or "none of the intents"


def _unit(embed: Embed, texts: Sequence[str]) -> Vectors:
    return embed(texts).astype(np.float64)
