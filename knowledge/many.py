"""What a message is about, told from many examples: by the nearest ones (`local.py`), calibrated on themselves.

A temperature makes scores probabilities, a line through their log-odds makes the first one as frequent as it says (Platt
1999), and a gate of two features says how likely the message is none of the intents. All are fitted on what the examples say of a sample of themselves: each without itself, and each without its whole
intent, as if the company had never heard of it. That is what a request looks like that sounds like the company's others
and is none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from knowledge.local import Local, Near
from knowledge.softmax import Classifier, Labels, Matrix, best_temperature, softmax
from knowledge.teller import Told, outside_classes
from knowledge.words import Counted, Rarity

SAMPLE = 600
"""Examples that the calibrations are fitted on, dealt evenly over all."""
STRANGERS = 0.2
"""The share of messages that are none, as far as nothing is known of a company's customers."""
LEAST = 1e-6
"""What is left of doubt, and of hope."""
SHARP = 50.0
"""Scores lie between 0 and 1: what brings them into the range of temperatures that is searched."""


@dataclass(frozen=True, kw_only=True)
class Many:
    """`classes` are intents and topics, in alphabetical order."""

    classes: tuple[str, ...]
    local: Local
    rarity: Rarity
    counted: Counted
    temperature: float
    first: Classifier
    gate: Classifier

    @classmethod
    def fit(cls, counted: Counted, texts: Sequence[str], vectors: Matrix, names: Labels) -> Self:
        """`counted` remembers the words of `texts` for the next fit."""
        counts = counted.of(texts, keep=True)
        rarity = Rarity(counts)
        classes = np.unique(names)
        local = Local(
            sentences=vectors.astype(np.float32),
            words=rarity.fold(counts),
            places=np.searchsorted(classes, names),
            classes=len(classes),
        )
        outside = outside_classes(classes.tolist())
        temperature, first, gate = _calibrated(local, outside)
        return cls(
            classes=tuple(map(str, classes)),
            local=local,
            rarity=rarity,
            counted=counted,
            temperature=temperature,
            first=first,
            gate=gate,
        )

    def tell(self, texts: Sequence[str], vectors: Matrix) -> Told:
        near = self.local.near(vectors.astype(np.float32), self.rarity.fold(self.counted.of(texts)))
        outside = outside_classes(self.classes)
        none = self.gate.probabilities(_features(near, outside))[:, 1]
        scores = _scores(near) / self.temperature
        scores[:, ~outside] = self._as_frequent(scores[:, ~outside])
        return Told(scores=scores, none=none)

    def _as_frequent(self, scores: Matrix) -> Matrix:
        """The first intent with the probability that it is right, the others sharing the rest as before. It stays first,
        and what the intents have together stays what it was."""
        if scores.shape[1] < 2:
            return scores
        shares = softmax(scores)
        rows, best = np.arange(len(shares)), shares.argmax(axis=1)
        top, second = shares[rows, best], np.sort(shares, axis=1)[:, -2]
        sure = self.first.probabilities(_odds(top))[:, 1]
        sure = np.clip(np.maximum(sure, second / (1 - top + second) + LEAST), LEAST, 1 - LEAST)
        shares *= ((1 - sure) / np.maximum(1 - top, LEAST))[:, None]
        shares[rows, best] = sure
        peak = scores.max(axis=1, keepdims=True)
        together = peak + np.log(np.exp(scores - peak).sum(axis=1, keepdims=True))
        frequent: Matrix = np.log(shares + LEAST**2) + together
        return frequent


def _calibrated(local: Local, outside: NDArray[np.bool_]) -> tuple[float, Classifier, Classifier]:
    """The temperature of the intents, the line for the first one, and the gate."""
    strange = outside[local.places]
    asked = _dealt(np.flatnonzero(~strange), SAMPLE)
    others = _dealt(np.flatnonzero(strange), SAMPLE // 3)
    alone = _near(local, asked, whole=False)
    scores, known = _scores(alone)[:, ~outside], np.flatnonzero(~outside)
    truth = np.searchsorted(known, local.places[asked])
    temperature = best_temperature(scores, truth)
    first = _line(softmax(scores / temperature), truth)
    unknown = _dealt(asked, SAMPLE // 2)
    seen = [alone, _near(local, unknown, whole=True), *(_near(local, others, whole=each) for each in (False, True))]
    features = np.vstack([_features(near, outside) for near in seen])
    answers = np.array(["intent"] * len(asked) + ["none"] * (len(unknown) + 2 * len(others)))
    return temperature, first, _as_common(Classifier.logistic(features, answers, strength=1.0))


def _line(shares: Matrix, truth: NDArray[np.int_]) -> Classifier:
    """From the log-odds of the first intent to the probability that it is right. Two examples that nobody gave, one right
    and one wrong, keep it from certainty where all are right, or all wrong."""
    right = np.where(shares.argmax(axis=1) == truth, "right", "a wrong")
    odds = np.vstack([_odds(shares.max(axis=1)), _odds(np.array([0.5, 0.5]))])
    return Classifier.logistic(odds, np.array([*right, "a wrong", "right"]), balanced=False)


def _odds(shares: Matrix) -> Matrix:
    held = np.clip(shares, LEAST, 1 - LEAST)
    return np.log(held / (1 - held))[:, None]


def _scores(near: Near) -> Matrix:
    return SHARP * near.scores.astype(np.float64)


def _as_common(gate: Classifier) -> Classifier:
    """Logistic regression took both answers for equally likely."""
    odds = np.array([0.0, np.log(STRANGERS / (1 - STRANGERS))])
    return Classifier(classes=gate.classes, weights=gate.weights, bias=gate.bias + odds)


def _dealt(places: NDArray[np.int_], most: int) -> NDArray[np.int_]:
    """So many of these, evenly apart."""
    chosen = np.linspace(0, len(places) - 1, min(most, len(places)))
    return places[np.unique(chosen.astype(int))] if len(places) else places


def _near(local: Local, chosen: NDArray[np.int_], *, whole: bool) -> Near:
    """What the others say of these examples; `whole`: the others of other classes."""
    if whole:
        without = local.places[chosen][:, None] == local.places[None, :]
    else:
        without = chosen[:, None] == np.arange(len(local.places))[None, :]
    return local.near(local.sentences[chosen], local.words[chosen], without)


def _features(near: Near, outside: NDArray[np.bool_]) -> Matrix:
    """(texts, 2): how far the message is one of the intents', and the score of all topics together. The first is twice
    the best score of an intent and once what is explained: on messages of other intents of the same trade, on which
    weights cannot be fitted, that is as good as the best weights (BANKING77-OOS and CLINC150, validation parts). Ten times
    their size, which spares the regression its penalty."""
    best = near.scores[:, ~outside].max(axis=1)
    columns = [(2 * best + near.known) / 3, near.scores[:, outside].sum(axis=1)]
    return 10 * np.column_stack(columns).astype(np.float64)
