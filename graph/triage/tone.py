"""How hot a message is, by what the sentence model is blind to: shouting, rows of marks, swearing.

It only ever adds to what the model learned, so that a furious message in plain words counts as before.
"""

import re

_SHOUTED = re.compile(r"\b[A-Z][A-Z'’]{2,}\b(?:\W+\b[A-Z][A-Z'’]+\b){2,}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKS = re.compile(r"!{3,}|\?{3,}|[!?]*(?:\?!|!\?)[!?]*")
_SWEARING = re.compile(
    r"\b(?:fuck\w*|wtf|shit\w*|bullshit|crap\w*|damn(?:ed|it)?|goddamn\w*|bloody (?:hell|joke|useless|awful)|piss(?:ed)? off"
    r"|ass(?:hole|hat)s?|bastards?|idiots?|morons?|scumbags?|screw you|go to hell)\b",
    re.IGNORECASE,
)
_PRESSING = re.compile(
    r"\b(?:asap|urgent(?:ly)?|emergency|immediately|at once|right (?:now|away)|time[- ]critical"
    r"|within (?:the|an|one|two) hours?|in (?:an|one|two|half an) hours?|deadline)\b",
    re.IGNORECASE,
)
SHOUTING, MARKS, SWEARING, PRESSING = 0.5, 0.3, 0.6, 0.4
"""How much each takes off the doubt that is left: two of the first three and a half-sure model pass 0.85."""


def heated(learned: float, text: str) -> float:
    """The probability that the customer is beside themselves, 0 to 1."""
    signs = ((SHOUTING, _shouts(text)), (MARKS, bool(_MARKS.search(text))), (SWEARING, bool(_SWEARING.search(text))))
    return _with(learned, [weight for weight, there in signs if there])


def pressed(learned: float, text: str) -> float:
    """The probability that the customer is under time pressure, 0 to 1."""
    return _with(learned, [PRESSING] if _PRESSING.search(text) else [])


def _shouts(text: str) -> bool:
    """Three words in a row in capitals, or most of a longer message."""
    words = _WORD.findall(text)
    capitals = [word for word in words if len(word) > 2 and word.isupper()]
    return bool(_SHOUTED.search(text)) or (len(words) >= 4 and 2 * len(capitals) > len(words))


def _with(learned: float, weights: list[float]) -> float:
    if not weights:
        return learned
    doubt = 1 - learned
    for weight in weights:
        doubt *= 1 - weight
    return 1 - doubt
