"""Which examples the intent model would take for something else, had it not learned them; and which are nearly the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.embedder import Embedder
from knowledge.softmax import best_temperature, folds, softmax, unseen_scores

NEAR = 0.93
"""Cosine from which two examples say the same in almost the same words."""
CLEAR = 0.5
"""Probability from which the model is taken to be sure of the wrong intent."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """An example that, unseen, is taken for another intent with this probability."""

    text: str
    intent: str
    other: str
    probability: float


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Two examples of different intents with this cosine."""

    first: str
    intent: str
    second: str
    other: str
    likeness: float


def confusions(embedder: Embedder, examples: Mapping[str, Sequence[str]]) -> tuple[list[Taken], list[Twins]]:
    """By cross-validation, as the model itself is calibrated: each example is judged by a model that has not seen it."""
    texts = [text for sentences in examples.values() for text in sentences]
    names = np.array([intent for intent, sentences in examples.items() for _ in sentences])
    vectors = embedder.embed(texts).astype(np.float64)
    classes = np.unique(names)
    unseen = unseen_scores(vectors, names, folds(names.tolist()))
    shares = softmax(unseen / best_temperature(unseen, np.searchsorted(classes, names)))
    best = [str(classes[place]) for place in shares.argmax(axis=1)]
    taken = [
        Taken(text=text, intent=str(name), other=other, probability=float(row.max()))
        for text, name, other, row in zip(texts, names, best, shares, strict=True)
        if other != name and row.max() >= CLEAR
    ]
    likeness = np.triu(vectors @ vectors.T, k=1)
    pairs = [(i, j) for i, j in np.argwhere(likeness >= NEAR).tolist() if names[i] != names[j]]
    twins = [
        Twins(
            first=texts[i], intent=str(names[i]), second=texts[j], other=str(names[j]), likeness=float(likeness[i, j])
        )
        for i, j in pairs
    ]
    return taken, twins
