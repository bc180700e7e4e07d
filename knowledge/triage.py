"""What a message is about: a model learned in under a second from the examples a company gives, about 1 ms a message.

Three parts: a classifier over the intents and "none of these"; a gate that says how likely the message is none of them,
from the classifier's own "none" and from how near the closest example is (text unlike anything seen is none, whatever
class it falls into); and one yes/no model per signal. How well it does: docs/knowledge.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Self

import numpy as np

from knowledge.embedder import Embedder
from knowledge.softmax import Classifier, Labels, Matrix, best_temperature, folds, softmax, unseen_scores
from records.errors import Unprocessable

NONE = "\x00none"
"""The class of messages that are about nothing here; no file can name an intent so."""
TOO_NEAR = 0.6
"""Cosine at which a built-in "none" example is taken to be about one of the company's intents after all."""


class NothingToLearn(Unprocessable):
    """There are no examples of any intent to learn from."""

    slug = "nothing-to-learn"


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """`intents` by falling probability; they and `none` sum to 1. `signals` are probabilities on their own."""

    intents: tuple[tuple[str, float], ...]
    none: float
    signals: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class IntentModel:
    """A fitted model; `examples` are the vectors of the intents' examples. Safe to share between threads."""

    embedder: Embedder
    intents: Classifier
    gate: Classifier
    examples: Matrix
    signals: Mapping[str, Classifier]

    @classmethod
    def fit(
        cls,
        embedder: Embedder,
        examples: Mapping[str, Sequence[str]],
        none: Sequence[str],
        signals: Mapping[str, Sequence[str]],
    ) -> Self:
        """Learns from example messages by intent and by signal; `none` adds to the built-in list. The same examples
        give the same model. Raises NothingToLearn when no intent has an example."""
        texts, labels = _examples(examples)
        if not texts:
            raise NothingToLearn
        inside = _vectors(embedder, texts)
        outside_texts, outside = _outside(embedder, none, inside)
        vectors = np.vstack([inside, outside])
        names = np.array([*labels, *[NONE] * len(outside)])
        intents, gate = _fit_intents(vectors, names)
        others = [*texts, *outside_texts]
        return cls(
            embedder=embedder,
            intents=intents,
            gate=gate,
            examples=inside,
            signals=_fit_signals(embedder, signals, others, vectors),
        )

    def predict(self, text: str) -> Prediction:
        return self.predict_many([text])[0]

    def predict_many(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction per text, in order. A text without a letter or digit is none for certain."""
        vectors = _vectors(self.embedder, texts)
        scores = self.intents.scores(vectors)
        none = self.gate.probabilities(_gate_features(scores, vectors @ self.examples.T, self.intents.classes))[:, 1]
        none[[not any(letter.isalnum() for letter in text) for text in texts]] = 1.0
        place = self.intents.classes.index(NONE)
        shares = softmax(np.delete(scores, place, axis=1)) * (1 - none)[:, None]
        surface = _with_surface(texts, vectors)
        signals = {name: model.probabilities(surface)[:, 1] for name, model in self.signals.items()}
        return [
            Prediction(
                intents=self._ranked(shares[row]),
                none=float(none[row]),
                signals={name: float(values[row]) for name, values in signals.items()},
            )
            for row in range(len(texts))
        ]

    def _ranked(self, shares: Matrix) -> tuple[tuple[str, float], ...]:
        names = [name for name in self.intents.classes if name != NONE]
        ranked = sorted(zip(names, shares.tolist(), strict=True), key=lambda pair: -pair[1])
        return tuple(ranked)


def builtin_none() -> list[str]:
    """The messages of knowledge/none.txt."""
    lines = (files("knowledge") / "none.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _examples(examples: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Texts and their labels. A single example stands twice, so that leaving one out leaves one."""
    pairs = [
        (text, name) for name, texts in examples.items() for text in (texts if len(texts) > 1 else [*texts, *texts])
    ]
    return [text for text, _ in pairs], [name for _, name in pairs]


def _outside(embedder: Embedder, none: Sequence[str], inside: Matrix) -> tuple[list[str], Matrix]:
    """The company's own "none" examples and those built-in ones that are not about one of its intents."""
    builtin = builtin_none()
    vectors = _vectors(embedder, [*none, *builtin])
    near = (vectors @ inside.T).max(axis=1)
    near[: len(none)] = 0.0
    kept = near < TOO_NEAR
    texts = [text for text, keep in zip([*none, *builtin], kept, strict=True) if keep]
    return texts, vectors[kept]


def _fit_intents(vectors: Matrix, names: Labels) -> tuple[Classifier, Classifier]:
    """The classifier and its gate, the temperature and the gate fitted on what models say of examples they have not
    seen."""
    fold = folds(names.tolist())
    model = Classifier.fit(vectors, names)
    unseen = unseen_scores(vectors, names, fold)
    temperature = best_temperature(unseen, np.searchsorted(model.classes, names))
    nearness = vectors @ vectors.T
    nearness[fold[:, None] == fold[None, :]] = -1.0
    features = _gate_features(unseen / temperature, nearness[:, names != NONE], model.classes)
    gate = Classifier.fit(features, np.where(names == NONE, "none", "intent"), strength=1.0)
    return (
        Classifier(classes=model.classes, weights=model.weights, bias=model.bias, temperature=temperature),
        gate,
    )


def _gate_features(scores: Matrix, nearness: Matrix, classes: Sequence[str]) -> Matrix:
    """(texts, 2): the log-odds of "none" among the classes, and the cosine of the nearest example of any intent."""
    none = softmax(scores)[:, classes.index(NONE)]
    odds = np.log((none + 1e-4) / (1 - none + 1e-4))
    return np.column_stack([odds, 5 * nearness.max(axis=1)])


def _fit_signals(
    embedder: Embedder, signals: Mapping[str, Sequence[str]], others: Sequence[str], vectors: Matrix
) -> dict[str, Classifier]:
    """Each signal's examples against every other example there is."""
    texts = [text for examples in signals.values() for text in examples]
    rest = [place for place, text in enumerate(others) if text not in set(texts)]
    everything = [*texts, *(others[place] for place in rest)]
    features = _with_surface(everything, np.vstack([_vectors(embedder, texts), vectors[rest]]))
    return {
        name: Classifier.fit(features, np.array(["yes" if text in examples else "no" for text in everything]))
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
