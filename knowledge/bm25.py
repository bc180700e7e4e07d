"""Search by words: BM25 (bm25s) over stemmed English, held in memory; the title counts twice.

Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"; k1 1.5, b 0.75, the Lucene variant.
"""

import logging
from collections import Counter
from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

from knowledge.passages import Passage

Scores = NDArray[np.float32]


class Keywords:
    """The word index of some passages; one is built per audience, so that no word statistics cross between them."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        words = [_words(f"{passage.title} {passage.indexed()}") for passage in passages]
        self._bags = [frozenset(bag) for bag in words]
        self._holders = Counter(word for bag in self._bags for word in bag)
        self._bm25 = bm25s.BM25()
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # bm25s sets DEBUG for every program it is in
        self._empty = not any(words)
        if not self._empty:
            self._bm25.index(words, show_progress=False)

    def scores(self, query: str) -> Scores:
        """(passages,): BM25 of each in the order given, 0 where no word is shared."""
        words = _words(query)
        if self._empty or not words:
            return np.zeros(len(self._bags), np.float32)
        scores: Scores = self._bm25.get_scores(words)
        return scores

    def coverage(self, query: str, passage: int) -> float:
        """How much of the query's words the passage has, each weighted by its rarity here: 0..1, 0 for no words."""
        weights = {word: self._rarity(word) for word in set(_words(query))}
        total = sum(weights.values())
        held = sum(weight for word, weight in weights.items() if word in self._bags[passage])
        return held / total if total else 0.0

    def _rarity(self, word: str) -> float:
        holders = self._holders[word]
        return float(np.log1p((len(self._bags) - holders + 0.5) / (holders + 0.5)))


def _words(text: str) -> list[str]:
    stemmed = bm25s.tokenize(
        text, stopwords="en", stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False
    )
    return list(stemmed[0]) if stemmed else []
