"""A desk that learns: messages stream through triage, people correct what it is unsure of, corrections are learned.

Each round the desk triages a batch. What triage is sure of is handled; the rest a person gives its intent, and of what
was handled every SPOT-th is looked at too. Corrections become proposed examples; the regression gate and a reviewer let
them through or not; then triage learns again. "Sure" is the lowest probability from which 95 % were right among the
messages that people have looked at in the last WINDOW rounds, whatever they said of them being taken as true.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from evals.triage.read import Labelled
from knowledge.embedder import Embedder
from knowledge.regression import Examples, ProposedExample, StoredQuestion
from knowledge.sifting import sift
from knowledge.triage import IntentModel, Prediction

PRECISION = 0.95
SPOT, WINDOW = 10, 3
FIRST = 5
"""Examples of each intent at the beginning."""
STORED = 3
"""Stored questions of each intent, confirmed at the beginning."""
SEEN, ERRS = 0.1, 0.1
"""The reviewer sees this share of the suggestions, those that the gate finds the least likely, and errs in this share of
what is seen."""
WRONG = 0.2
"""The share of corrections that are wrong in a poisoned run."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """How a run is set up. `wrong`: the share of corrections that name another intent, drawn from all."""

    name: str
    wrong: float
    gate: bool
    reviewer: bool


DESKS = (
    Desk(name="honest corrections, gate and reviewer", wrong=0.0, gate=True, reviewer=True),
    Desk(name="20 % wrong, gate and reviewer", wrong=WRONG, gate=True, reviewer=True),
    Desk(name="20 % wrong, the gate alone", wrong=WRONG, gate=True, reviewer=False),
    Desk(name="20 % wrong, neither", wrong=WRONG, gate=False, reviewer=False),
)


@dataclass(frozen=True, kw_only=True)
class Material:
    """`begin`: examples from the beginning; `stored`: confirmed questions; `stream`: what customers write, in order;
    `held`: messages that nobody learns from, on which accuracy is taken."""

    begin: Examples
    stored: Sequence[StoredQuestion]
    stream: Sequence[Labelled]
    held: Sequence[Labelled]


@dataclass(frozen=True, kw_only=True)
class Round:
    """After `messages` of the stream. `accuracy`: on what is held back, by what was learned up to here. `handled`: the
    share of this batch; `precision`: of those, the right ones. `wrong`: of the examples learned here so far, the share
    whose intent is not the true one. `caught` of `poison`: wrong corrections kept out; `lost` of `sound`: right ones."""

    messages: int
    accuracy: float
    handled: float
    precision: float
    wrong: float
    caught: int
    poison: int
    lost: int
    sound: int


@dataclass
class _State:
    examples: dict[str, list[str]]
    looked: list[list[tuple[float, bool, int]]] = field(default_factory=list)
    learned: int = 0
    false: int = 0
    caught: int = 0
    poison: int = 0
    lost: int = 0
    sound: int = 0


def material(messages: Sequence[Labelled], held: int, most: int, seed: int) -> Material:
    """Shuffled once; the first of each intent are the beginning, then the stored questions, then what is held back."""
    order = np.random.default_rng(seed).permutation(len(messages))
    begin: dict[str, list[str]] = {}
    stored: dict[str, list[str]] = {}
    rest = []
    for message in (messages[place] for place in order):
        for kept, size in ((begin, FIRST), (stored, STORED)):
            if len(kept.setdefault(message.label, [])) < size:
                kept[message.label].append(message.text)
                break
        else:
            rest.append(message)
    questions = [(text, intent) for intent, texts in stored.items() for text in texts]
    return Material(
        begin=begin,
        stored=[StoredQuestion(id=str(n), text=text, intent=intent) for n, (text, intent) in enumerate(questions)],
        held=rest[:held],
        stream=rest[held : held + most],
    )


def run(embedder: Embedder, given: Material, desk: Desk, batch: int, seed: int) -> Iterator[Round]:
    """One round after another; the first is before anything was learned. The same seed gives the same run."""
    dealt = np.random.default_rng(seed)
    state = _State(examples={intent: [*texts] for intent, texts in given.begin.items()})
    model = _fit(embedder)(state.examples, ())
    yield _round(given, state, model, 0, np.empty(0, bool), np.empty(0, bool))
    for start in range(0, len(given.stream), batch):
        part = given.stream[start : start + batch]
        said = model.predict_many([message.text for message in part])
        sure = np.array([each.intents[0][1] for each in said])
        right = np.array([each.intents[0][0] == m.label for each, m in zip(said, part, strict=True)])
        handled = sure >= _threshold(state)
        corrected = _corrected(dealt, desk, given, part, handled)
        state.looked.append(_looked(said, handled, corrected))
        _learn(embedder, given, desk, dealt, state, part, {n: i for n, i in corrected.items() if not handled[n]})
        model = _fit(embedder)(state.examples, ())
        yield _round(given, state, model, start + len(part), handled, right)


def _fit(embedder: Embedder) -> Callable[[Examples, Sequence[str]], IntentModel]:
    return lambda examples, none: IntentModel.fit(embedder, examples, none, {})


def _threshold(state: _State) -> float:
    """Above 1 as long as nothing is known."""
    looked = [each for one in state.looked[-WINDOW:] for each in one]
    if not looked:
        return 2.0
    sure, right, weight = (np.array(column, dtype=float) for column in zip(*looked, strict=True))
    order = np.argsort(-sure, kind="stable")
    precision = np.cumsum((right * weight)[order]) / np.cumsum(weight[order])
    enough = np.flatnonzero(precision >= PRECISION)
    return float(sure[order][enough[-1]]) if len(enough) else 2.0


def _corrected(
    dealt: Generator, desk: Desk, given: Material, part: Sequence[Labelled], handled: NDArray[np.bool_]
) -> dict[int, str]:
    """What people say the intent is, by place in the batch: of what was not handled, and of every SPOT-th that was."""
    names = sorted(given.begin)
    spots = set(np.flatnonzero(handled)[::SPOT].tolist())
    corrected = {}
    for place, message in enumerate(part):
        wrong, other = dealt.random() < desk.wrong, names[int(dealt.integers(len(names)))]
        if not handled[place] or place in spots:
            corrected[place] = other if wrong else message.label
    return corrected


def _looked(
    said: Sequence[Prediction], handled: NDArray[np.bool_], corrected: dict[int, str]
) -> list[tuple[float, bool, int]]:
    """Probability, whether it is what the person says, and how many messages it stands for."""
    return [
        (said[place].intents[0][1], said[place].intents[0][0] == intent, SPOT if handled[place] else 1)
        for place, intent in corrected.items()
    ]


def _learn(
    embedder: Embedder,
    given: Material,
    desk: Desk,
    dealt: Generator,
    state: _State,
    part: Sequence[Labelled],
    corrected: dict[int, str],
) -> None:
    """Through the gate and the reviewer into the examples."""
    truth = {part[place].text: part[place].label for place in corrected}
    proposed = [ProposedExample(text=part[place].text, intent=intent) for place, intent in corrected.items()]
    kept: Sequence[ProposedExample] = proposed
    if desk.gate:
        kept = sift(_fit(embedder), embedder.embed, state.examples, (), given.stored, proposed).kept
    if desk.reviewer:
        seen = kept[: round(SEEN * len(proposed))]
        agreed = [each for each in seen if (truth[each.text] == each.intent) != (dealt.random() < ERRS)]
        kept = [*agreed, *kept[len(seen) :]]
    sound = [each for each in proposed if truth[each.text] == each.intent]
    right = sum(truth[each.text] == each.intent for each in kept)
    state.sound += len(sound)
    state.poison += len(proposed) - len(sound)
    state.lost += len(sound) - right
    state.caught += len(proposed) - len(sound) - (len(kept) - right)
    state.learned += len(kept)
    state.false += len(kept) - right
    for each in kept:
        state.examples[each.intent].append(each.text)


def _round(
    given: Material,
    state: _State,
    model: IntentModel,
    messages: int,
    handled: NDArray[np.bool_],
    right: NDArray[np.bool_],
) -> Round:
    said = model.predict_many([message.text for message in given.held])
    hits = [each.intents[0][0] == message.label for each, message in zip(said, given.held, strict=True)]
    done = right[handled]
    return Round(
        messages=messages,
        accuracy=float(np.mean(hits)),
        handled=float(np.mean(handled)) if len(handled) else 0.0,
        precision=float(done.mean()) if len(done) else 1.0,
        wrong=state.false / max(state.learned, 1),
        caught=state.caught,
        poison=state.poison,
        lost=state.lost,
        sound=state.sound,
    )
