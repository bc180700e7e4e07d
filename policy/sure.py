"""How sure the agent must be before it says or does something by itself: `sure` of policy.yaml's thresholds, and of a
playbook for its own intent."""

from dataclasses import dataclass, replace

from policy.source import Node


@dataclass(frozen=True, kw_only=True)
class Sure:
    """From 0 to 1. `send`: probability of the intent below which a person sees the reply first; `draft`: below which a
    person takes over, at most `send`. `support`: how likely the articles must carry the answer that is taken from them.
    `margin`: the share of the nearest limit that an action must leave; an action nearer to it needs a person."""

    send: float = 0.0
    draft: float = 0.0
    support: float = 0.0
    margin: float = 0.0


def sure_of(node: Node | None, otherwise: Sure) -> Sure:
    """The `sure` of a file; what it leaves out is as `otherwise` says."""
    if node is None:
        return otherwise
    node.only("send", "draft", "support", "margin")
    given = {name: entry.share() for name, entry in node.entries().items() if name in vars(otherwise)}
    found = replace(otherwise, **given)
    if found.draft > found.send:
        place = node.get("draft") or node
        place.fail(f"draft ({found.draft}) must not be above send ({found.send}): what is sent need not be drafted")
    return found
