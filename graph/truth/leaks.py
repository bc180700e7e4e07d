"""The last filter: what may not leave whoever wrote it. Staff's words, other people's data, keys, unknown addresses."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from graph.truth.findings import Finding, Kind
from graph.truth.lexicon import plain
from graph.truth.secrets import Span, secrets
from policy.entities import emails, phones

RUN = 6
"""Words in a row, with an internal text and with no public one, that count as repeating it."""
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[^\W\d_])[^\W_][\w-]{5,}")
_ID = re.compile(r"\b[a-z]{2,12}_(?=\w*\d)\w+|\b[A-Z]{2,5}-\d{3,}\b", re.I)
_HOST = re.compile(
    r"(?:https?://|\bwww\.)([\w.-]+)|(?<![@\w.-])((?:[\w-]+\.)+(?:com|net|org|io|co|app|dev|info|biz|ru|cn|xyz|top|link))\b",
    re.I,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Every row of `RUN` words."""
    words = _WORD.findall(plain(text))
    return frozenset(tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


@dataclass(frozen=True)
class Company:
    """`internal`: what is for staff. `public`: all that the company says to customers. Both as one text."""

    internal: str
    public: str

    @cached_property
    def rows(self) -> frozenset[tuple[str, ...]]:
        """Rows of words that stand in internal texts alone."""
        return shingles(self.internal) - shingles(self.public)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Words with a figure in them that stand in internal texts alone."""
        return frozenset(_CODE.findall(self.internal.casefold())) - frozenset(_CODE.findall(self.public.casefold()))

    @cached_property
    def phones(self) -> frozenset[str]:
        return frozenset(phones(self.public))

    @cached_property
    def hosts(self) -> frozenset[str]:
        return frozenset(_hosts(self.public))


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """`own`: all that this customer may be told of records, and what they wrote, as one text. `hidden`: values that
    customers are not shown."""

    company: Company
    own: str
    hidden: Collection[str] = ()

    @cached_property
    def known(self) -> str:
        return f"{self.own}\n{self.company.public}".casefold()


def leaks(text: str, bounds: Bounds) -> list[Finding]:
    """Where the text has something that may not leave."""
    found: Mapping[Kind, Iterator[Span]] = {
        "secret": (span for span in secrets(text) if not _whole_value(text[slice(*span)], bounds)),
        "internal": _internal(text, bounds),
        "foreign": _foreign(text, bounds),
        "hidden": _hidden(text, bounds),
        "link": _links(text, bounds),
    }
    return [Finding(kind=kind, start=start, end=end) for kind, spans in found.items() for start, end in spans]


def _whole_value(word: str, bounds: Bounds) -> bool:
    """A parcel's number may look like a card's: one in ten passes Luhn. It is none where it is a record's whole value."""
    return word.isalnum() and word in bounds.own.split("\n")


def _internal(text: str, bounds: Bounds) -> Iterator[Span]:
    words = [(match.start(), match.end(), plain(match.group())) for match in _WORD.finditer(text)]
    for at in range(len(words) - RUN + 1):
        row = words[at : at + RUN]
        if tuple(word for *_, word in row) in bounds.company.rows:
            yield row[0][0], row[-1][1]
    for match in _CODE.finditer(text):
        if match.group().casefold() in bounds.company.codes and match.group().casefold() not in bounds.own.casefold():
            yield match.span()


def _foreign(text: str, bounds: Bounds) -> Iterator[Span]:
    """Ids, e-mail addresses and phone numbers that are nobody's this customer may know of."""
    for match in _ID.finditer(text):
        if not re.search(rf"(?<!\w){re.escape(match.group().casefold())}(?!\w)", bounds.known):
            yield match.span()
    for match in _EMAIL.finditer(text):
        if emails(match.group()) and match.group().casefold().rstrip(".") not in bounds.known:
            yield match.span()
    said = phones(text)
    known = {*phones(bounds.own), *bounds.company.phones} if said else set()
    yield from (_place_of(number, text) for number in said if number not in known)


def _place_of(number: str, text: str) -> Span:
    """Where the digits of a number stand, however they are written."""
    pattern = r"[\s()./-]*".join(re.escape(each) for each in number.lstrip("+"))
    match = re.search(rf"\+?{pattern}", text)
    return match.span() if match else (0, len(text))


def _hidden(text: str, bounds: Bounds) -> Iterator[Span]:
    for value in bounds.hidden:
        if value not in bounds.own:
            yield from (match.span() for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text))


def _links(text: str, bounds: Bounds) -> Iterator[Span]:
    for match in _HOST.finditer(text):
        host = (match[1] or match[2]).casefold().strip(".")
        if host not in bounds.company.hosts and host not in bounds.own.casefold():
            yield match.span()


def _hosts(text: str) -> Iterator[str]:
    for match in _HOST.finditer(text):
        yield (match[1] or match[2]).casefold().strip(".")
    yield from (address.partition("@")[2].casefold() for address in emails(text))
