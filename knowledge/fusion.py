"""Which candidate comes first, and whether it answers at all.

The order is a weighted sum of z-scores over the candidates. Weights and features were chosen by 5-fold cross-validation on
the questions of WixQA and TechQA (docs/decisions/0025-search-chosen-by-validation.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.bm25 import Keywords
from knowledge.passages import Passage

OTHERS = 5
EVIDENCE, INTERCEPT = np.array([4.57, 5.61, 2.66, 0.33]), -5.14
"""Of the logistic regression behind `support`, in the order of `evidence`."""
WEIGHTS = {"cosine": 1.0, "words": 0.5, "second": 0.5, "article": 0.5, "title": 0.25}
"""`second`: the cosine of the article's next best passage, for an article that speaks of it twice is about it."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What is known of one audience in one language: its passages in the order of the word index; `places` by vector;
    `lengths`: passages by article."""

    audience: str
    language: str
    passages: Sequence[Passage]
    keys: Sequence[str]
    places: Mapping[str, int]
    keywords: Keywords
    lengths: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """`words`: BM25 of the passage, of its article and of its title."""

    shelf: Shelf
    place: int
    cosine: float
    words: NDArray[np.float32]

    @property
    def passage(self) -> Passage:
        return self.shelf.passages[self.place]


def fused(candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """(candidates,): the higher the better; it means nothing across queries."""
    cosine = np.array([each.cosine for each in candidates])
    words, article, title = np.array([each.words for each in candidates], np.float64).T
    told = {"cosine": cosine, "words": words, "second": _second(candidates), "article": article, "title": title}
    scores: NDArray[np.float64] = np.sum([weight * _standard(told[name]) for name, weight in WEIGHTS.items()], axis=0)
    return scores


def _second(candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """The cosine of the next best passage of each one's article: the best's own where it has one passage, and no more
    than the least of all where the others are no candidates."""
    cosines: dict[str, list[float]] = {}
    for each in candidates:
        cosines.setdefault(each.passage.article, []).append(each.cosine)
    least = min(each.cosine for each in candidates)
    found = {name: sorted(values, reverse=True) for name, values in cosines.items()}
    return np.array([_next(found[each.passage.article], each, least) for each in candidates])


def _next(cosines: Sequence[float], candidate: Candidate, least: float) -> float:
    if len(cosines) > 1:
        return cosines[1]
    alone = candidate.shelf.lengths[candidate.passage.article] == 1
    return cosines[0] if alone else least


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    standard: NDArray[np.float64] = (values - values.mean()) / (values.std() + 1e-9)
    return standard


def best(words: NDArray[np.float32], most: int) -> list[int]:
    """The places of so many that share words with the query, best first."""
    some = np.arange(len(words))
    if len(words) > most:
        least = np.partition(words, -most)[-most]
        some = np.flatnonzero(words >= max(least, np.finfo(np.float32).tiny))
    ordered = some[np.argsort(-words[some], kind="stable")][:most]
    return [int(place) for place in ordered if words[place] > 0]


def evidence(query: str, candidates: Sequence[Candidate], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4,): what speaks for the best candidate: its cosine, and how far it stands above what the five best other articles
    have to offer, in cosine, in BM25 of the whole article for each unit of the query's rarity, and in the fused score."""
    place = int(np.argmax(scores))
    best = candidates[place]
    words = np.array([each.words[1] for each in candidates], np.float64)
    weight = best.shelf.keywords.weight(query)
    return np.array(
        [
            best.cosine,
            _above(np.array([each.cosine for each in candidates]), place, candidates),
            _above(words, place, candidates) / weight if weight else 0.0,
            _above(scores, place, candidates),
        ]
    )


def _above(values: NDArray[np.float64], best: int, candidates: Sequence[Candidate]) -> float:
    """The best's value less the mean of the highest of each of the OTHERS other articles; a lone article stands above
    nothing."""
    highest: dict[str, float] = {}
    for value, candidate in zip(values.tolist(), candidates, strict=True):
        article = candidate.passage.article
        highest[article] = max(value, highest.get(article, value))
    highest.pop(candidates[best].passage.article)
    others = sorted(highest.values(), reverse=True)[:OTHERS]
    return float(values[best] - np.mean(others)) if others else 0.0


def support(query: str, candidates: Sequence[Candidate], scores: NDArray[np.float64]) -> float:
    """Logistic in the evidence.

    Fitted offline (scikit-learn LogisticRegression, C=10) on the development questions of WixQA and TechQA against help
    centres of 15 articles to all of them, with the gold articles there, partly there and left out; the label is whether
    the best passage is of a gold article. By 5-fold cross-validation over questions: AUROC 0.85 between TechQA's
    answerable and unanswerable ones (0.79 with what was fitted before), expected calibration error 0.02.
    """
    told = float(evidence(query, candidates, scores) @ EVIDENCE) + INTERCEPT
    return float(1 / (1 + np.exp(-told)))
