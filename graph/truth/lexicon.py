"""The words that claim or promise something, or state a sum or a day, by language: data in `lexicons/*.yaml`."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_MARKS = re.compile(r"[\u0300-\u036f]")
_INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})
_EMPHASIS = re.compile(r"[*_~#>|\\]+")
_CLITICS = ["le", "lo", "la", "les", "te", "se", "me", "nos", "ti", "vi", "ci", "o", "a"]
UNSPACED = ("ja",)
"""Languages that put nothing between words."""
_GAP = r"(?:,? (?!{neg})[\w'-]+){{0,3}},?"


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Patterns over plain text (see `plain`). `matters`: what a claim is about; `lifted`: how a clause begins that may
    name one all the same."""

    language: str
    claims: tuple[re.Pattern[str], ...]
    promises: tuple[re.Pattern[str], ...]
    figures: tuple[re.Pattern[str], ...]
    matters: re.Pattern[str]
    lifted: re.Pattern[str]


def plain(text: str) -> str:
    """Small letters, one blank between words, no accents, no emphasis and nothing invisible: what patterns look at."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTES)
    bare = _MARKS.sub("", unicodedata.normalize("NFD", _EMPHASIS.sub("", visible).casefold()))
    return " ".join(unicodedata.normalize("NFC", bare).split())


@cache
def lexicons() -> Mapping[str, Lexicon]:
    """By ISO 639-1 code."""
    found = [each for each in (files("graph.truth") / "lexicons").iterdir() if each.name.endswith(".yaml")]
    named = {each.name.removesuffix(".yaml"): yaml.safe_load(each.read_text("utf-8")) for each in found}
    return {code: _lexicon(code, named[code]) for code in sorted(named)}


def _lexicon(code: str, raw: Mapping[str, Any]) -> Lexicon:
    words = {name: "|".join(str(raw.get(name, "")).split()) for name in ("done", "do", "doing")}
    neg = rf" ?(?:{raw['negation']})\b"
    known = words | {
        "neg": neg,
        "negafter": rf"(?: \w+){{0,5}}{neg}",
        "gap": _GAP.format(neg=neg),
        "before": _not_after(str(raw.get("before", "")).split("|")),
    }
    named = {kind: tuple(_compiled(each, known) for each in raw[kind]) for kind in ("claims", "promises", "figures")}
    edge = "" if code in UNSPACED else r"\b"
    matters = re.compile(f"{edge}(?:{'|'.join(raw['matters'].split())}){edge}")
    return Lexicon(language=code, matters=matters, lifted=re.compile(rf"\W*(?:{raw['lifted']})"), **named)


def _not_after(words: list[str]) -> str:
    """Nothing that negates stands before, nor with one pronoun in between."""
    return "".join(
        rf"(?<!\b{word} {clitic})" for word in words if word for clitic in ("", *(f"{c} " for c in _CLITICS))
    )


def _compiled(pattern: str, known: Mapping[str, str]) -> re.Pattern[str]:
    for name, value in known.items():
        pattern = pattern.replace(f"{{{name}}}", value)
    return re.compile(pattern)
