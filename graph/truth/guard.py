"""Judges what a reasoner wrote: its slots are filled in, and free text that says what only a record may say is found.

Trusted are, and nothing else: the words that the company's own playbooks say on these records, which the rules reasoner
finds again by itself; what a slot says; whole sentences of the passages that the run found, and what such a sentence bears out. A reasoner's word that its
text is one of these counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph import agenda
from graph.passages import cited
from graph.reasoners.protocol import Decision, View
from graph.reasoners.rules import RulesReasoner
from graph.state import PassageState, Request
from graph.truth.claims import SLOTTED, kind_of, sentences, states
from graph.truth.findings import Finding, kinds, masked
from graph.truth.grounding import bears_out
from graph.truth.known import Known, calls_shown, facts_shown, found_in
from graph.truth.lexicon import plain
from graph.truth.render import rendered
from graph.truth.slots import Slot, pieces
from graph.truth.tongues import readable, strange
from graph.truth.wording import points_back

QUOTED = 4
"""Words that a sentence of an article has at least, to count as quoted."""

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A text with its slots filled in, what is wrong with it, and what it quotes."""

    text: str
    findings: tuple[Finding, ...] = ()
    citations: tuple[Json, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A piece in the free text, where a slot is one word, and in what is said. `fixed`: a slot, which has no inside."""

    free: int
    said: int
    free_length: int
    said_length: int
    fixed: bool


def checked(text: str, known: Known, language: str) -> Checked:
    """Free text with slots, in the customer's language (ISO 639-1)."""
    said, free, parts = "", "", list[_Part]()
    found, cited = list[Finding](), list[Json]()
    for piece in pieces(text):
        filled = rendered(piece, known, language) if isinstance(piece, Slot) else None
        words = piece if isinstance(piece, str) else filled.text if filled else piece.words
        stands = piece if isinstance(piece, str) else SLOTTED
        if isinstance(piece, Slot) and filled is None:
            found.append(Finding(kind="slot", start=len(said), end=len(said) + len(words)))
        cited += filled.citations if filled else ()
        fixed = isinstance(piece, Slot)
        parts.append(
            _Part(free=len(free), said=len(said), free_length=len(stands), said_length=len(words), fixed=fixed)
        )
        said, free = said + words, free + stands
    claimed, quoted, own = _free(free, known)
    read = readable(free.replace(SLOTTED, " "))
    claimed = [each for each in claimed if read or each.kind != "statement"]
    found += [replace(each, start=_place(each.start, parts), end=_place(each.end, parts, end=True)) for each in claimed]
    if not read:
        found.append(Finding(kind="language", start=0, end=len(said)))
    elif strange(own.replace(SLOTTED, " "), known.tongues):
        found.append(Finding(kind="tongue", start=0, end=len(said)))
    return Checked(text=said, findings=tuple(found), citations=tuple(_once([*cited, *quoted])))


def _place(at: int, parts: Sequence[_Part], *, end: bool = False) -> int:
    """Where a place of the free text is in what is said; inside a slot, where the slot begins or ends."""
    for part in parts:
        inside = at - part.free
        if 0 <= inside <= part.free_length if end else 0 <= inside < part.free_length:
            return part.said + ((part.said_length if end else 0) if part.fixed else inside)
    return 0


def _free(free: str, known: Known) -> tuple[list[Finding], list[Json], str]:
    """What is wrong with the sentences; those of an article, or that one bears out, are quoted instead. And the text
    without what is an article's word for word, which is in the article's language."""
    articles = [(passage, _said_in(passage["text"])) for passage in known.passages.values()]
    before: PassageState | None = None
    found: list[Finding] = []
    quoted: list[Json] = []
    own: list[str] = []
    for start, end in sentences(free):
        sentence = free[start:end]
        source = next((passage for passage, said in articles if plain(sentence) in said), None)
        quotes = source is not None and len(sentence.split()) >= QUOTED
        own += [] if quotes else [sentence]
        kind = None if quotes else kind_of(sentence) or states(sentence)
        if not quotes:
            source = _source(sentence, known, before) if kind in ("figure", "statement") else None
        if source is not None:
            quoted.append(cited(source))
        elif kind:
            found.append(Finding(kind=kind, start=start, end=end))
        before = source
    return found, quoted, "\n".join(own)


def _source(sentence: str, known: Known, before: PassageState | None) -> PassageState | None:
    """The passage that bears out a sentence in other words; one that points back ("it works for an hour") must follow
    another of the same passage."""
    if known.vectors is None:
        return None
    for passage in known.passages.values():
        follows = before is not None and before["id"] == passage["id"]
        may = passage["id"] in known.carried and (follows or not points_back(sentence))
        if may and bears_out(known.vectors, passage["text"], sentence):
            return passage
    return None


def _said_in(text: str) -> frozenset[str]:
    return frozenset(plain(text[start:end]) for start, end in sentences(text))


def _once(citations: Sequence[Json]) -> list[Json]:
    return list({str(each.get("passage")): each for each in citations}.values())


async def judged(view: View, decision: Decision, records: Known) -> Decision:
    """The decision with every request's words filled in and checked, and with the sources that code found. Words that
    were settled before are left as they were. A request with a finding is `stopped`: its words are masked.
    """
    honest = (await RulesReasoner().decide(view)).requests
    company = {_words(each): each for each in (*honest, *view.requests) if each["said"]}
    requests = [
        _as_said(request, company[_words(request)])
        if _words(request) in company
        else _written(view, request, records, honest)
        for request in decision.requests
    ]
    return replace(decision, requests=requests)


def _words(request: Request) -> tuple[str, str]:
    """A request that is no intent's was made on the spot, as for a greeting, and is told by its words alone."""
    return (request["intent"] and request["id"], request["said"])


def _as_said(request: Request, own: Request) -> Request:
    said = _unmarked(request) | {"said": own["said"], "citations": own["citations"]}
    kept = {name: own[name] for name in ("stopped", "original") if name in own}
    return said | kept  # type: ignore[return-value, operator]


def _written(view: View, request: Request, records: Known, honest: Sequence[Request]) -> Request:
    """What the reasoner wrote by itself."""
    if not request["said"]:
        return {**_unmarked(request), "citations": []}
    known = known_about(view, request, records, honest)
    result = checked(request["said"], known, view.language)
    said: Request = {**_unmarked(request), "said": masked(result.text, result.findings)}
    said["citations"] = list(result.citations)
    if result.findings:
        said["stopped"], said["original"] = [*kinds(result.findings)], result.text
    return said


def known_about(view: View, request: Request, records: Known, honest: Sequence[Request]) -> Known:
    """What words about one request may name: `records`, the request's facts, the run's passages, and what the rules
    reasoner would say here (`honest`: the requests of its decision)."""
    asked = next((each for each in view.requests if each["id"] == request["id"]), request)
    own = next((each for each in honest if each["id"] == request["id"] and each["said"] != asked["said"]), None)
    facts = facts_shown(view, asked)
    return replace(
        records,
        facts=facts,
        calls=calls_shown(facts),
        **found_in(view, request["intent"]),
        playbook=own["said"] if own else "",
        citations=own["citations"] if own else (),
    )


def _unmarked(request: Request) -> Request:
    """A reasoner does not say what was stopped."""
    return agenda.without(request, "stopped", "original")
