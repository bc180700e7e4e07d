"""What messages have in common: groups of messages about the same thing, and the words that name a group.

Average-linkage agglomerative clustering over the sentence model's vectors (scikit-learn): the same messages in the same order
always make the same groups, and none is forced into one.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

ALIKE = 0.55
"""Mean cosine between two groups from which they are one."""
MOST = 3000
"""Messages that are grouped at once: the distances take 8 bytes for each pair."""
_COMMON = frozenset(
    {"hi", "hello", "hey", "please", "thanks", "thank", "just", "want", "like", "need", "did", "does", "got"}
)
_NOT_NAMES = sorted(ENGLISH_STOP_WORDS | _COMMON)
_WORD = r"(?<!\[)\b[^\W\d_]{3,}\b(?!\])"
"""Words, but for what was redacted: `[email]`."""


def groups(vectors: NDArray[np.float32], *, alike: float = ALIKE) -> list[list[int]]:
    """Places of the texts that belong together, the largest group first; unit-length vectors, one row a text. Beyond MOST
    texts the last ones are left out."""
    count = min(len(vectors), MOST)
    if count < 2:
        return [[place] for place in range(count)]
    model = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - alike
    ).fit(vectors[:count].astype(np.float64))
    found: dict[int, list[int]] = {}
    for place, label in enumerate(model.labels_):
        found.setdefault(int(label), []).append(place)
    return sorted(found.values(), key=lambda each: (-len(each), each[0]))


def label(texts: Sequence[str], *, words: int = 3) -> str:
    """The words, or pairs of words, that most of these texts share, most shared first; the first text where they share
    none."""
    try:
        counter = CountVectorizer(ngram_range=(1, 2), stop_words=_NOT_NAMES, token_pattern=_WORD, binary=True)
        table = counter.fit_transform(texts)
    except ValueError:  # nothing but stop words
        return " ".join(texts[0].split()[:8]) if texts else ""
    shares = Counter(dict(zip(counter.get_feature_names_out(), np.asarray(table.sum(axis=0))[0].tolist(), strict=True)))
    ranked = sorted(shares, key=lambda term: (-shares[term], -len(term.split()), term))
    chosen: list[str] = []
    for term in ranked:
        if len(chosen) < words and not any(set(term.split()) & set(each.split()) for each in chosen):
            chosen.append(term)
    return ", ".join(chosen)


def central(vectors: NDArray[np.float32], places: Sequence[int]) -> int:
    """The text that is nearest to all others of its group."""
    among = vectors[list(places)]
    return places[int((among @ among.mean(axis=0)).argmax())]
