"""What a message is about, told from few examples: a discriminant over the intents and over topics that are nobody's
request here, and a gate that says how likely the message is none of the intents.

The gate sees the share of those topics and how near the closest example is: text unlike anything seen is none, whatever
class it falls into.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from knowledge.softmax import FOLDS, Classifier, Labels, Matrix, best_temperature, folds, softmax, unseen_scores
from knowledge.teller import Told, outside_classes


@dataclass(frozen=True, kw_only=True)
class Few:
    """`examples` are the vectors of the intents' examples."""

    intents: Classifier
    gate: Classifier
    examples: Matrix

    @classmethod
    def fit(cls, vectors: Matrix, names: Labels) -> Self:
        """The temperature and the gate are fitted on what models say of examples they have not seen.
        The gate sees the topics twice: as ones of which something is known, and left out as a whole, for much of what is
        nobody's request is of no topic that anybody has thought of."""
        model = Classifier.discriminant(vectors, names)
        outside = outside_classes(names.tolist())
        dealt = folds(names.tolist())
        topics = np.unique(names[outside])
        whole = dealt.copy()
        whole[outside] = np.searchsorted(topics, names[outside]) % FOLDS
        scores = [unseen_scores(vectors, names, fold) for fold in (dealt, whole)]
        temperature = best_temperature(scores[0][~outside], np.searchsorted(model.classes, names[~outside]))
        features = []
        for fold, unseen in zip((dealt, whole), scores, strict=True):
            nearness = vectors @ vectors.T
            nearness[fold[:, None] == fold[None, :]] = -1.0
            features.append(_gate_features(unseen / temperature, nearness[:, ~outside], model.classes))
        truth = np.where(np.tile(outside, len(features)), "none", "intent")
        return cls(
            intents=Classifier(classes=model.classes, weights=model.weights, bias=model.bias, temperature=temperature),
            gate=Classifier.logistic(np.vstack(features), truth, strength=1.0),
            examples=vectors[~outside],
        )

    @property
    def classes(self) -> tuple[str, ...]:
        return self.intents.classes

    def tell(self, texts: Sequence[str], vectors: Matrix) -> Told:
        scores = self.intents.scores(vectors)
        features = _gate_features(scores, vectors @ self.examples.T, self.classes)
        return Told(scores=scores, none=self.gate.probabilities(features)[:, 1])


def _gate_features(scores: Matrix, nearness: Matrix, classes: tuple[str, ...]) -> Matrix:
    """(texts, 2): the log-odds of the classes that are no intents, and the cosine of the nearest example of any intent."""
    none = softmax(scores)[:, outside_classes(classes)].sum(axis=1)
    odds = np.log((none + 1e-4) / (1 - none + 1e-4))
    return np.column_stack([odds, 5 * nearness.max(axis=1)])
