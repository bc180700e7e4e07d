"""docs/reliability.md, written from a run."""

from collections.abc import Iterator, Sequence

from evals.messages.judge import Share
from evals.reliability.measure import THRESHOLDS, Reliability

HEAD = """# How far the probabilities can be believed

Whether the agent speaks or acts alone hangs on the probability that triage gives an intent
([`sure`](company.md#sure), [`act`](company.md#thresholds)). This page says how often the likeliest intent or move is right
when its probability is such and such. `python -m evals reliability --write-docs` writes it and its picture.

- *Examples of the playbooks, left out in turn*: the demo company's own, told by a model that learned from four fifths and is asked
  about the last. Nothing was chosen on these, but with fewer examples it knows less than the model that runs.
- *Phrasings of the eval cases*: the first messages of cases in which one intent is right. Triage learned from none of
  them; but a case that is misread does not pass, so cases and examples were improved until all were right: this
  shows that triage is surer than it says, and nothing about mistakes.
- *Bitext* and *Banking77*: the real customers' messages of [messages.md](messages.md), with the same map of what is right.

Counted are messages that triage takes for something that the company handles; of the others no probability is looked at. The
model that says so, and its temperature, are fitted on what models say of examples that they have not seen
([knowledge.md](knowledge.md)); no probability here is a language model's, and none could be.
"""


def page(sets: Sequence[Reliability]) -> str:
    return "\n".join(
        [HEAD, *_figures(sets), "![Reliability diagrams](reliability.svg)\n", *_thresholds(sets), *_bins(sets)]
    )


def _figures(sets: Sequence[Reliability]) -> Iterator[str]:
    yield "| messages | counted | right | expected calibration error | 95 % interval |\n|---|---|---|---|---|"
    for each in sets:
        low, high = each.interval
        yield f"| {each.name} | {len(each.guesses)} | {_told(each.right)} | {each.error:.3f} | {low:.3f} to {high:.3f} |"
    yield ""


def _thresholds(sets: Sequence[Reliability]) -> Iterator[str]:
    yield "## What a threshold lets through\n\nOf the messages that are at least so probable, those that are right:\n"
    yield "| from | " + " | ".join(each.name for each in sets) + " |\n|---|" + "---|" * len(sets)
    for threshold in THRESHOLDS:
        yield f"| {threshold} | " + " | ".join(_told(each.above(threshold)) for each in sets) + " |"
    yield ""


def _bins(sets: Sequence[Reliability]) -> Iterator[str]:
    yield "## By probability\n"
    for each in sets:
        yield f"### {each.name}\n\n| probability | on average | right |\n|---|---|---|"
        yield from (f"| {b.low:.1f} to {b.high:.1f} | {b.mean:.2f} | {_told(b.right)} |" for b in each.bins)
        yield ""


def _told(share: Share) -> str:
    low, high = share.interval
    return f"{share.hits} of {share.total} = {share.value:.0%} ({low:.0%} to {high:.0%})" if share.total else "none"
