"""What of a person's answer to one customer could stand in an article: their own sentences, as they wrote them, without
what is about this customer alone. Nothing is added, and nothing is worded anew."""

import difflib
import re
from collections.abc import Sequence

from knowledge.passages import plain
from tools.kit import Kit

_PART = re.compile(r"(?<=[.!?])\s+|\n+")
_STATEMENT = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n(?=\s*(?:[-*#>|]|\d+\.\s))")
"""In an article lines are wrapped: a line's end alone ends no sentence."""
_PLACEHOLDER = re.compile(r"\[(?:secret|email|iban|card|id|ip|phone|address|name|customer)\]")
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b[^.!?\n]{0,40}[,.!:]?$"
    r"|^(?:(?:kind|best|warm|many)?\s?(?:regards|wishes|best|cheers|thanks|thank you)|sincerely|yours)\b[^.?\n]{0,60}[,.!]?$"
    r"|^(?:thanks|thank you|sorry|apologies|i(?:'m| am) sorry|we(?:'re| are) sorry)\b[^?\n]{0,120}$",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:i|i've|i'm|i'll|me|my|we've|we'll)\b|\byou (?:wrote|said|told|mentioned|asked|ordered|bought|paid)\b|\byour (?:message|ticket|case|"
    r"conversation)\b|\b(?:today|tomorrow|yesterday|this (?:morning|afternoon|week))\b",
    re.IGNORECASE,
)
"""What a person says of this day, this customer or themselves."""
_ANSWERING = re.compile(r"^(?:yes|no|sure|of course|certainly)\b[,.!:]?\s+", re.IGNORECASE)
"""How a person begins to answer; an article does not."""
_DONE = re.compile(
    r"\b(?:has|have|had|was|were)(?:n't| not)? (?:just |now |already )?(?:been |\w+ed\b|sent\b)", re.IGNORECASE
)
"""What was done is true of one customer; what is done is true of all."""
FEWEST_WORDS = 6
FRAGMENT = 3
"""Words below which a line is a name or a signature."""


def general(kit: Kit, answer: str) -> str:
    """The sentences that would be true for anybody who asks; "" where there are too few words left."""
    kept = [each for each in parts(answer) if _is_general(kit, each)]
    text = " ".join(_begun(each) for each in kept)
    return text if len(text.split()) >= FEWEST_WORDS else ""


def parts(text: str) -> list[str]:
    """Sentences and lines, in their order."""
    return [part.strip() for part in _PART.split(text) if part.strip()]


def statements(body: str) -> list[str]:
    """The sentences of an article, each on one line."""
    return [" ".join(part.split()) for part in _STATEMENT.split(body) if part.strip()]


def replaced(body: str, sentence: str, said: str) -> str | None:
    """The article with one of its sentences changed, however its lines are wrapped; None where it has no such sentence."""
    found = re.search(r"\s+".join(map(re.escape, sentence.split())), body)
    return body[: found.start()] + said + body[found.end() :] if found else None


def rewritten(body: str, before: str, after: str) -> str | None:
    """An article with the sentences that a person changed in an answer, where all that they replaced stands in it word for
    word; else None. `before`: the answer as the agent drafted it, `after`: as the person wrote it."""
    old, new = parts(before), parts(after)
    changed = body
    for kind, first, last, start, end in difflib.SequenceMatcher(
        a=_bare(old), b=_bare(new), autojunk=False
    ).get_opcodes():
        if kind != "replace":
            continue
        for place, sentence in enumerate(old[first:last]):
            there = replaced(changed, sentence, " ".join(new[start:end]) if place == 0 else "")
            if there is None:
                return None
            changed = there
    return changed if changed != body else None


def _begun(sentence: str) -> str:
    rest = _ANSWERING.sub("", sentence)
    return rest[:1].upper() + rest[1:]


def _bare(sentences: Sequence[str]) -> list[str]:
    return [plain(each).lower() for each in sentences]


def _is_general(kit: Kit, sentence: str) -> bool:
    about_one = _PLACEHOLDER.search(sentence) or _GREETING.match(sentence) or _OWN.search(sentence)
    if len(sentence.split()) < FRAGMENT:
        return False
    named = any(pattern.search(sentence) for pattern in kit.ids.values())
    return not (about_one or named or sentence.endswith("?") or _DONE.search(sentence))
