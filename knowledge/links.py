"""Links between articles that lead nowhere: a path that is no article, an anchor that no heading has. No network is asked."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import unquote

from knowledge.articles import Article
from knowledge.files import SUFFIXES
from knowledge.passages import outline, slug_of

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
ELSEWHERE = re.compile(r"^([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_CODE = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1|(`+)[^`\n]+\2", re.MULTILINE | re.DOTALL)


def broken_links(articles: Sequence[Article]) -> dict[str, list[str]]:
    """By file, its relative links that resolve to no article or to no heading of one. A link from the root (`/about`)
    leaves the help centre, and so does one to a file that is no article."""
    by_file = {article.file: article for article in articles}
    found: dict[str, list[str]] = {}
    for article in articles:
        links = _LINK.findall(_CODE.sub("", article.body))
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


@lru_cache(maxsize=4096)
def anchors_of(body: str) -> dict[str, str]:
    """The anchors that a link may name, each with that of the page: as they are written by hand (GitHub's way), and as
    passages have them."""
    found: dict[str, str] = {}
    for section in outline(body):
        here = section.anchors[0] if section.anchors else slug_of(section.heading)
        by_hand = re.sub(r"[^\w\- ]", "", section.heading.lower()).replace(" ", "-")
        for name in (by_hand, slug_of(section.heading)):
            found.setdefault(name, here)
        found |= {anchor: anchor for anchor in section.anchors}
    return found


def _leads_somewhere(article: Article, link: str, by_file: Mapping[str, Article]) -> bool:
    path, _, anchor = unquote(link).partition("#")
    if ELSEWHERE.match(link) or path.startswith("/"):
        return True
    path = path.partition("?")[0]
    if path and PurePosixPath(path).suffix and not path.lower().endswith(SUFFIXES):
        return True
    other = next((by_file[name] for name in names(target(article.file, path)) if name in by_file), None)
    return other is not None and (not anchor or anchor.lower() in anchors_of(other.body))


def names(file: str) -> list[str]:
    """The files that a link to this path may mean."""
    return [file, *(f"{file}{suffix}" for suffix in SUFFIXES)]
