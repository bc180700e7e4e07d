"""Cutting Markdown into passages of about 160 words that keep their heading."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

WORDS = 160
"""As long as the sentence model reads well (256 tokens); chunk size of the baselines in docs/knowledge.md."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A citable piece of an article. `heading` is the nearest one above it, empty for the introduction; `text` is
    Markdown without it; `url` may be empty; `updated` is an ISO date."""

    id: str
    article: str
    title: str
    heading: str
    url: str
    text: str
    audience: str
    language: str
    updated: str
    product: str = ""
    plan: str = ""

    def indexed(self) -> str:
        """What is searched: title and heading, which say what the text takes for granted, then the plain text."""
        lead = self.title if self.heading in ("", self.title) else f"{self.title}. {self.heading}"
        return f"{lead}. {plain(self.text)}"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """`anchor` is unique in its document: the heading's slug and a running number under that heading."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """A stretch below one heading, as a page shows it. `level`: 1 to 6, 0 for the introduction; `text`: Markdown, may be
    empty; `anchors`: those of its passages, none where it has no text."""

    heading: str
    level: int
    text: str
    anchors: tuple[str, ...]


def cut(body: str) -> list[Piece]:
    """The document in pieces, in order. A section is never mixed with the next; a long one is cut between blocks, and a
    long block between lines or sentences."""
    return [
        Piece(anchor=anchor, heading=section.heading, text=part)
        for section in outline(body)
        for anchor, part in zip(section.anchors, _packed(section.text), strict=True)
    ]


def outline(body: str) -> list[Section]:
    """The document's sections in order, with the anchors of what `cut` makes of them."""
    seen: Counter[str] = Counter()
    sections = []
    for heading, level, text in _sections(body):
        slug, count = slug_of(heading), len(list(_packed(text)))
        anchors = tuple(f"{slug}-{seen[slug] + number}" for number in range(1, count + 1))
        seen[slug] += count
        sections.append(Section(heading=heading, level=level, text=text, anchors=anchors))
    return sections


def plain(markdown: str) -> str:
    """The words alone: no images, addresses of links, HTML or emphasis."""
    text = _IMAGE.sub(" ", markdown)
    text = _LINK.sub(r"\1", text)
    text = _HTML.sub(" ", text)
    return " ".join(_MARKS.sub(" ", text).split())


_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_HTML = re.compile(r"<!--.*?-->|</?[a-zA-Z][^>]*>", re.DOTALL)
_MARKS = re.compile(r"^\s*(?:[-*+>]|\d+\.)\s+|[*`_|]{1,3}(?=\s|$)|(?<!\w)[*`_|]+|^-{3,}$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")


def _sections(body: str) -> Iterator[tuple[str, int, str]]:
    """(heading, level, text) of each stretch; a `#` inside a code fence is no heading."""
    heading, level, lines, fenced = "", 0, list[str](), False
    for line in body.splitlines():
        fenced ^= bool(_FENCE.match(line))
        title = None if fenced else _HEADING.match(line)
        if title is None:
            lines.append(line)
            continue
        if level or "".join(lines).strip():
            yield heading, level, "\n".join(lines).strip()
        heading, level, lines = plain(title.group(2)), len(title.group(1)), []
    if level or "".join(lines).strip():
        yield heading, level, "\n".join(lines).strip()


def _packed(text: str) -> Iterator[str]:
    """Blocks put together up to WORDS; a piece is longer only when one sentence is."""
    if not text:
        return
    piece, size = "", 0
    for separator, block in _blocks(text):
        words = len(block.split())
        if piece and size + words > WORDS:
            yield piece
            piece, size = "", 0
        piece = f"{piece}{separator}{block}" if piece else block
        size += words
    if piece:
        yield piece


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """(what joins it to the one before, block): paragraphs, and the sentences or lines of a paragraph over WORDS."""
    for paragraph in re.split(r"\n\s*\n", text):
        if len(paragraph.split()) <= WORDS:
            yield "\n\n", paragraph.strip("\n")
            continue
        parts = [part for part in _SENTENCE.split(paragraph) if part.strip()]
        joint = "\n" if "\n" in paragraph else " "
        yield "\n\n", parts[0]
        yield from ((joint, part) for part in parts[1:])


def slug_of(heading: str) -> str:
    """What the anchors of its passages begin with."""
    return "-".join(re.findall(r"[^\W_]+", heading.lower())) or "introduction"
