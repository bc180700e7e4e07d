"""What a message is about: a model learned in about a second from the examples a company gives, 2 to 4 ms a message.

Three parts: what tells the intents and how likely the message is none of them, from few examples (`few.py`) or from many
(`many.py`); the wishes that a message turns round; and one yes/no model per signal. How well it does: docs/knowledge.md.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

import numpy as np

from knowledge.embedder import Embedder
from knowledge.few import Few
from knowledge.many import Many
from knowledge.negation import Refusals
from knowledge.softmax import UNSEEN, Classifier, Labels, Matrix, softmax
from knowledge.teller import NONE, Teller, outside_classes
from knowledge.words import Counted
from records.errors import Unprocessable

OTHERS = 2500
"""Examples that a signal is told from: enough, and a refit stays short."""
MANY = 750
"""Examples of intents from which the nearest ones tell more than a discriminant of all of them."""
METHOD = 1
"""Rises when the same examples give another model."""
COMPANY = NONE + "company"
"""The company's own "none" examples."""
TOO_NEAR = 0.6
"""Cosine at which a built-in "none" example may be about one of the company's intents after all."""
AS_NEAR = 0.03
"""A topic gives way as a whole when half of it is TOO_NEAR to the company's examples, and all of it on average as near
to them as to the rest of the topic, but for this."""


class NothingToLearn(Unprocessable):
    """There are no examples of any intent to learn from."""

    slug = "nothing-to-learn"


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """`intents` by falling probability; they and `none` sum to 1. `signals` are probabilities on their own. `foreign`:
    how likely it belongs to another trade or to nobody, so that an article which looks like an answer is probably none."""

    intents: tuple[tuple[str, float], ...]
    none: float
    signals: Mapping[str, float]
    foreign: float = 0.0


