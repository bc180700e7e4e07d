"""How long what kind of data is kept: the `retention` of company.yaml."""

from collections.abc import Mapping
from datetime import timedelta

from policy.source import Node

FOREVER = "forever"
DEFAULTS: Mapping[str, timedelta | None] = {
    "transcripts": timedelta(days=730),
    "actions": timedelta(days=730),
    "cards": timedelta(days=365),
    "handoffs": timedelta(days=365),
    "events": timedelta(days=30),
    "checkpoints": timedelta(days=7),
    "prompts": timedelta(days=7),
    "submissions": timedelta(days=2),
}
"""None: for ever."""
COPIES = ("cards", "handoffs", "events", "checkpoints", "prompts")
"""They hold copies of the transcript, so they cannot outlive it."""
SHORTEST = timedelta(days=1)

Retention = Mapping[str, timedelta | None]


def retention_of(node: Node | None) -> Retention:
    """Kind to how long it is kept; None is for ever. What is left out is kept as long as by default, and no copy longer
    than the transcript."""
    if node is None:
        return dict(DEFAULTS)
    node.only(*DEFAULTS)
    given = {kind: entry for kind in DEFAULTS if (entry := node.get(kind))}
    kept = {**DEFAULTS, **{kind: _age(entry) for kind, entry in given.items()}}
    transcripts = kept["transcripts"]
    for kind in COPIES:
        if _longer(kept[kind], transcripts):
            if kind in given:
                given[kind].fail("is longer than that of transcripts, which it holds a copy of")
            kept[kind] = transcripts
    return kept


def _age(node: Node) -> timedelta | None:
    if node.value == FOREVER:
        return None
    age = node.duration()
    if timedelta(0) <= age < SHORTEST:
        node.fail("must be at least 1d, or forever")
    return age


def _longer(one: timedelta | None, other: timedelta | None) -> bool:
    return other is not None and (one is None or one > other)
