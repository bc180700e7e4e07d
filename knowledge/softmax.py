"""Multinomial logistic regression over sentence vectors, with probabilities that mean what they say.

Few examples make a classifier sure of itself in the wrong measure, so one temperature (Guo et al. 2017,
arXiv:1706.04599) is fitted on scores that each example got from models that had not seen it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Matrix = NDArray[np.float64]
Labels = NDArray[np.str_]

FOLDS = 4
STRENGTH = 10.0
TEMPERATURES = np.geomspace(0.1, 3.0, 40)


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """`weights` (classes, features), `bias` (classes,); at least two classes, in alphabetical order."""

    classes: tuple[str, ...]
    weights: Matrix
    bias: Matrix
    temperature: float = 1.0

    @classmethod
    def fit(cls, vectors: Matrix, labels: Labels, *, strength: float = STRENGTH) -> Self:
        """Classes weigh the same however many examples they have."""
        # newton-cg: L-BFGS spends ten times as long here waiting for BLAS threads.
        model = LogisticRegression(C=strength, class_weight="balanced", solver="newton-cg").fit(vectors, labels)
        weights, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:
            weights, bias = np.vstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
        return cls(classes=tuple(str(name) for name in model.classes_), weights=weights, bias=bias)

    def scores(self, vectors: Matrix) -> Matrix:
        """(texts, classes): unnormalised log-probabilities at the temperature."""
        scores: Matrix = (vectors @ self.weights.T + self.bias) / self.temperature
        return scores

    def probabilities(self, vectors: Matrix) -> Matrix:
        """(texts, classes), rows sum to 1."""
        return softmax(self.scores(vectors))


def softmax(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares


def folds(labels: Sequence[str]) -> NDArray[np.int_]:
    """The fold of each example: every class is dealt out evenly, in the order given, so a fit repeats exactly."""
    dealt: Counter[str] = Counter()
    result = np.empty(len(labels), int)
    for place, label in enumerate(labels):
        result[place] = dealt[label] % FOLDS
        dealt[label] += 1
    return result


def unseen_scores(vectors: Matrix, labels: Labels, fold: NDArray[np.int_]) -> Matrix:
    """(texts, classes) at temperature 1: each example scored by a model fitted without its fold."""
    scores = np.empty((len(labels), len(set(labels.tolist()))))
    for held in range(FOLDS):
        out = fold == held
        scores[out] = Classifier.fit(vectors[~out], labels[~out]).scores(vectors[out])
    return scores


def best_temperature(scores: Matrix, truth: NDArray[np.int_]) -> float:
    """The temperature under which unseen examples are least surprising (mean log loss)."""
    losses = [_loss(scores / temperature, truth) for temperature in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _loss(scores: Matrix, truth: NDArray[np.int_]) -> float:
    return float(-np.log(softmax(scores)[np.arange(len(truth)), truth] + 1e-12).mean())
