"""docs/messages.md, written from a run."""

from collections import Counter
from collections.abc import Iterator, Sequence

from evals.messages.coverage import Coverage, Covered
from evals.messages.judge import SEARCHED, Judged, Share, figures, reached
from evals.messages.picture import OUTCOMES
from evals.messages.sample import SIZES, by_intent

HEAD = """# Real messages

What the demo company does with messages that nobody wrote for it: 600 of the Bitext customer-support set (27 intents of a
web shop, made from templates, with typing errors and rude words) and 300 of Banking77 (77 intents of a bank's customers).
`python -m evals messages` draws them (every intent in proportion, seed 7), sends each through the HTTP doors of a whole
service as a signed-in customer with records, and reads from the database what became of it. This page and the picture are
written by `python -m evals messages --write-docs`; neither set is part of the repository (`--data` says where they are).

`evals/messages/map.yaml` says for each of the 104 intents which playbook or move is right for it, or why nothing covers
it. A **covered** message has reached the right place when triage chose one of those and nothing else, and was sure enough
to follow it. A message that **nothing covers** was answered *as if known* unless a person got it, it was told that the
company does not do that, or the article it got does answer it; a question back that only a wrong playbook asks ("which
order is it?") counts as an answer too.

For a few intents that nothing covers, the map names playbooks that are no mistake for some of the messages (`also`): "I
want a refund", without a reason, may be taken for a late order's.

None of these 900 sentences was used to make triage better: the examples and thresholds were chosen on *other* messages of
the two sets and on CLINC150; of earlier runs only the counts by intent were looked at. No sentence of any of the sets was
copied. But the kinds of requests in `knowledge/none.txt` were chosen with these sets in view, so that a bank's or a
shop's customer is harder to mistake here than the customer of a trade nobody thought of.
"""


def page(judged: Sequence[Judged], coverage: Coverage) -> str:
    """The whole page."""
    parts = [HEAD, *_figures(judged), "![Bars of outcome by intent](messages.svg)\n"]
    for source in SIZES:
        parts += _by_intent(source, [each for each in judged if each.sent.message.source == source], coverage)
    return "\n".join(parts)


def _figures(judged: Sequence[Judged]) -> Iterator[str]:
    yield "| | covered, reached the right place | not covered, answered as if known | hung | errors |\n|---|---|---|---|---|"
    for name in (*SIZES, "total"):
        chosen = [each for each in judged if name in ("total", each.sent.message.source)]
        found = figures(chosen)
        yield f"| {name} | {told(found.reached)} | {told(found.as_if_known)} | {found.hung} | {found.errors} |"
    yield "\nIn brackets the 95 % interval (Wilson). At least 80 % and at most 5 % are asked for.\n"


def told(share: Share) -> str:
    low, high = share.interval
    return f"{share.hits} of {share.total} = {share.value:.1%} ({low:.1%} to {high:.1%})"


def _by_intent(source: str, judged: Sequence[Judged], coverage: Coverage) -> Iterator[str]:
    yield f"## {source}\n"
    yield "| intent | covered by | messages | right | what became of them | mistaken for |\n|---|---|---|---|---|---|"
    grouped = by_intent([each.sent.message for each in judged])
    for intent in grouped:
        chosen = [each for each in judged if each.sent.message.intent == intent]
        wrong = [each for each in chosen if each.verdict in ("wrong", "as_if_known")]
        outcomes = Counter(OUTCOMES[each.sent.outcome] for each in chosen)
        cells = (
            intent,
            _covering(coverage.intents[source][intent]),
            str(len(chosen)),
            f"{len(chosen) - len(wrong)}",
            _counts(outcomes),
            _counts(Counter(_place(each) for each in wrong)),
        )
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _covering(covered: Covered) -> str:
    if covered.mapped:
        return ", ".join(f"`{name}`" for name in (*covered.playbooks, *covered.moves))
    articles = f" (article `{'`, `'.join(covered.articles)}`)" if covered.articles else ""
    return f"– {covered.none}{articles}"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


def _place(each: Judged) -> str:
    """Where a message went that belongs elsewhere."""
    places = reached(each.sent)
    if places == {SEARCHED}:
        return "article " + " and ".join(f"`{name}`" for name in each.sent.articles)
    return " and ".join(f"`{name}`" for name in sorted(places)) or "nothing"
