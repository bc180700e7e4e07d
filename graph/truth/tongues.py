"""Whether code can read a text: its script, its language, and whether there is a lexicon for it."""

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from importlib.resources import files

from graph.truth.lexicon import lexicons
from knowledge.language import detect

SURE = 0.8
"""How sure of another language a sentence must be to count as being in it."""
KNOWN_WORDS = 0.12
"""Of a sentence's words, so many at least are function words of a language with a lexicon."""
LONG = 6
"""Words from which a sentence is looked at by itself."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_JAPANESE = {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}
_READABLE = {"LATIN", "CJK", "FULLWIDTH", "HALFWIDTH", "FEMININE", "MASCULINE", *_JAPANESE}


def scripts(text: str) -> set[str]:
    """The first word of each letter's Unicode name: `LATIN`, `CYRILLIC`, …"""
    return {unicodedata.name(each, "UNKNOWN").split()[0] for each in text if each.isalpha()}


def mixed_scripts(text: str) -> bool:
    """Whether a word has letters of two scripts, as `rеfunded` with a Cyrillic `е` has. Japanese mixes its own."""
    found = (scripts(word) - _JAPANESE - {"CJK", "FULLWIDTH", "HALFWIDTH"} for word in _WORD.findall(text))
    return any(len(each) > 1 for each in found)


def readable(text: str) -> bool:
    """Whether there is a lexicon for the text's language. Nothing to read is readable; one or two words are too few to
    tell a language by."""
    words = _WORD.findall(text)
    if not words:
        return True
    found = scripts(text)
    if found - _READABLE:
        return False
    if found & _JAPANESE:
        return "ja" in lexicons() and "LATIN" not in found
    if "CJK" in found:
        return False
    return _known(text, len(words)) and all(_known(each, LONG) for each in _long(text))


def _long(text: str) -> list[str]:
    return [each for each in re.split(r"[.!?\n]+", text) if len(_WORD.findall(each)) >= LONG]


def _known(text: str, count: int) -> bool:
    code, sure = detect(text)
    if not code or (code not in lexicons() and (sure >= SURE or count < LONG)):
        return False
    words = [word.lower() for word in _WORD.findall(text)]
    ours = max(sum(word in known for word in words) for known in _function_words().values())
    return ours / len(words) >= KNOWN_WORDS


def tongue(text: str) -> str:
    """The language that a text is clearly in (ISO 639-1); "" where that cannot be told, as from a word or two."""
    code, sure = detect(text)
    if sure < SURE or code not in _all_function_words():
        return ""
    words = [word.lower() for word in _WORD.findall(text)]
    return code if sum(word in _all_function_words()[code] for word in words) >= KNOWN_WORDS * len(words) else ""


def strange(text: str, tongues: Collection[str]) -> bool:
    """Whether a text, or a longer sentence of it, is clearly in none of these languages; never, where there are none."""
    said = [tongue(each) for each in (text, *_long(text))] if tongues else []
    return any(each and each not in tongues for each in said)


@cache
def _function_words() -> dict[str, frozenset[str]]:
    return {code: words for code, words in _all_function_words().items() if code in lexicons()}


@cache
def _all_function_words() -> dict[str, frozenset[str]]:
    lines = (files("knowledge") / "function_words.txt").read_text(encoding="utf-8").splitlines()
    split = (line.split(":", 1) for line in lines)
    return {code: frozenset(words.split()) for code, words in split}
