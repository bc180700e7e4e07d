"""Whether what became of a message is right, and the shares over many."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from evals.messages.coverage import Coverage, Covered
from evals.messages.send import FAILED, HUNG, Sent

Verdict = Literal["right", "wrong", "careful", "as_if_known"]
UNSURE = {"low_confidence", "nothing_like_it"}
"""Reasons for a handoff before the playbook that triage chose was followed."""
SEARCHED = "article"
"""What is reached when nothing was recognised and an article answered."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """`hits` of `total`."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson (1927)."""
        if not self.total:
            return 0.0, 1.0
        n, p, z = self.total, self.value, 1.959964
        middle, spread = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)
        return max(0.0, min(low, p)), min(1.0, max(high, p))  # where floats round, it still holds what was found


@dataclass(frozen=True, kw_only=True)
class Judged:
    """`mapped`: the map says that something of the company covers the message."""

    sent: Sent
    mapped: bool
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Figures:
    """`reached`: mapped messages that came to the right place. `as_if_known`: the others that were answered all the same."""

    reached: Share
    as_if_known: Share
    hung: int
    errors: int


def judge(coverage: Coverage, sent: Sent) -> Judged:
    covered = coverage.intents[sent.message.source][sent.message.intent]
    verdict = _mapped(covered, sent) if covered.mapped else _unmapped(covered, coverage.honest, sent)
    return Judged(sent=sent, mapped=covered.mapped, verdict=verdict)


def reached(sent: Sent) -> set[str]:
    """The playbooks followed, else the move, else that an article answered; empty when a person got it unrecognised."""
    if sent.outcome in (HUNG, FAILED) or sent.reason in UNSURE:
        return set()
    if sent.playbooks:
        return set(sent.playbooks)
    return {sent.move} if sent.move else {SEARCHED} if sent.articles else set()


def _mapped(covered: Covered, sent: Sent) -> Verdict:
    """Nothing but what is right was reached; one playbook too many is wrong."""
    places = reached(sent)
    if places == {SEARCHED}:
        return "right" if set(sent.articles) <= set(covered.articles) else "wrong"
    return "right" if places and places <= {*covered.playbooks, *covered.moves, *covered.also} else "wrong"


def _unmapped(covered: Covered, honest: Iterable[str], sent: Sent) -> Verdict:
    """Careful: a person got it, or the company said that it does not do that, or the article cited does answer. A
    question of a playbook's ("which order is it?") takes the message for something it is not, and so counts as an answer.
    """
    if sent.outcome in ("handed_over", HUNG, FAILED):
        return "careful"
    places = set(sent.playbooks) or ({sent.move} if sent.move else set())
    if places:
        return "careful" if places <= {*honest, *covered.also} else "as_if_known"
    return "careful" if set(sent.articles) <= set(covered.articles) else "as_if_known"


def figures(judged: Sequence[Judged], which: Callable[[Judged], bool] = lambda _: True) -> Figures:
    chosen = [each for each in judged if which(each)]
    mapped = [each.verdict == "right" for each in chosen if each.mapped]
    unmapped = [each.verdict == "as_if_known" for each in chosen if not each.mapped]
    return Figures(
        reached=Share(hits=sum(mapped), total=len(mapped)),
        as_if_known=Share(hits=sum(unmapped), total=len(unmapped)),
        hung=sum(each.sent.outcome == HUNG for each in chosen),
        errors=sum(each.sent.outcome == FAILED for each in chosen),
    )
