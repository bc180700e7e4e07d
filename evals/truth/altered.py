"""Wrong statements made of articles by machine: one thing of a sentence changed, so that the article no longer says it."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

_FEW = ("one", "two", "three", "four", "five", "six", "seven", "eight", "ten", "twelve", "fourteen")
_SIDES = (
    ("Starter", "Team", "Business", "Enterprise"),
    ("owner", "viewer", "editor", "carrier"),
    ("owners", "viewers", "editors", "carriers"),
    ("sensor", "dashboard", "invoice", "workspace"),
    ("sensors", "dashboards", "invoices", "workspaces"),
    ("first", "last"),
    ("before", "after"),
    ("above", "below"),
    ("old", "new"),
    ("month", "year"),
    ("monthly", "yearly"),
    ("hour", "minute"),
    ("day", "week"),
    ("days", "weeks"),
    ("at once", "at the next renewal"),
    ("everybody", "nobody"),
    ("blue", "orange"),
)
_TURNED = (
    (r"\b(do|does|did|is|are|was|were|has|have|can|could|may|need) not\b", r"\1"),
    (r"\bcannot\b", "can"),
    (r"\bnever\b", "always"),
    (r"\b(is|are|was|were|can|may|must)\b", r"\1 not"),
    (r"\bwithout\b", "with"),
    (r"\bno\b", "a"),
)
_TIED = (
    r"^(?:If|When|Until|Unless|After|Before|On|For|With|Under|Above)\b[^,]{3,60}, ",
    r",? (?:if|unless|except|until|as long as|only while|while|when)\b[^.;]*(?=[.;])",
    r"\b(?:only|usually|some|most|up to|at least) ",
)


def altered(sentence: str) -> Iterator[tuple[str, str]]:
    """What was done to it, and what came of it; at most one of each kind."""
    made = {
        "negated": _first(_TURNED, sentence),
        "swapped": _swapped(sentence),
        "figure": _figure(sentence),
        "broadened": _first([(pattern, "") for pattern in _TIED], sentence),
        "turned about": _about(sentence),
    }
    yield from ((kind, _capital(said)) for kind, said in made.items() if said)


def _first(rules: Iterable[tuple[str, str]], sentence: str) -> str:
    for pattern, instead in rules:
        said = re.sub(pattern, instead, sentence, count=1)
        if said != sentence:
            return said
    return ""


def _swapped(sentence: str) -> str:
    for side in _SIDES:
        for word, other in zip(side, (*side[1:], side[0]), strict=True):
            said = re.sub(rf"\b{word}\b", other, sentence, count=1)
            if said != sentence:
                return said
    return ""


def _figure(sentence: str) -> str:
    said = re.sub(r"\d+", lambda found: str(int(found[0]) + 7), sentence, count=1)
    if said != sentence:
        return said
    for word, other in pairwise(_FEW):
        said = re.sub(rf"\b{word}\b", other, sentence, count=1)
        if said != sentence:
            return said
    return ""


def _about(sentence: str) -> str:
    """Who does it and whom it is done to, the other way round: the two nouns after articles change places."""
    found = re.search(r"\b([Tt]he|[Aa]n?|[Yy]our) (\w+)\b(.{3,60}?)\b(the|an?|your) (\w+)\b", sentence)
    if not found or found[2].lower() == found[5].lower():
        return ""
    return sentence[: found.start()] + f"{found[1]} {found[5]}{found[3]}{found[4]} {found[2]}" + sentence[found.end() :]


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
