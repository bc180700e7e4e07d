"""A classifier that takes every message for what it names: the words before `sure` are intents, the figure how sure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from evals.proofs.hostile.terms import INTENTS

_NAMES = re.compile("|".join((*INTENTS, "withdraw", "status", "confirm", "thanks", "person")))
_SURE = re.compile(r"sure (0\.\d+)")


@dataclass(frozen=True, kw_only=True)
class Believed:
    """What the message names."""

    intents: tuple[tuple[str, float], ...]
    none: float = 0.0
    signals: Mapping[str, float] = field(default_factory=dict)
    foreign: float = 0.0


class Told:
    """Believes the message, as a classifier would that somebody has learned to steer."""

    def predict(self, text: str) -> Believed:
        found, sure = _NAMES.findall(text), _SURE.search(text)
        if not found:
            return Believed(intents=(("tell_bug", 0.0),), none=1.0)
        return Believed(intents=tuple((name, float(sure[1]) if sure else 0.95) for name in dict.fromkeys(found)))

    def language(self, _text: str) -> str:
        return "en"
