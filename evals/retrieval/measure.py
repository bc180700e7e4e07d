"""How well search found what answers, and knew when nothing does: what each figure means, and its 95 % interval.

- Articles are ranked by their best passage, in the order of the hits.
- `recall_at_5`: of the gold articles of an answerable question, the share among the first five; the mean over them.
- `mrr_at_10`: 1 over the rank of the first gold article, 0 from rank 11 on; the mean over answerable questions.
- `abstain_auroc`: how often an answerable question has the higher `support`, of all pairs with one that is not.
- Intervals: of the means and of the AUROC by 1,000 resamples of the questions, the same each time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from evals.figures import Figure
from evals.reliability.measure import Guess
from evals.retrieval.read import Question
from knowledge.search import Found

Numbers = NDArray[np.float64]
Places = NDArray[np.int_]

RECALLED, RANKED = 5, 10
RESAMPLED, SEED = 1000, 7


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question and what came of it. `ranked`: article ids, best first; `ms`: how long it took."""

    question: Question
    ranked: tuple[str, ...]
    support: float
    ms: float

    @property
    def recall(self) -> float:
        gold = set(self.question.gold)
        return len(gold & set(self.ranked[:RECALLED])) / len(gold)

    @property
    def reciprocal(self) -> float:
        ranks = (rank for rank, name in enumerate(self.ranked[:RANKED], 1) if name in self.question.gold)
        return 1 / next(ranks, np.inf)

    @property
    def guess(self) -> Guess:
        """`support` against whether the first article answers."""
        return Guess(probability=self.support, right=bool(self.ranked) and self.ranked[0] in self.question.gold)


def asked(question: Question, found: Found, ms: float) -> Asked:
    articles = dict.fromkeys(hit.passage.article for hit in found.hits)
    return Asked(question=question, ranked=tuple(articles), support=found.support, ms=ms)


def figures(answers: Sequence[Asked]) -> Mapping[str, Figure]:
    inside = [each for each in answers if each.question.answerable]
    recall = np.array([each.recall for each in inside])
    reciprocal = np.array([each.reciprocal for each in inside])
    truth = np.array([each.question.answerable for each in answers])
    support = np.array([each.support for each in answers])
    return {
        "recall_at_5": _figure(len(inside), lambda rows: float(recall[rows].mean())),
        "mrr_at_10": _figure(len(inside), lambda rows: float(reciprocal[rows].mean())),
        "abstain_auroc": _figure(len(answers), lambda rows: _auroc(truth[rows], support[rows])),
    }


def milliseconds(answers: Sequence[Asked], share: float) -> float:
    return float(np.quantile([each.ms for each in answers], share))


def coverage(answers: Sequence[Asked]) -> tuple[Numbers, Numbers]:
    """With the questions answered from the best supported on: the share answered, and how many of those rightly."""
    order = np.argsort([-each.support for each in answers], kind="stable")
    right = np.array([answers[place].guess.right for place in order], dtype=float)
    counts = np.arange(1, len(right) + 1)
    return counts / len(right), np.cumsum(right) / counts


def _figure(count: int, figure: Callable[[Places], float | None]) -> Figure:
    value = figure(np.arange(count)) if count else None
    if value is None:
        return Figure(value=None, interval=None)
    draws = np.random.default_rng(SEED).integers(count, size=(RESAMPLED, count))
    told = [drawn for rows in draws if (drawn := figure(rows)) is not None]
    low, high = np.quantile(told, [0.025, 0.975])
    return Figure(value=value, interval=(float(low), float(high)))


def _auroc(truth: NDArray[np.bool_], support: Numbers) -> float | None:
    return float(roc_auc_score(truth, support)) if 0 < truth.sum() < len(truth) else None
