"""How to write to this customer: what changes from one to the next, so that it stands behind what is always the same."""

from collections.abc import Iterator

from babel.core import Locale

from graph.reasoners.protocol import View
from policy.manner import PRESSED, UPSET
from records.conversations import EMAIL

_CHAT = "Write as one does in a chat: a few short sentences, no greeting."
_EMAIL = "It is an e-mail: whole sentences in short paragraphs. Greeting and signature are put around your words: write none."


def manner_of(view: View) -> list[str]:
    """A line each: where it is written, to whom, how they feel, in which language."""
    return [_EMAIL if view.channel == EMAIL else _CHAT, *_tone(view), _language(view)]


def _tone(view: View) -> Iterator[str]:
    """What company.yaml says of their tier, their plan and their feelings."""
    tone, least = view.company.tone, view.company.thresholds.signal
    fact = view.facts.get("customer")
    record = (fact["value"] if fact else None) or {}
    for said, name in ((tone.tiers, "tier"), (tone.plans, "plan")):
        if record.get(name) in said:
            yield said[record[name]]
    for signal, strength in ((UPSET, view.triage["emotion"]), (PRESSED, view.triage["urgency"])):
        if strength >= least:
            yield tone.feelings[signal]


def _language(view: View) -> str:
    """The customer's where it is known; what is said in it, as the company wants it."""
    code = view.triage["language"]
    if not code:
        return "Answer in the language of their last message."
    name = Locale.parse(code).get_language_name("en") or code
    return " ".join(filter(None, [f"They write {name}: answer in {name}.", view.company.tone.languages.get(code)]))
