"""Links between articles that lead nowhere: a path that is no article, an anchor that no heading has. No network is asked."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from knowledge.articles import Article
from knowledge.files import SUFFIXES

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_ELSEWHERE = re.compile(r"^([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_FENCED = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)


def broken_links(articles: Sequence[Article]) -> dict[str, list[str]]:
    """By file, its relative links that resolve to no article or to no heading of one. A link from the root (`/about`)
    leaves the help centre, and so does one to a file that is no article."""
    by_file = {article.file: article for article in articles}
    found: dict[str, list[str]] = {}
    for article in articles:
        links = _LINK.findall(_FENCED.sub("", article.body))
        wrong = [link for link in dict.fromkeys(links) if not _leads_somewhere(article, link, by_file)]
        if wrong:
            found[article.file] = wrong
    return found


def target(file: str, path: str) -> str:
    """The file that a relative path means, seen from this one."""
    parts: list[str] = []
    for part in (PurePosixPath(file).parent / path).parts if path else PurePosixPath(file).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return "/".join(parts)


def anchors(body: str) -> set[str]:
    """Of its headings, as they are written by hand (GitHub's way) and as passages have them."""
    found = set()
    for title in _HEADING.findall(_FENCED.sub("", body)):
        found |= {
            re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-"),
            "-".join(re.findall(r"[^\W_]+", title.lower())),
        }
    return found


def _leads_somewhere(article: Article, link: str, by_file: Mapping[str, Article]) -> bool:
    path, _, anchor = unquote(link).partition("#")
    if _ELSEWHERE.match(link) or path.startswith("/"):
        return True
    path = path.partition("?")[0]
    if path and PurePosixPath(path).suffix and not path.lower().endswith(SUFFIXES):
        return True
    other = next((by_file[name] for name in _names(target(article.file, path)) if name in by_file), None)
    return other is not None and (not anchor or anchor.lower() in anchors(other.body))


def _names(file: str) -> list[str]:
    return [file, *(f"{file}{suffix}" for suffix in SUFFIXES)]
