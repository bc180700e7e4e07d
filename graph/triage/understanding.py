"""What a message says: the requests in it, the move it is, and how it is said. The words only; no records."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from graph import agenda
from graph.deps import Classifier, Prediction
from graph.state import Request, Triage
from graph.triage.tone import heated, pressed
from policy.company import MOVES, Company
from records.ids import new_id
from tools.kit import Kit

_ANOTHER = re.compile(r"\s*(?:,|and|&|or|,\s*and)\s*#?(\d{3,})\b", re.I)
_BARE_NUMBER = re.compile(r"(?<!\w)\d{3,}(?!\w)")
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+|,?\s+(?:and|but) (?:also|could|can|please|how|why|I)\b|\balso,?\s+", re.I)
SHORTEST_PART = 3
"""Words below which a part of a message says too little to hold a request of its own."""
SURE = 0.7
"""Standing from which a request holds beside a kindred one; below, it is how the customer tells what the other is about.
Measured on the phrasings of evals/cases: what only tells stands at 0.65 at most."""


def understood(classifier: Classifier, company: Company, kit: Kit, text: str) -> tuple[Triage, list[Request]]:
    """The triage, and the requests in the order in which they were found."""
    whole = classifier.predict(readable(kit, text))
    parts = [(part, classifier.predict(readable(kit, part))) for part in _parts(text)]
    top, probability = whole.intents[0]
    move = top if top in MOVES and probability >= company.thresholds.understand else ""
    nothing = move or top in MOVES or whole.none >= company.thresholds.none
    found = [] if nothing else [agenda.new_request(top, probability, text)]
    found = _with_parts(company, whole, found, parts)
    triage = Triage(
        text=text,
        move="" if found and move not in ("person", "withdraw") else move,
        none=whole.none,
        emotion=heated(
            max(each.signals.get("strong_emotion", 0.0) for each in (whole, *(said for _, said in parts))), text
        ),
        urgency=pressed(whole.signals.get("time_critical", 0.0), text),
        language=classifier.language(text),
        repeat=0,
        again=False,
    )
    return triage, found


def readable(kit: Kit, text: str) -> str:
    """The text with records named by what they are: to the sentence model an id is noise that hides the sentence."""
    for kind, pattern in kit.ids.items():
        text = _named(kind, pattern).sub(f"my {kind}", text)
    return text


@cache
def _named(kind: str, pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:\b(?:my|our|the|this)\s+)?(?:\b{kind}\s+)?(?:{pattern.pattern})", pattern.flags)


def mentioned(kit: Kit, text: str, expected: str = "") -> dict[str, list[str]]:
    """The ids of records in a text, by kind, each once. `expected`: the kind that was asked for, of which a bare number
    will do. A number that is no record's picks none: the customer is asked."""
    found = {kind: _all(pattern, text) for kind, pattern in kit.ids.items()}
    bare = _BARE_NUMBER.search(text)
    if expected in kit.ids and not found[expected] and bare:
        found[expected] = [bare[0]]
    return {kind: ids for kind, ids in found.items() if ids}


def _all(pattern: re.Pattern[str], text: str) -> list[str]:
    ids: list[str] = []
    for match in pattern.finditer(text):
        ids += [next(filter(None, match.groups()), match[0]), *_listed(text, match.end())]
    return list(dict.fromkeys(ids))


def _listed(text: str, start: int) -> list[str]:
    """Further numbers of a list: after "orders 1008", the rest of ", 1009 and 1010"."""
    numbers = []
    while more := _ANOTHER.match(text, start):
        numbers.append(more[1])
        start = more.end()
    return numbers


def focused(kit: Kit, company: Company, request: Request, text: str) -> list[Request]:
    """The request with the ids it is about, from its own words, else from the whole message. Where it names several
    records of a kind that its playbook needs, there is one request for each."""
    named = mentioned(kit, request["text"]) or mentioned(kit, text)
    book = company.playbooks.get(request["intent"])
    many = next((kind for kind, ids in named.items() if len(ids) > 1 and book and kind in book.needs), "")
    first = {kind: ids[0] for kind, ids in named.items()}
    if not many:
        return [{**request, "focus": request["focus"] | first}]
    return [
        {
            **request,
            "id": new_id("req"),
            "slots": dict(request["slots"]),
            "focus": request["focus"] | first | {many: each},
        }
        for each in named[many]
    ]


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in _SENTENCES.split(text) if part]
    return [part for part in parts if len(part.split()) >= SHORTEST_PART] if len(parts) > 1 else []


def _with_parts(
    company: Company, whole: Prediction, found: Sequence[Request], parts: Sequence[tuple[str, Prediction]]
) -> list[Request]:
    """A part of the message that clearly asks for something else is a request of its own; unless it only tells the
    story of a kindred one ("it has not come", before "I want my money back")."""
    best = _best(company, parts)
    requests: list[Request] = [_surer(request, best) for request in found]
    known = {request["intent"] for request in requests}
    requests += [
        agenda.new_request(intent, probability, part)
        for intent, (probability, part) in best.items()
        if intent not in known and probability >= company.thresholds.another
    ]
    standing = {r["intent"]: _standing(r["intent"], whole, best) for r in requests}
    order = list(best)
    requests.sort(key=lambda r: order.index(r["intent"]) if r["intent"] in best else -1)
    kept = [r for r in requests if _asks(best, r["intent"]) or not _tells(company, r["intent"], standing)]
    return [_apart(request, kept, parts) for request in kept] if len(kept) > 1 else kept


def _apart(request: Request, requests: Sequence[Request], parts: Sequence[tuple[str, Prediction]]) -> Request:
    """Of several requests, each with the words that do not belong to another."""
    others = {other["intent"] for other in requests if other["intent"] != request["intent"]}
    own = [part for part, said in parts if said.intents[0][0] not in others]
    return {**request, "text": " ".join(own)}


def _best(company: Company, parts: Iterable[tuple[str, Prediction]]) -> dict[str, tuple[float, str]]:
    """For each intent that is the first of some part, the part that says it most clearly."""
    best: dict[str, tuple[float, str]] = {}
    for part, said in parts:
        top, probability = said.intents[0]
        if top not in MOVES and said.none < company.thresholds.none and probability > best.get(top, (0.0, ""))[0]:
            best[top] = (probability, part)
    return best


def _surer(request: Request, best: Mapping[str, tuple[float, str]]) -> Request:
    """A part may say more clearly than the whole what was found in the whole."""
    probability, _ = best.get(request["intent"], (0.0, ""))
    return {**request, "probability": max(request["probability"], probability)}


def _standing(intent: str, whole: Prediction, best: Mapping[str, tuple[float, str]]) -> float:
    """How far the whole message and its clearest part, together, are about this."""
    return (dict(whole.intents).get(intent, 0.0) + best.get(intent, (0.0, ""))[0]) / 2


def _asks(best: Mapping[str, tuple[float, str]], intent: str) -> bool:
    """A question of its own is never only the story of something else."""
    return intent in best and best[intent][1].endswith("?")


def _tells(company: Company, intent: str, standing: Mapping[str, float]) -> bool:
    return standing[intent] < SURE and any(
        standing[other] > standing[intent] and _kindred(company, intent, other) for other in standing
    )


def _kindred(company: Company, intent: str, other: str) -> bool:
    """About the same record, or settled by the same action."""
    one, two = company.playbooks.get(intent), company.playbooks.get(other)
    if one is None or two is None:
        return False
    return bool({*one.needs, *one.tools} & {*two.needs, *two.tools})
