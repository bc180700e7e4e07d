"""Takes personal data and secrets out of a text: what goes to a log, to a trace, or into anything that is learned.

By pattern, with the checksums that numbers carry, and by the customer's own record, which the caller gives. Nothing is
downloaded, and the same words always become the same placeholder. What it finds and what it misses:
docs/personal-data.md.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers
from stdnum import iban, luhn

from records.redaction_ids import national_ids

KINDS = ("secret", "email", "iban", "card", "id", "ip", "phone", "address", "name", "customer")
SHORTEST_TERM = 3
DEEPEST = 20

_SECRET = re.compile(
    r"""eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*                        # a JWT
      | \b(?:clk|ghp|gho|ghu|ghs|ghr|glpat|xox[abprs]|sk|rk|pk|whsec|lsv2)[_-](?=[\w-]*\d)[\w-]{16,}
      | \bAKIA[0-9A-Z]{16}\b
      | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
      | (?<=://)[^\s/:@]+:[^\s/@]+(?=@)                         # user and password of a URL
      | (?i:\bbearer\s+)(?P<bearer>[\w.~+/=-]{8,})
      | (?i:\b(?:pass(?:word|wd|phrase|code)?|pwd|pin|secret|token|api[_ -]?key|access[_ -]?key)
        (?:\s+is\s*:?\s*(?=\S*\d)|["']?\s*[:=]\s*["']?))(?P<told>[^\s"',;&]{4,})""",
    re.VERBOSE | re.DOTALL,
)
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?!\w)")
_CARD = re.compile(r"(?<![\w.])[2-6]\d{3}(?:[ -]?\d){8,15}(?!\w)")
_IP = re.compile(r"(?<![\w.:])(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![\w.]*\w|:)")
_NATIONAL = re.compile(
    r"(?<![\w/-])(?<!\d[.,:])(?:\+|00)?(?:\d{1,3}[ .-])?(?:\(\d{1,5}\)[ .-]?)?\d{2,8}(?:[ ./-]\(?\d{2,8}\)?){1,5}"
    r"(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w:/]|-\d|[.,]\d)"
)
_AFTER_WORD = re.compile(
    r"(?i:\b(?:phone|telephone|tel|mobile|cell|fax|call|ring|text|reach|answering|number)\b[^\d\n]{0,20}?)"
    r"(?P<number>\+?\(?\d(?:[ ()./-]{0,2}\d){5,14})(?!\w|-\d|[.,]\d)"
)
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?(?: \d\d?)?|\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}|(?:19|20)\d\d[ -]+(?:19|20)\d\d")
_STREET = (
    "street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|boulevard|blvd|way|place|square|sq|terrace|close|"
    "crescent|quay|highway|hwy|parkway|pkwy|mews|gardens|row|trail|alley|walk"
)
_UNIT = r"(?:apt|apartment|suite|unit|flat|room|floor|ste)\b\.?\s*\#?\w{1,6}"
_TAIL = rf"(?:[\s,]+{_UNIT})?(?:[\s,]+[^\W\d][\w.'-]*){{0,6}}(?:[\s,]+[A-Z]{{2}})?(?:[\s,]+[A-Z]{{0,2}}-?\d{{4,6}}(?:-\d{{4}})?\b)?"
_ADDRESS = re.compile(
    rf"""(?<![\w./:-])(?:
        \d{{1,5}}[A-Za-z]?\s+(?:[^\W\d][\w.'-]*\s+|\d+(?:st|nd|rd|th)\s+){{1,4}}?(?:{_STREET})\b\.?(?:[\s,]+{_UNIT})?
        (?:[\s,]+[^\W\d][\w.'-]*){{0,4}}?(?:[\s,]+[A-Z]{{0,2}}-?\d{{4,6}}(?:-\d{{4}})?\b)?
      | (?:\d{{1,5}}\s+)?\b(?:rue|via|viale|piazza|calle|avenida|rua|plaza|paseo|camino|ulica|ul\.|strada|place|allée|chemin)
        \s+(?:[^\W\d][\w.'-]*\s+){{1,5}}?\d{{1,5}}\b{_TAIL}
      | (?:avenue|boulevard|largo|travessa)\s+(?:[^\W\d][\w.'-]*\s+){{1,4}}?\d{{1,5}}\b{_TAIL}
      | \d{{1,5}},?\s+(?:rue|avenue|boulevard|via|calle|rua|allée|chemin)\s+(?:(?:de|des|du|d|la|le|les|del|di)['\s]+){{0,2}}[^\W\d][\w.'-]*{_TAIL}
      | (?:\d{{1,5}}\s+)?[^\W\d][\w'-]*(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|straat|laan|gatan|vägen|veien|gata|
        vej|gade|katu|tie|utca|steenweg|plein)\s+\d{{1,5}}[a-z]?\b{_TAIL}
      | (?:[^\W\d][\w'-]*\s+){{1,3}}(?:út|utca|utja|ulica|utcája)\s+\d{{1,5}}\b
      | \d{{1,5}}\s+(?:[^\W\d][\w.'-]*\s+){{1,4}}(?:\d{{1,5}}\s+)?{_UNIT}{_TAIL}
      | \d{{1,5}}\s+(?-i:[A-ZÀ-ÞĀ-Ž][\w.'-]*\s+){{1,4}}\d{{1,5}}[\s,]+[^\W\d][\w.'-]*(?:[\s,]+[^\W\d][\w.'-]*){{0,5}}[\s,]+\d{{4,6}}\b
      | p\.?\s?o\.?\s+box\s+\d+(?:[\s,]+[^\W\d][\w.'-]*){{0,3}}(?:[\s,]+[A-Z]{{0,2}}-?\d{{4,6}})?
      | {_UNIT}[\s,]+[^\W\d][\w.'-]*[\s,]+(?:[A-Z]{{2}}\s+)?\d{{5}}\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A piece of a text, from `start` to before `end`, and which kind of data it is."""

    start: int
    end: int
    kind: str


class Known:
    """What one customer's own record tells of them: their name, addresses, id. Recognised whole and, for a name, by its
    parts as well."""

    def __init__(self, terms: Mapping[str, str]) -> None:
        """`terms`: a value to its kind."""
        told = {" ".join(term.split()): kind for term, kind in terms.items() if len(term.strip()) >= SHORTEST_TERM}
        parts = {part: "name" for term, kind in told.items() if kind == "name" for part in re.findall(r"\w{3,}", term)}
        self._kinds = {term.casefold(): kind for term, kind in (parts | told).items()}
        spelled = sorted(self._kinds, key=len, reverse=True)
        words = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in spelled)
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    def spans(self, text: str) -> Iterator[Found]:
        for match in self._pattern.finditer(text) if self._pattern else ():
            kind = self._kinds.get(" ".join(match[0].casefold().split()), "name")
            yield Found(start=match.start(), end=match.end(), kind=kind)


NOBODY = Known({})
_FIELDS = {
    "name": "name",
    "email": "email",
    "phone": "phone",
    "address": "address",
    "id": "customer",
    "customer": "customer",
}


def known_of(*records: Mapping[str, Any]) -> Known:
    """From the facts that were read of a customer, such as their account and their orders."""
    terms = {
        str(record[name]): kind
        for record in records
        for name, kind in _FIELDS.items()
        if isinstance(record.get(name), str) and (name != "id" or "email" in record or "name" in record)
    }
    return Known(terms)


def known_in(value: Any, depth: int = 0) -> list[Mapping[str, Any]]:
    """The records of people that lie anywhere in a piece of JSON, for `known_of`."""
    if depth >= DEEPEST or not isinstance(value, dict | list | tuple):
        return []
    inside = value.values() if isinstance(value, dict) else value
    own = [value] if isinstance(value, dict) and isinstance(value.get("email"), str) else []
    return own + [record for each in inside for record in known_in(each, depth + 1)]


def learnable(text: str, *records: Mapping[str, Any]) -> str:
    """What may be learned from a text: all that is left of it once the patterns and the customer's own `records` (the
    facts that were read of them) are taken out. Whatever learns from conversations calls this first."""
    return redacted(text, known_of(*records))


def redacted(text: str, known: Known = NOBODY) -> str:
    """The text with `[email]`, `[card]`, `[name]`… in place of what was found."""
    parts, done = [], 0
    for found in found_in(text, known):
        parts += [text[done : found.start], f"[{found.kind}]"]
        done = found.end
    return "".join([*parts, text[done:]])


def redacted_value(value: Any, known: Known = NOBODY, depth: int = 0) -> Any:
    """JSON with every text in it redacted; keys stay. What lies too deep is left out whole."""
    match value:
        case str():
            return redacted(value, known)
        case dict() | list() | tuple() if depth >= DEEPEST:
            return "[left out]"
        case dict():
            return {key: redacted_value(each, known, depth + 1) for key, each in value.items()}
        case list() | tuple():
            return [redacted_value(each, known, depth + 1) for each in value]
        case _:
            return value


def found_in(text: str, known: Known = NOBODY) -> list[Found]:
    """What a text holds, in its order, no piece twice. Of two that overlap the kind that is surer wins."""
    kept: list[Found] = []
    for found in (found for find in (known.spans, *_FINDERS) for found in find(text)):
        if found.start < found.end and all(found.end <= each.start or found.start >= each.end for each in kept):
            kept.append(found)
    return sorted(kept, key=lambda found: found.start)


def _secrets(text: str) -> Iterator[Found]:
    for match in _SECRET.finditer(text):
        group = next((name for name in ("bearer", "told") if match[name]), 0)
        yield Found(start=match.start(group), end=match.end(group), kind="secret")


def _emails(text: str) -> Iterator[Found]:
    return _matches(_EMAIL, "email", text)


def _ibans(text: str) -> Iterator[Found]:
    """The regular expression may run on into the words behind: the longest beginning that is valid counts."""
    for match in _IBAN.finditer(text):
        ends = [n for n in range(len(match[0]), 14, -1) if match[0][n - 1].isalnum() and iban.is_valid(match[0][:n])]
        if ends:
            yield Found(start=match.start(), end=match.start() + ends[0], kind="iban")


def _cards(text: str) -> Iterator[Found]:
    return _matches(_CARD, "card", text, lambda digits: luhn.is_valid(re.sub(r"\D", "", digits)))


def _ids(text: str) -> Iterator[Found]:
    return (Found(start=start, end=end, kind="id") for start, end in national_ids(text))


def _ips(text: str) -> Iterator[Found]:
    return _matches(_IP, "ip", text, _is_address)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return len(text) > 3


def _phones(text: str) -> Iterator[Found]:
    """Numbers with their country's prefix as the library knows them; others by how they are written."""
    if sum(char.isdigit() for char in text) < 7:
        return
    for match in phonenumbers.PhoneNumberMatcher(text, None, leniency=phonenumbers.Leniency.POSSIBLE):
        yield Found(start=match.start, end=match.end, kind="phone")
    yield from _matches(_NATIONAL, "phone", text, _is_phone)
    for named in _AFTER_WORD.finditer(text):
        if any(char in named["number"] for char in " ()./-") and not _DATE.fullmatch(named["number"]):
            yield Found(start=named.start("number"), end=named.end("number"), kind="phone")


def _is_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", re.split(r"x|ext", text)[0])
    return 8 <= len(digits) <= 15 and not _DATE.fullmatch(text)


def _addresses(text: str) -> Iterator[Found]:
    return _matches(_ADDRESS, "address", text)


def _matches(pattern: re.Pattern[str], kind: str, text: str, accept: Callable[[str], bool] = bool) -> Iterator[Found]:
    return (Found(start=m.start(), end=m.end(), kind=kind) for m in pattern.finditer(text) if accept(m[0]))


_FINDERS: Iterable[Callable[[str], Iterator[Found]]] = (
    _secrets,
    _emails,
    _ibans,
    _cards,
    _ids,
    _ips,
    _phones,
    _addresses,
)
