"""How to write to this customer: what changes from one to the next, so that it stands behind what is always the same."""

from graph.reasoners.protocol import View

_CHAT = "Write as one does in a chat: a few short sentences, no greeting."
_UPSET = "They are upset: show once that you understand, then help."


def manner_of(view: View) -> list[str]:
    """A line each."""
    upset = view.triage["emotion"] >= view.company.thresholds.signal
    return [*([_UPSET] if upset else []), _CHAT]
