"""Probabilities against outcomes: bins, the expected calibration error, and what a threshold would let through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.case import Case
from evals.messages.coverage import Coverage
from evals.messages.judge import Share
from evals.messages.sample import BANKING, BITEXT, Message, sample
from graph.deps import Classifier
from graph.triage.understanding import readable
from knowledge.embedder import Embedder
from knowledge.triage import IntentModel
from policy.company import Company
from tools.kit import Kit

Numbers = NDArray[np.float64]

BINS = 10
RESAMPLED, SEED = 1000, 7
EXAMPLES, CASES = "Examples of the playbooks, left out in turn", "Phrasings of the eval cases"
PARTS = 5
"""Of the examples, one is left out and told by a model of the others, and then the next."""
SETS = {BITEXT: "Bitext, customers of shops", BANKING: "Banking77, customers of banks"}
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The likeliest intent or move of a message, its probability, and whether it is the right one."""

    probability: float
    right: bool


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Guesses between two probabilities. `mean`: of their probabilities."""

    low: float
    high: float
    mean: float
    right: Share


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """Of one set of messages. `error`: the expected calibration error, with its 95 % interval."""

    name: str
    guesses: tuple[Guess, ...]
    bins: tuple[Bin, ...]
    error: float
    interval: tuple[float, float]

    @property
    def right(self) -> Share:
        return Share(hits=sum(guess.right for guess in self.guesses), total=len(self.guesses))

    def above(self, threshold: float) -> Share:
        """Of the guesses that are at least so likely, those that are right."""
        kept = [guess.right for guess in self.guesses if guess.probability >= threshold]
        return Share(hits=sum(kept), total=len(kept))


def reliability(name: str, guesses: Sequence[Guess]) -> Reliability:
    """The interval by 1,000 resamples of the messages, the same each time."""
    probabilities = np.array([guess.probability for guess in guesses])
    right = np.array([guess.right for guess in guesses], dtype=float)
    drawn = np.random.default_rng(SEED).integers(len(guesses), size=(RESAMPLED, len(guesses)))
    low, high = np.quantile([_error(probabilities[row], right[row]) for row in drawn], [0.025, 0.975])
    return Reliability(
        name=name,
        guesses=tuple(guesses),
        bins=tuple(_bins(guesses)),
        error=_error(probabilities, right),
        interval=(float(low), float(high)),
    )


def of_cases(cases: Sequence[Case], company: Company, kit: Kit, classifier: Classifier) -> list[Guess]:
    """Every phrasing of the cases in which one intent is right and nothing was said before."""
    single = [case for case in cases if len(case.expect.intents) == 1 and not case.before]
    said = [(text, case.expect.intents[0]) for case in single for text in case.phrasings]
    return [guess for text, intent in said for guess in _guessed(company, kit, classifier, text, {intent})]


def of_examples(company: Company, embedder: Embedder) -> list[Guess]:
    """Every example of an intent or move, by a model that has not seen it."""
    guesses: list[Guess] = []
    for part in range(PARTS):
        kept = {
            name: [text for place, text in enumerate(texts) if place % PARTS != part]
            for name, texts in company.examples.items()
        }
        model = IntentModel.fit(embedder, kept, company.moves["none"], company.signals, company.moves)
        left = [(text, name) for name, texts in company.examples.items() for text in texts[part::PARTS]]
        said = model.predict_many([text for text, _ in left])
        guesses += [
            Guess(probability=min(each.intents[0][1], 1.0), right=each.intents[0][0] == name)
            for each, (_, name) in zip(said, left, strict=True)
            if each.none < company.thresholds.none
        ]
    return guesses


def of_messages(
    data: Path, coverage: Coverage, company: Company, kit: Kit, classifier: Classifier
) -> dict[str, list[Guess]]:
    """By data set. Right is what the checked-in map of `python -m evals messages` says. Raises DataAbsent."""
    found: dict[str, list[Guess]] = {}
    for message in sample(data):
        right = _right(coverage, message)
        found.setdefault(SETS[message.source], []).extend(_guessed(company, kit, classifier, message.text, right))
    return found


def _right(coverage: Coverage, message: Message) -> set[str]:
    covered = coverage.intents[message.source][message.intent]
    return {*covered.playbooks, *covered.moves, *covered.also, *(() if covered.mapped else coverage.honest)}


def _guessed(company: Company, kit: Kit, classifier: Classifier, text: str, right: set[str]) -> Iterator[Guess]:
    """Nothing for a message that triage takes as nothing the company handles: then no probability is looked at."""
    said = classifier.predict(readable(kit, text))
    if said.none < company.thresholds.none:
        top, probability = said.intents[0]
        yield Guess(probability=min(probability, 1.0), right=top in right)


def _bins(guesses: Sequence[Guess]) -> Iterator[Bin]:
    """Of equal width; those with a guess in them."""
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        last = number == BINS - 1
        inside = [each for each in guesses if low <= each.probability < high or (last and each.probability == high)]
        if inside:
            mean = sum(each.probability for each in inside) / len(inside)
            share = Share(hits=sum(each.right for each in inside), total=len(inside))
            yield Bin(low=low, high=high, mean=mean, right=share)


def _error(probabilities: Numbers, right: Numbers) -> float:
    """How far probability and frequency are apart, averaged over the messages, bin by bin."""
    places = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    apart = np.bincount(places, weights=probabilities - right, minlength=BINS)
    return float(np.abs(apart).sum() / len(probabilities))
