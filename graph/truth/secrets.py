"""Keys, cards and bank accounts: what looks like one never leaves, whoever wrote it."""

import re
from collections.abc import Iterator

from stdnum import iban, luhn

Span = tuple[int, int]

_KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA|AROA)[A-Z0-9]{12,}\b"
    r"|\b(?:gh[oprsu]_|github_pat_|glpat-|npm_|pypi-|xox[abeprs]-|sk-|sk_live_|sk_test_|rk_live_|pk_live_|whsec_|AIza|hf_|dop_v1_|SG\.|clk_)"
    r"[\w.-]{10,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"
    r"|\b[a-z][a-z0-9+]*://[^\s/:@]+:[^\s/@]+@\S+"
    r"|\b(?:bearer|basic) [\w.~+/=-]{16,}"
    r"|\b(?:password|passwort|passwd|pwd|secret|api[ _-]?key|access[ _-]?token|private[ _-]?key|client[ _-]?secret)"
    r"\s?(?:is|ist|:|=)\s?[\"'`]?(?=\S*[\d!$%&#@^])[^\s\"'`]{6,}",
    re.I,
)
_LONG = re.compile(r"(?<![\w/.-])(?=[\w+=-]*\d)(?=[\w+=-]*[a-z])(?=[\w+=-]*[A-Z])[\w+=-]{24,}(?![\w/])")
_CARD = re.compile(r"(?<![\w-])[2-6](?:[ -]?\d){12,18}(?![\w-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b", re.I)


def secrets(text: str) -> Iterator[Span]:
    """Where each stands. Card numbers pass Luhn's check, bank accounts (IBAN) their own."""
    yield from (match.span() for pattern in (_KEYS, _LONG) for match in pattern.finditer(text))
    yield from (match.span() for match in _CARD.finditer(text) if luhn.is_valid(re.sub(r"\D", "", match.group())))
    for match in _IBAN.finditer(text):
        end = _longest_iban(match.group())
        if end:
            yield match.start(), match.start() + end


def _longest_iban(text: str) -> int:
    """How much of the text is a valid IBAN: words that follow it are taken along by the pattern."""
    return next((end for end in range(len(text), 14, -1) if iban.is_valid(text[:end])), 0)
