"""A page of HTML as Markdown: its words, headings, lists, tables and links, and nothing that could run or ask for input."""

import re

import nh3
from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

GONE = {
    "script",
    "style",
    "template",
    "noscript",
    "form",
    "nav",
    "header",
    "footer",
    "iframe",
    "svg",
    "title",
    "button",
}
"""Elements that go with all that is in them."""
TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "div", "section", "article", "main", "span"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "pre", "code"),
    *("a", "em", "strong", "b", "i", "kbd", "del", "sub", "sup"),
}
DEEPEST = 150
"""Levels of nesting that are still taken for a page: browsers' parsers slow down with the square of it."""
_TAG = re.compile(
    r"<(/?)(?!(?:br|hr|p|li|t[drh]|d[td]|img|input|meta|link|option|col|wbr|source)\b)[a-z][^>]*?(/?)>", re.I
)


class TooDeep(ValueError):
    """Elements stand in one another more often than any page needs."""


def title_of(page: str) -> str:
    """What the page calls itself: its `<title>`, else its first heading; empty without either. Raises TooDeep."""
    _check_depth(page)
    soup = BeautifulSoup(nh3.clean(page, tags={"title", "h1"}, clean_content_tags=GONE - {"title"}), "html.parser")
    for name in ("title", "h1"):
        found = soup.find(name)
        if isinstance(found, Tag) and found.get_text(strip=True):
            return " ".join(found.get_text(" ").split())
    return ""


def markdown_of(page: str) -> str:
    """The page's main part as Markdown. Scripts, styles, forms, handlers and addresses that are not http, https, mailto or
    inside the help centre vanish. Raises TooDeep."""
    _check_depth(page)
    clean = nh3.clean(
        page,
        tags=TAGS,
        clean_content_tags=GONE,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    soup = BeautifulSoup(clean, "html.parser")
    main = soup.find("main") or soup.find("article") or soup
    text: str = MarkdownConverter(heading_style="ATX", bullets="-").convert(str(main))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _check_depth(page: str) -> None:
    """Counted before anything parses it; what HTML leaves open (`<p>`, `<li>`) counts for nothing."""
    depth = 0
    for closing, single in _TAG.findall(page):
        depth = max(0, depth - 1) if closing else depth + (not single)
        if depth > DEEPEST:
            raise TooDeep
