"""Requests that are turned round: "please do not cancel it" is everything that "please cancel it" is, but for the wish.

Sentence vectors hardly see the difference, so words decide: what a message says not to do, and an intent's examples only
ever ask for, is not that intent. An intent whose examples refuse it themselves ("don't renew my plan") is untouched.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

_NOT = r"(?:(?:do|did)(?:\s+not|n['’]?t)|never)"
_REFUSED = re.compile(
    rf"(?:(?:^|[.,;:!?]\s*|\b(?:please|and|but|so|just)\s+){_NOT}"
    rf"|\b{_NOT}\s+(?:ask|request|wish|mean|say|said|tell|told)(?:ed)?\b"
    rf"|\b{_NOT}\s+want(?:ed)?(?=\s+(?:to|you\s+to|an?|any)\b))"
    r"(?:\s+(?:to|for|you|that|i|we|want|wanted|an?|any|the|my|our|it|me))*\s+(?P<what>[a-z]{4,})",
    re.IGNORECASE,
)
"""A refusal and what is refused: "do not cancel …", "I did not ask for a refund"; but not "I do not need the plan"."""
_DROPPED = re.compile(
    r"\b(?:no\s+longer\s+(?:want|need)|(?:do|did)(?:\s+not|n['’]?t)\s+(?:want|need)|forget(?:\s+about)?|never\s*mind|drop)"
    r"\s+(?:the|my|that|this|our|any|a)?\s*"
    r"(?P<what>refunds?|reimbursements?|replacements?|changes?|cancellations?|requests?|credits?|calls?|reports?)\b",
    re.IGNORECASE,
)
"""A wish that is given up. Only of what one asks an agent for: who no longer wants the plan wants to cancel it."""
_WORD = re.compile(r"[a-z]{4,}")
_ENDING = re.compile(r"(?:ations?|ing|ed|es|s|e)$")


class Refusals:
    """What each intent's examples ask for and never refuse, by intent."""

    def __init__(self, asked: Mapping[str, frozenset[str]]) -> None:
        self._asked = asked

    @classmethod
    def of(cls, texts: Sequence[str], intents: Sequence[str]) -> Self:
        """From example messages and the intent of each."""
        asked: dict[str, set[str]] = {}
        refused: dict[str, set[str]] = {}
        for text, intent in zip(texts, intents, strict=True):
            asked.setdefault(intent, set()).update(_asked(text))
            refused.setdefault(intent, set()).update(_refused(text))
        return cls({intent: frozenset(words - refused[intent]) for intent, words in asked.items()})

    def turned_round(self, text: str) -> set[str]:
        """The intents that this message says it does not want."""
        words = _refused(text) - _asked(text)
        return {intent for intent, asked in self._asked.items() if words & asked}


def _refused(text: str) -> set[str]:
    return _stems(match["what"] for pattern in (_REFUSED, _DROPPED) for match in pattern.finditer(text))


def _asked(text: str) -> set[str]:
    return _stems([_DROPPED.sub(" ", _REFUSED.sub(" ", text))])


def _stems(parts: Iterable[str]) -> set[str]:
    return {_ENDING.sub("", word) for part in parts for word in _WORD.findall(part.lower())}
