"""Many proposed examples at once: which of them may be learned together, by the regression gate (`regression.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.regression import (
    NOT_FIXED,
    Embed,
    Examples,
    Fit,
    ProposedExample,
    Reason,
    StoredQuestion,
    blamed_for,
    chance_of,
    changed_by,
    joined_with,
    reason_against,
    said_of,
    suspicions_of,
    understood_as,
)

TRIES = 5
"""Fits before a set of proposals is given up."""


@dataclass(frozen=True, kw_only=True)
class Sifted:
    """Of many proposals. `kept` do no harm together, the least likely first; `refused` says why of the others."""

    kept: tuple[ProposedExample, ...]
    refused: tuple[Reason, ...]


def sift(
    fit: Fit,
    embed: Embed,
    examples: Examples,
    none: Sequence[str],
    questions: Sequence[StoredQuestion],
    proposed: Sequence[ProposedExample],
    *,
    threshold: float = 0.5,
) -> Sifted:
    """What of this may be learned at once. An example that makes a stored question worse is taken out and the rest tried
    again; where that does not end within TRIES, nothing is kept. The order is the one in which a person with little time
    had best look at them."""
    before = fit(examples, none)
    refused = [*suspicions_of(before, embed, examples, none, proposed)]
    kept = _without(proposed, refused)
    for _ in range(TRIES):
        after = fit(*joined_with(examples, none, kept))
        now = understood_as(after, [each.source or each.text for each in kept], threshold)
        found = [
            reason_against("not_fixed", each, NOT_FIXED)
            for each, intent in zip(kept, now, strict=True)
            if intent != each.intent
        ]
        found += [blamed_for(embed, kept, each) for each in changed_by(before, after, questions, threshold)[0] if kept]
        refused += found
        if not found:
            chances = [chance_of(p, each.intent) for p, each in zip(said_of(before, kept), kept, strict=True)]
            return Sifted(kept=tuple(kept[i] for i in np.argsort(chances, kind="stable")), refused=tuple(refused))
        kept = _without(kept, found)
    left = [reason_against("made_worse", each, "with the others it makes stored questions worse") for each in kept]
    return Sifted(kept=(), refused=(*refused, *left))


def _without(proposed: Sequence[ProposedExample], refused: Sequence[Reason]) -> list[ProposedExample]:
    gone = {reason.example for reason in refused}
    return [each for each in proposed if each.text not in gone]
