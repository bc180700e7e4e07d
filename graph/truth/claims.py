"""What free text says without a slot: that something was done or will be, sums, days, numbers, ids, addresses.

Free text may do none of these, with or without a slot beside it: a statement about what was done *is* the slot.
Every lexicon is tried on every sentence, whatever its language, so that a claim cannot hide in another one.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from graph.truth.findings import Finding, Kind
from graph.truth.lexicon import Lexicon, lexicons, plain
from graph.truth.tongues import mixed_scripts
from policy.entities import emails, phones

_SENTENCE = re.compile(
    r"\s*((?:(?<![^\n])\d{1,2}[.)][ \t]+)?\S.*?"
    r"(?:[.!?…]+(?=[\s\"')\]]|$)|[。！？]+|\n\s*\n|(?=\n[ \t]*(?:[-*•|]|\d{1,2}[.)])[ \t])|$))",
    re.DOTALL,
)
_MARKER = re.compile(r"^\s*(?:[-*•|]|\d{1,2}[.)])\s+")
_CLAUSE = re.compile(r"[,;:、，；：]+ ?| - | – | — | (?:and|but|und|aber|sondern|et|mais|y|pero|e|ma|mas|en|maar) ")
_PLEASE = re.compile(
    r"(?<=please),|(?<=bitte),|(?<=por favor),|(?<=per favore),|(?<=alstublieft),|,(?= (?:dass|que|che|dat|that)\b)"
)
"""Commas that part no clauses."""
_LINK = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|net|org|io|co|app|dev|example|info|biz|eu|uk|de|fr|es|it|nl|pt|jp|ru|cn|me|ly|to|xyz)\b(?!\.\w)"
    r"|\b\w+\[at\]|\btel:|\bmailto:",
    re.I,
)
_ID = re.compile(r"\b[a-z]{2,12}_\w+", re.I)
_WORD = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_]+")
SLOTTED = "slotted"
"""A slot's place in the free text: a word, so that a claim cannot be torn apart by one."""
AROUND = 4
"""Words that a clause may have around a slot to say what the value is; the lists of words look at them all the same."""
_SPACED = re.compile(r"(?:\b\w[ .\-·]){3,}\w\b")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins and ends. A line break alone ends none, but for the next item of a list."""
    for match in _SENTENCE.finditer(text):
        if match.end(1) > match.start(1):
            yield match.start(1), match.start(1) + len(match.group(1).rstrip())


def findings(text: str) -> list[Finding]:
    """Each sentence that says what only a record or an article may say."""
    found = [(start, end, kind_of(text[start:end]) or states(text[start:end])) for start, end in sentences(text)]
    return [Finding(kind=kind, start=start, end=end) for start, end, kind in found if kind]


@lru_cache(maxsize=2048)
def kind_of(sentence: str, *, figures: bool = True) -> Kind | None:
    """What is wrong with one sentence. `figures` False: numbers and days are its own (a value of a record)."""
    if mixed_scripts(sentence) or _SPACED.search(_MARKER.sub("", sentence)):
        return "script"
    bare = plain(_MARKER.sub("", sentence))
    for lexicon in lexicons().values():
        if kind := _said(lexicon, bare, figures=figures):
            return kind
    if _LINK.search(sentence) or emails(sentence):
        return "link"
    return "figure" if figures and _figure(sentence) else None


@lru_cache(maxsize=2048)
def states(sentence: str) -> Kind | None:
    """Whether a sentence states something, instead of asking, apologising, thanking, requesting or declining: of a matter
    that claims are about (`claim`), or of anything else (`statement`)."""
    bare = _PLEASE.sub("", plain(_MARKER.sub("", sentence)))
    *first, last = [clause for clause in _CLAUSE.split(bare) if clause.strip(" .!?\"'()")] or [""]
    stating = [clause for clause in (*first, *([] if bare.endswith(("?", "？")) else [last])) if not _lifted(clause)]
    if any(lexicon.matters.search(clause) for lexicon in lexicons().values() for clause in stating):
        return "claim"
    return "statement" if any(map(_WORD.search, stating)) else None


def _said(lexicon: Lexicon, bare: str, *, figures: bool) -> Kind | None:
    if any(pattern.search(bare) for pattern in lexicon.claims):
        return "claim"
    if any(pattern.search(bare) for pattern in lexicon.promises):
        return "promise"
    return "figure" if figures and any(pattern.search(bare) for pattern in lexicon.figures) else None


def _lifted(clause: str) -> bool:
    around = [word for word in _WORDS.findall(clause) if word != SLOTTED]
    if SLOTTED in clause and len(around) <= AROUND:
        return True
    return any(lexicon.lifted.match(clause) for lexicon in lexicons().values())


def _figure(sentence: str) -> bool:
    """Any numeral of any script, a currency sign, a phone number, or an id, but for the number of a list's item."""
    bare = unicodedata.normalize("NFKC", _MARKER.sub("", sentence))
    signs = any(unicodedata.category(each)[0] == "N" or unicodedata.category(each) == "Sc" for each in bare)
    return signs or "%" in bare or bool(_ID.search(bare)) or bool(phones(bare))
