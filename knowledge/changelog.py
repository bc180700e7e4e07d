"""A changelog as articles: each dated release of a file written as Keep a Changelog (keepachangelog.com, 1.1.0) is one."""

import re
from collections.abc import Iterator
from datetime import date

from knowledge.articles import Article, Usual, article_from
from knowledge.front_matter import ArticleInvalid

_RELEASE = re.compile(r"^## +\[?(?P<version>[^\]\s]+)\]?(?:\([^)]*\))?(?P<rest>.*)$", re.MULTILINE)
_DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_DEFINITION = re.compile(r"^\[[^\]]+\]:\s+\S+\s*$", re.MULTILINE)
UNRELEASED = "unreleased"


def releases(text: str, file: str, usual: Usual) -> Iterator[Article]:
    """The newest first; what is not released yet is passed over. Raises ArticleInvalid for a release without a date."""
    title = str(usual.values.get("title", "Changelog"))
    found = list(_RELEASE.finditer(text))
    for number, release in enumerate(found):
        if release["version"].lower() == UNRELEASED:
            continue
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        body = _DEFINITION.sub("", text[release.end() : end]).replace("\n### ", "\n## ")
        updated = _released(release["rest"], file, text.count("\n", 0, release.start()) + 1)
        if body.strip():
            named = {**usual.values, "title": f"{title}: {release['version']}", "updated": updated.isoformat()}
            yield _article(body, f"{file}/{release['version']}.md", Usual(values=named, foreign=True))


def _article(body: str, name: str, usual: Usual) -> Article:
    """The front matter is the source's; a line `---` in a release is none."""
    return article_from(f"\n{body}", name, usual)


def _released(rest: str, file: str, line: int) -> date:
    written = _DATE.search(rest)
    try:
        return date.fromisoformat(written[1] if written else "")
    except ValueError as error:
        message = "a release needs its date, as in `## [1.2.0] - 2025-03-01`."
        raise ArticleInvalid(file=file, line=line, field="", message=message) from error
