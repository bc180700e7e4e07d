"""What a message is about, told from the examples nearest to it: for many examples.

Kernel ridge regression on the intents, fitted for each message on its NEIGHBOURS alone (local learning, Bottou and
Vapnik 1992). It is as right as one fitted on all ten thousand examples at once, which would take ten times as long as a
refit may; this one has nothing to fit. The kernel is a bell curve over the sentence vectors plus the likeness of the
words.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.int_]

NEIGHBOURS = 100
NARROW = 1.0
"""Of the bell curve: exp(-NARROW x distance squared)."""
WORDS = 0.3
"""How much the likeness of the words counts beside that of the sentences."""
RIDGE = 0.1
AT_ONCE = 64
"""Messages solved together: bounds the memory of a pass."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """One row a message. `scores` (messages, classes): about 1 for the class it is surely of, 0 for the others; classes
    that no neighbour has score 0. `known`: how much of the message the neighbours explain, 0 for one unlike anything,
    about 1 for a copy. `nearest`: the likeness of the nearest example."""

    scores: Floats
    known: Floats
    nearest: Floats


@dataclass(frozen=True, kw_only=True)
class Local:
    """`sentences` (examples, 384) and `words` (examples, words.WIDTH); `places` is each example's class."""

    sentences: Floats
    words: Floats
    places: Places
    classes: int

    def near(self, sentences: Floats, words: Floats, without: NDArray[np.bool_] | None = None) -> Near:
        """Of these messages. `without` (messages, examples): examples that are not to be looked at."""
        parts = [
            self._near(sentences[start : start + AT_ONCE], words[start : start + AT_ONCE], _rows(without, start))
            for start in range(0, len(sentences), AT_ONCE)
        ]
        if not parts:
            parts = [Near(scores=np.empty((0, self.classes), np.float32), known=_NOTHING, nearest=_NOTHING)]
        return Near(
            scores=np.concatenate([part.scores for part in parts]),
            known=np.concatenate([part.known for part in parts]),
            nearest=np.concatenate([part.nearest for part in parts]),
        )

    def _near(self, sentences: Floats, words: Floats, without: NDArray[np.bool_] | None) -> Near:
        likeness = sentences @ self.sentences.T
        likeness += np.float32(WORDS) * (words @ self.words.T)
        if without is not None:
            likeness[without] = -np.inf
        count = min(NEIGHBOURS, likeness.shape[1])
        chosen = np.sort(np.argpartition(-likeness, count - 1, axis=1)[:, :count], axis=1)
        told, said = self.sentences[chosen], self.words[chosen]
        among = _bell(told @ told.transpose(0, 2, 1)) + np.float32(WORDS) * (said @ said.transpose(0, 2, 1))
        among[:, np.arange(count), np.arange(count)] += np.float32(RIDGE)
        beside = _bell((told @ sentences[:, :, None])[:, :, 0]) + WORDS * (said @ words[:, :, None])[:, :, 0]
        weights = np.linalg.solve(among.astype(np.float64), beside[:, :, None].astype(np.float64))[:, :, 0]
        weights[~np.isfinite(np.take_along_axis(likeness, chosen, axis=1))] = 0.0
        scores = np.zeros((len(sentences), self.classes), np.float32)
        np.add.at(scores, (np.arange(len(sentences))[:, None], self.places[chosen]), weights.astype(np.float32))
        itself = 1 + WORDS * (words * words).sum(axis=1)
        return Near(
            scores=scores,
            known=((weights * beside).sum(axis=1) / itself).astype(np.float32),
            nearest=(likeness.max(axis=1) / itself).astype(np.float32),
        )


_NOTHING = np.empty(0, np.float32)


def _bell(cosines: Floats) -> Floats:
    """Of unit vectors: their distance squared is 2 - 2 cosines."""
    curve: Floats = np.exp(np.float32(2 * NARROW) * (cosines - np.float32(1)))
    return curve


def _rows(without: NDArray[np.bool_] | None, start: int) -> NDArray[np.bool_] | None:
    return None if without is None else without[start : start + AT_ONCE]
