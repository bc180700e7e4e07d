"""The notation by which a text names records instead of stating them. Only parsing: what a slot says comes from `render`.

| slot | stands for |
|---|---|
| `{{receipt:KEY}}` | what was done: an action of the ledger, by its key |
| `{{approval:ID}}` | a card, and how it stands |
| `{{followup:ID}}` | what is still to come: a card, a handoff, a booked call |
| `{{fact:NAME.FIELD}}` | a value of a record; `|time` after a moment gives its time of day |
| `{{quote:PASSAGE}}` | an article's passage, cited |
| `{{playbook}}` | what the company's playbook says here |
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["receipt", "approval", "followup", "fact", "quote", "playbook"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """`kind` "" for braces that make no slot. `name`: what stands after the colon; `words`: the slot as written."""

    kind: Kind | Literal[""]
    name: str
    words: str


Piece = str | Slot
"""Text as it is, or a slot."""

_BRACED = re.compile(r"\{\{(?P<inside>[^{}\n]{1,300})\}\}|(?P<broken>\{[{%#]|[}%#]\})")


def pieces(text: str) -> list[Piece]:
    """The text and its slots, in order. Braces that make no slot come back as a slot without a kind: there is no text
    in which `{{` means itself."""
    found: list[Piece] = []
    end = 0
    for match in _BRACED.finditer(text):
        found += [text[end : match.start()]] if match.start() > end else []
        found.append(_slot(match))
        end = match.end()
    return [*found, *([text[end:]] if end < len(text) else [])]


def _slot(match: re.Match[str]) -> Slot:
    kind, colon, name = (match["inside"] or "").partition(":")
    words = match.group()
    for known in KINDS:
        if kind == known and bool(name.strip()) == bool(colon) == (known != "playbook"):
            return Slot(kind=known, name=name, words=words)
    return Slot(kind="", name="", words=words)
