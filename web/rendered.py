"""Markdown of an article as HTML that may stand on a page of ours: no HTML of its own, no pictures, nothing from elsewhere."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.links import ELSEWHERE, names, target

TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
    *("blockquote", "pre", "code", "a", "em", "strong", "s"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
Places = Mapping[str, tuple[str, Mapping[str, str]]]
"""By file: where its page is, and its anchors (knowledge.links.anchors_of)."""


def rendered(text: str, body: str, file: str, places: Places) -> str:
    """A section of the article `body` that was read from `file`. Links to articles lead to their pages; one to what is no
    page for everybody is its words alone."""
    env: dict[str, Any] = {}
    _markdown().parse(body, env)  # a link may be defined in another section
    tokens = _markdown().parse(text, env)
    for token in tokens:
        _resolve(token.children or [], file, places)
    html: str = _markdown().renderer.render(tokens, _markdown().options, env)
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"})


def _resolve(tokens: list[Token], file: str, places: Places) -> None:
    for token in tokens:
        if token.type == "link_open":
            to = _place(str(token.attrs.get("href", "")), file, places)
            token.attrs = {"href": to} if to else {}


def _place(link: str, file: str, places: Places) -> str:
    if ELSEWHERE.match(link):
        return link
    path, _, anchor = unquote(link).partition("#")
    found = next((places[name] for name in names(target(file, path.partition("?")[0])) if name in places), None)
    if found is None:
        return ""
    page, anchors = found
    there = anchors.get(anchor.lower(), "")
    return f"{page}#{there}" if there else page


@cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables; HTML in it is text."""
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
