"""What a message says word by word: words in ones and twos and groups of two to five letters, weighed by how rare they
are, folded into a short vector (Weinberger et al. 2009, arXiv:0902.2206). The sentence model knows what is meant; this
knows what is written: names, numbers' units, spellings. Of texts that are learned from, the counts are remembered.
"""

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer

Floats = NDArray[np.float32]
Kind = tuple[NDArray[np.int32], Floats]
"""Places and damped counts."""
Counts = tuple[Kind, Kind]
"""Of words, and of letter groups."""

SPACE = 2**20
"""Places before the folding."""
WIDTH = 512
"""Places after it. Twice as many are no better on Banking77."""
KEPT = 32_768
"""Texts whose counts are remembered: 60 MB of short messages."""

_WORDS = HashingVectorizer(
    analyzer="word",
    ngram_range=(1, 2),
    n_features=SPACE,
    alternate_sign=False,
    norm=None,
    dtype=np.float32,
)
_LETTERS = HashingVectorizer(
    analyzer="char_wb", ngram_range=(2, 5), n_features=SPACE, alternate_sign=False, norm=None, dtype=np.float32
)
LONGEST = 2000
"""Characters that are read."""


_NO_PLACES, _NO_COUNTS = np.empty(0, np.int32), np.empty(0, np.float32)


class Counted:
    """Remembers the counts of texts. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: dict[str, Counts] = {}
        self._lock = Lock()

    def of(self, texts: Sequence[str], *, keep: bool = False) -> list[Counts]:
        """`keep`: they are learned from, and will be asked for again."""
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        found.update(zip(missing, _counts(missing), strict=True))
        if keep:
            with self._lock:
                self._kept.update((text, found[text]) for text in missing)
                for text in list(self._kept)[: max(len(self._kept) - KEPT, 0)]:
                    del self._kept[text]
        return [found[text] for text in texts]


class Rarity:
    """How much each word and letter group says, learned from a set of texts."""

    def __init__(self, counts: Sequence[Counts]) -> None:
        self._weights = [_weights([each[kind][0] for each in counts]) for kind in range(2)]

    def fold(self, counts: Sequence[Counts]) -> Floats:
        """(texts, WIDTH): words and letter groups, each of unit length before they are added."""
        folded = np.zeros((len(counts), WIDTH), np.float32)
        for kind, weights in enumerate(self._weights):
            rows = np.repeat(np.arange(len(counts)), [len(each[kind][0]) for each in counts])
            places = np.concatenate([_NO_PLACES, *(each[kind][0] for each in counts)])
            values = np.concatenate([_NO_COUNTS, *(each[kind][1] for each in counts)]) * weights[places]
            lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(counts))) + 1e-9
            into, signs = _folded(places, kind)
            flat = np.bincount(rows * WIDTH + into, weights=signs * values / lengths[rows], minlength=folded.size)
            folded += flat.reshape(folded.shape).astype(np.float32)
        return folded


def _counts(texts: Sequence[str]) -> list[Counts]:
    if not texts:
        return []
    short = [text[:LONGEST] for text in texts]
    words, letters = _WORDS.transform(short), _LETTERS.transform(short)
    return [(_row(words, place), _row(letters, place)) for place in range(len(texts))]


def _row(table: csr_matrix, place: int) -> Kind:
    inside = slice(table.indptr[place], table.indptr[place + 1])
    return table.indices[inside].astype(np.int32), (1 + np.log(table.data[inside])).astype(np.float32)


def _weights(places: Sequence[NDArray[np.int32]]) -> Floats:
    """The inverse document frequency of every place, smoothed as scikit-learn does."""
    seen = np.bincount(np.concatenate([_NO_PLACES, *places]), minlength=SPACE)
    weights: Floats = (np.log((1 + len(places)) / (1 + seen)) + 1).astype(np.float32)
    return weights


def _folded(places: NDArray[np.int32], kind: int) -> tuple[NDArray[np.int64], Floats]:
    """Where each place goes and with which sign: a fixed mixing of its bits."""
    mixed = (places.astype(np.uint64) * np.uint64(2654435761) + np.uint64(kind + 1)) % np.uint64(2**32)
    signs = np.where(mixed & np.uint64(1), np.float32(1), np.float32(-1)).astype(np.float32)
    return ((mixed >> np.uint64(8)) % np.uint64(WIDTH)).astype(np.int64), signs
