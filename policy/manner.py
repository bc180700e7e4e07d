"""How the company writes: its tone to whom (`tone` of company.yaml, for a language model), and its letters (`email`)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from policy.source import Node, document, unknown_names
from policy.templates import Text, text_of

Texts = Mapping[str, str]
_CODE = re.compile(r"[a-z]{2}")
_LETTER = ("greeting", "nameless", "signature")
UPSET, PRESSED = "strong_emotion", "time_critical"
FEELINGS: Texts = {
    UPSET: "They are upset: show once that you understand, then help.",
    PRESSED: "They are pressed for time: begin with the outcome.",
}
"""What holds where `tone.feelings` does not say otherwise."""


@dataclass(frozen=True, kw_only=True)
class Tone:
    """Sentences on how to write: to a tier, to a plan, to somebody who feels so, in a language."""

    tiers: Texts = field(default_factory=dict)
    plans: Texts = field(default_factory=dict)
    feelings: Texts = field(default_factory=lambda: FEELINGS)
    languages: Texts = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What stands around an e-mail's words. `nameless`: the greeting where no name is on record."""

    greeting: Text
    nameless: Text
    signature: Text


@dataclass(frozen=True, kw_only=True)
class Email:
    """`usual`: for a language that `languages` does not have."""

    usual: Letter
    languages: Mapping[str, Letter] = field(default_factory=dict)

    def letter(self, language: str) -> Letter:
        return self.languages.get(language, self.usual)


def tone_of(node: Node | None, tiers: Collection[str]) -> Tone:
    """The `tone` of company.yaml; whatever it leaves out is left to `voice`."""
    if node is None:
        return Tone()
    node.only("tiers", "plans", "feelings", "languages")
    by_tier, plans, feelings, languages = (node.get(name) for name in ("tiers", "plans", "feelings", "languages"))
    if by_tier:
        unknown_names(by_tier, tiers, "tier")
    if feelings:
        unknown_names(feelings, FEELINGS, "feeling")
    return Tone(
        tiers=_texts(by_tier),
        plans=_texts(plans),
        feelings={**FEELINGS, **_texts(feelings)},
        languages=_texts(languages and _coded(languages)),
    )


def email_of(node: Node | None) -> Email:
    """The `email` of company.yaml; left out, the company's name below a plain greeting."""
    if node is None:
        return Email(usual=_letter_of(document(_USUAL, file="", problems=[])))
    node.only(*_LETTER, "languages")
    languages = node.get("languages")
    found = _coded(languages).entries() if languages else {}
    for entry in found.values():
        entry.only(*_LETTER)
    return Email(usual=_letter_of(node), languages={code: _letter_of(entry) for code, entry in found.items()})


_USUAL = """
greeting: "Hello {{ customer.name }},"
nameless: "Hello,"
signature: "{{ company.name }}"
"""


def _letter_of(node: Node) -> Letter:
    company = {"company": ("name",)}
    greeting, nameless, signature = (node.need(name) for name in _LETTER)
    return Letter(
        greeting=_line_of(greeting, {"customer": ("name",), **company}),
        nameless=_line_of(nameless, company),
        signature=text_of(signature, company),
    )


def _line_of(node: Node, names: Mapping[str, Collection[str]]) -> Text:
    if isinstance(node.value, str) and "\n" in node.value.strip():
        node.fail("must be one line: the words of the letter begin below it")
    return text_of(node, names)


def _texts(node: Node | None) -> dict[str, str]:
    return {name: entry.text() for name, entry in node.entries().items()} if node else {}


def _coded(node: Node) -> Node:
    for code, entry in node.entries().items():
        if not _CODE.fullmatch(code):
            entry.fail(f"'{code}' is no language; languages are two letters, such as de")
    return node