@dataclass(frozen=True, kw_only=True)
class IntentModel:
    """A fitted model. `version`: of what it was learned from; equal examples have equal versions. Safe to share between
    threads."""

    version: str
    embedder: Embedder
    teller: Teller
    refusals: Refusals
    moves: frozenset[str]
    signals: Mapping[str, Classifier]

    @classmethod
    def fit(
        cls,
        embedder: Embedder,
        examples: Mapping[str, Sequence[str]],
        none: Sequence[str],
        signals: Mapping[str, Sequence[str]],
        moves: Collection[str] = (),
    ) -> Self:
        """Learns from example messages by intent and by signal; `none` adds to the built-in list. `moves` are those
        intents that every company has, to which no built-in topic gives way. The same examples give the same model.
        Raises NothingToLearn when no intent has an example."""
        texts, labels = _examples(examples)
        if not texts:
            raise NothingToLearn
        inside = _vectors(embedder, texts)
        outside_texts, topics, outside = _outside(embedder, none, inside[[name not in moves for name in labels]])
        others, names = [*texts, *outside_texts], np.array([*labels, *topics])
        vectors = np.vstack([inside, outside])
        many = len(texts) >= MANY
        return cls(
            version=_version(examples, none, signals, moves),
            embedder=embedder,
            teller=Many.fit(_counted(embedder), others, vectors, names) if many else Few.fit(vectors, names),
            refusals=Refusals.of(texts, labels),
            moves=frozenset(moves) & set(labels),
            signals=_fit_signals(embedder, signals, others, vectors),
        )

    def predict(self, text: str) -> Prediction:
        return self.predict_many([text])[0]

    def predict_many(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction per text, in order. A text without a letter or digit is none for certain."""
        vectors = _vectors(self.embedder, texts)
        told, classes = self.teller.tell(texts, vectors), self.teller.classes
        scores, none, outside = told.scores, told.none, outside_classes(classes)
        none[[not any(letter.isalnum() for letter in text) for text in texts]] = 1.0
        scores += self._turned_round(texts, scores)
        shares = softmax(scores[:, ~outside]) * (1 - none)[:, None]
        foreign = softmax(scores)[:, [_foreign(name) for name in classes]].sum(axis=1)
        surface = _with_surface(texts, vectors)
        signals = {name: model.probabilities(surface)[:, 1] for name, model in self.signals.items()}
        return [
            Prediction(
                intents=self._ranked(shares[row]),
                none=float(none[row]),
                signals={name: float(values[row]) for name, values in signals.items()},
                foreign=float(foreign[row]),
            )
            for row in range(len(texts))
        ]

    def _turned_round(self, texts: Sequence[str], scores: Matrix) -> Matrix:
        """(texts, classes): what to add to the scores, so that no intent is found that the text says it does not want.
        Where that would be the first, the text asks for nothing else either, and at most a move is left."""
        names, taken = self.teller.classes, np.zeros_like(scores)
        asks = [place for place, name in enumerate(names) if not name.startswith(NONE)]
        for row, text in enumerate(texts):
            turned = self.refusals.turned_round(text)
            if not turned:
                continue
            first = names[max(asks, key=lambda place: scores[row, place])]
            gone = turned | ({*names} - self.moves if first in turned and self.moves else set())
            taken[row, [name in gone and not name.startswith(NONE) for name in names]] = UNSEEN
        return taken

    def _ranked(self, shares: Matrix) -> tuple[tuple[str, float], ...]:
        names = [name for name in self.teller.classes if not name.startswith(NONE)]
        ranked = sorted(zip(names, shares.tolist(), strict=True), key=lambda pair: -pair[1])
        return tuple(ranked)


def _version(
    examples: Mapping[str, Sequence[str]],
    none: Sequence[str],
    signals: Mapping[str, Sequence[str]],
    moves: Collection[str],
) -> str:
    told = [METHOD, sorted((name, [*texts]) for name, texts in examples.items()), [*none], sorted(moves)]
    told.append(sorted((name, [*texts]) for name, texts in signals.items()))
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:12]


@cache
def _counted(embedder: Embedder) -> Counted:
    """The words of what was learned from beside this embedder; a refit finds them here."""
    return Counted()


def builtin_none() -> dict[str, list[str]]:
    """The messages of knowledge/none.txt by topic."""
    topics: dict[str, list[str]] = {}
    lines = (files("knowledge") / "none.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("["):
            topics[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            topics[list(topics)[-1]].append(line)
    return topics


def _examples(examples: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Texts and their labels. A single example stands twice, so that leaving one out leaves one."""
    pairs = [
        (text, name) for name, texts in examples.items() for text in (texts if len(texts) > 1 else [*texts, *texts])
    ]
    return [text for text, _ in pairs], [name for _, name in pairs]


def _outside(embedder: Embedder, none: Sequence[str], inside: Matrix) -> tuple[list[str], list[str], Matrix]:
    """What is none of the intents: texts, their topics, their vectors. The company's own, and the built-in ones but for
    what is about one of its intents: whole topics, and single sentences closer to an intent's example than to any other
    of their topic."""
    texts, topics, vectors = _builtin(embedder)
    nearness, among = (vectors @ inside.T).max(axis=1, initial=0.0), vectors @ vectors.T
    among[(topics[:, None] != topics[None, :]) | np.eye(len(topics), dtype=bool)] = 0.0
    siblings = among.max(axis=1)
    kept = nearness < np.maximum(siblings, TOO_NEAR)
    for topic in set(topics.tolist()):
        of = topics == topic
        about = (nearness[of] >= TOO_NEAR).mean() >= 1 / 2
        kept[of] &= not (about and nearness[of].mean() >= siblings[of].mean() - AS_NEAR)
    return (
        [*none, *(text for text, keep in zip(texts, kept, strict=True) if keep)],
        [*[COMPANY] * len(none), *topics[kept].tolist()],
        np.vstack([_vectors(embedder, none), vectors[kept]]),
    )


@cache
def _builtin(embedder: Embedder) -> tuple[list[str], Labels, Matrix]:
    """The built-in messages, their topics and their vectors; a refit finds them here."""
    pairs = [(text, NONE + topic) for topic, texts in builtin_none().items() for text in texts]
    texts = [text for text, _ in pairs]
    return texts, np.array([topic for _, topic in pairs]), _vectors(embedder, texts)


def _foreign(name: str) -> bool:
    """A topic that no help centre but that of another trade answers; knowledge/none.txt says which."""
    return name.startswith(NONE) and name != COMPANY and not name.endswith("?")


def _fit_signals(
    embedder: Embedder, signals: Mapping[str, Sequence[str]], others: Sequence[str], vectors: Matrix
) -> dict[str, Classifier]:
    """Each signal's examples against every other example there is."""
    texts = [text for examples in signals.values() for text in examples]
    told = set(texts)
    rest = [place for place, text in enumerate(others) if text not in told]
    rest = rest[:: 1 + len(rest) // OTHERS]
    everything = [*texts, *(others[place] for place in rest)]
    features = _with_surface(everything, np.vstack([_vectors(embedder, texts), vectors[rest]]))
    return {
        name: Classifier.logistic(features, np.array(["yes" if text in examples else "no" for text in everything]))
        for name, examples in signals.items()
        if examples
    }


def _with_surface(texts: Sequence[str], vectors: Matrix) -> Matrix:
    """The vectors with two columns more: shouting in capitals and exclamation marks, to which the sentence model is
    blind."""
    capitals = [sum(map(str.isupper, text)) / (8 + sum(map(str.isalpha, text))) for text in texts]
    marks = [min(text.count("!"), 3) / 3 for text in texts]
    return np.column_stack([vectors, np.array([capitals, marks]).T.reshape(len(texts), 2)])


def _vectors(embedder: Embedder, texts: Sequence[str]) -> Matrix:
    return embedder.embed(texts).astype(np.float64)
