"""What is wrong with a text, where, and how it is shown to the person who gets it as a draft."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "slot",
    "claim",
    "promise",
    "figure",
    "statement",
    "link",
    "script",
    "language",
    "tongue",
    "secret",
    "internal",
    "foreign",
    "hidden",
]

MEANINGS: dict[Kind, str] = {
    "slot": "it names a record that is not there, is not this customer's, or may not be shown",
    "claim": "it says that something was done, and no receipt does",
    "promise": "it promises something, and no record does",
    "figure": "it states a sum, a day, a number or an id that no record or article put there",
    "statement": "it states something that no record and no article says",
    "link": "it has an address that is not the company's",
    "script": "it is written so that it cannot be read by code",
    "language": "it is in a language for which there is no list of words that claim and promise",
    "tongue": "it is in another language than the customer's",
    "secret": "it has something that looks like a key, a card or a bank account",
    "internal": "it repeats what is for staff only",
    "foreign": "it has an id or an address that is not this customer's",
    "hidden": "it has a value that customers are not shown",
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`start` and `end` in the text. Its words are left where they are: they are no business of logs."""

    kind: Kind
    start: int
    end: int


def kinds(findings: Iterable[Finding]) -> list[Kind]:
    """Each kind once, in the order of `MEANINGS`."""
    found = {finding.kind for finding in findings}
    return [kind for kind in MEANINGS if kind in found]


def reason(found: Sequence[str]) -> str:
    """For the person who gets the draft; "" when nothing was found."""
    told = [meaning for kind, meaning in MEANINGS.items() if kind in found]
    return f"This reply was stopped: {'; '.join(told)}." if told else ""


def masked(text: str, findings: Iterable[Finding]) -> str:
    """The text with each stopped place as a mark, so that nobody sends it by pressing a button in a hurry. A language
    is no place: a person reads the whole."""
    places = sorted(
        (f for f in findings if f.kind not in ("language", "tongue")), key=lambda found: (found.start, -found.end)
    )
    said, end = "", 0
    for place in places:
        if place.start >= end:
            said += f"{text[end : place.start]}[withheld: {place.kind}]"
        end = max(end, place.end)
    return said + text[end:]
