"""What the two ways of telling intents share: the one for few examples (`few.py`) and the one for many (`many.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.softmax import Matrix

NONE = "\x00"
"""What the names of the topics begin with that are nobody's request here; no file can name an intent so."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """`scores` (texts, classes): log-probabilities up to a constant. `none` (texts,): how likely each is no intent."""

    scores: Matrix
    none: Matrix


class Teller(Protocol):
    """A fitted way of telling intents. `classes` in alphabetical order."""

    @property
    def classes(self) -> tuple[str, ...]: ...
    def tell(self, texts: Sequence[str], vectors: Matrix) -> Told: ...


def outside_classes(classes: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([name.startswith(NONE) for name in classes])
