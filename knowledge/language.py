"""Which language a customer writes in: lingua's small models, steadied by each language's function words.

lingua's full models know short text better but keep 280 MB; the small ones keep 18 MB and call one short English
question in twenty something else. Counting function words takes most of that back (figures: docs/knowledge.md).
"""

import re
from functools import cache
from importlib.resources import files

from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

CODES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr")
SHORTEST = 3
WORD_WEIGHT = 6.0
TRUST = 0.5
"""What one function word is worth to its language, and the power that tones lingua down, whose small models are too
sure of short texts; both chosen on Banking77 and the login.gov help centre."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def detect(text: str) -> tuple[str, float]:
    """The ISO 639-1 code and how sure, 0..1; `("", 0.0)` for fewer than three words. Loads its models on first use."""
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < SHORTEST:
        return "", 0.0
    weights = _lingua(text)
    for code, function_words in _function_words().items():
        weights[code] *= WORD_WEIGHT ** sum(word in function_words for word in words)
    best = max(weights, key=lambda code: weights[code])
    return best, weights[best] / sum(weights.values())


def _lingua(text: str) -> dict[str, float]:
    """Never 0, so that function words can always speak."""
    values = _detector().compute_language_confidence_values(text)
    return {value.language.iso_code_639_1.name.lower(): max(value.value, 0.01) ** TRUST for value in values}


@cache
def _detector() -> LanguageDetector:
    codes = [getattr(IsoCode639_1, code.upper()) for code in CODES]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()


@cache
def _function_words() -> dict[str, frozenset[str]]:
    lines = (files("knowledge") / "function_words.txt").read_text(encoding="utf-8").splitlines()
    return {code: frozenset(words.split()) for code, words in (line.split(":", 1) for line in lines)}
