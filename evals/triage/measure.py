"""How well triage did on labelled messages: what each figure means, and its 95 % interval.

- A message counts as rejected where `none` is likelier than its likeliest intent. Where the test holds no message that
  is none of the intents, nothing can be rightly rejected, and the likeliest intent counts, with its probability among
  the intents alone.
- `accuracy`: of all test messages, those rightly rejected or given their intent.
- `ece`: the expected calibration error of that decision's probability, in ten bins of equal width (Guo et al. 2017).
- `in_scope_accuracy`: of the messages that have an intent, those whose likeliest intent it is, rejected or not.
- `oos_recall_at_5_reject`: of the others, those that are rejected at the threshold of `none` at which 5 % of the
  messages that have an intent are rejected.
- `oos_auroc`: how often a message that is none has the higher `none`, of all pairs with one that has an intent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from evals.figures import Figure
from evals.messages.judge import Share
from evals.triage.read import Labelled
from knowledge.triage import Prediction

Numbers = NDArray[np.float64]
Places = NDArray[np.int_]

BINS = 10
REJECTED = 0.05
RESAMPLED, SEED = 1000, 7


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One row a message. `right`: the decision; `sure`: its probability; `first`: the likeliest intent is the right one;
    `none`: how likely it is none; `inside`: it has an intent."""

    right: Numbers
    sure: Numbers
    first: Numbers
    none: Numbers
    inside: NDArray[np.bool_]

    def at(self, places: Places) -> "Outcome":
        return Outcome(
            right=self.right[places],
            sure=self.sure[places],
            first=self.first[places],
            none=self.none[places],
            inside=self.inside[places],
        )


def outcome(messages: Sequence[Labelled], predictions: Sequence[Prediction]) -> Outcome:
    """What became of each message."""
    open_set = any(not message.label for message in messages)
    rows = [_row(message, prediction, open_set) for message, prediction in zip(messages, predictions, strict=True)]
    right, sure, first, none = np.array(rows, dtype=float).T
    return Outcome(
        right=right, sure=sure, first=first, none=none, inside=np.array([bool(message.label) for message in messages])
    )


def _row(message: Labelled, prediction: Prediction, open_set: bool) -> tuple[bool, float, bool, float]:
    top, probability = prediction.intents[0]
    first = top == message.label
    if not open_set:
        return first, probability / max(1 - prediction.none, 1e-9), first, prediction.none
    rejected = prediction.none > probability
    right = not message.label if rejected else first
    return right, max(prediction.none, probability), first, prediction.none


def figures(found: Outcome) -> Mapping[str, Figure]:
    """By the name that `--json` writes; shares with Wilson's interval, the others with a bootstrap's."""
    return {
        "accuracy": _share(found.right),
        "ece": _resampled(found, error, both=False),
        "in_scope_accuracy": _share(found.first[found.inside]),
        "oos_recall_at_5_reject": _resampled(found, recall_at_reject, both=True),
        "oos_auroc": _resampled(found, auroc, both=True),
    }


def error(found: Outcome) -> float:
    """The expected calibration error."""
    place = np.minimum((found.sure * BINS).astype(int), BINS - 1)
    apart = np.bincount(place, weights=found.right - found.sure, minlength=BINS)
    return float(np.abs(apart).sum() / len(place))


def recall_at_reject(found: Outcome) -> float:
    threshold = np.quantile(found.none[found.inside], 1 - REJECTED)
    return float((found.none[~found.inside] > threshold).mean())


def auroc(found: Outcome) -> float:
    return float(roc_auc_score(~found.inside, found.none))


def coverage(found: Outcome) -> tuple[Numbers, Numbers]:
    """The surest messages first: the share of all that is handled, and how many of those are right."""
    order = np.argsort(-found.sure, kind="stable")
    count = np.arange(1, len(order) + 1)
    return count / len(order), np.cumsum(found.right[order]) / count


def handled_at(found: Outcome, precision: float) -> float:
    """The largest share of messages, the surest first, of which so many are right."""
    share, right = coverage(found)
    enough = np.flatnonzero(right >= precision)
    return float(share[enough[-1]]) if len(enough) else 0.0


def _share(hits: Numbers) -> Figure:
    if not len(hits):
        return Figure(value=None, interval=None)
    share = Share(hits=int(hits.sum()), total=len(hits))
    return Figure(value=share.value, interval=share.interval)


def _resampled(found: Outcome, measure: Callable[[Outcome], float], *, both: bool) -> Figure:
    """`both`: needs messages of either kind, each kind resampled by itself."""
    kinds = [np.flatnonzero(found.inside), np.flatnonzero(~found.inside)]
    if both and not all(len(kind) for kind in kinds):
        return Figure(value=None, interval=None)
    dealt = np.random.default_rng(SEED)
    values = [
        measure(found.at(np.concatenate([dealt.choice(kind, len(kind)) for kind in kinds if len(kind)])))
        for _ in range(RESAMPLED)
    ]
    low, high = np.quantile(values, [0.025, 0.975])
    return Figure(value=measure(found), interval=(float(low), float(high)))
