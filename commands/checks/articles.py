"""Checks of the help centre: files that cannot be read, links that lead nowhere, questions without an answer."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from commands.checks.finding import Checked, Finding, finding, in_playbook, line_of
from knowledge.articles import Article, ArticleInvalid, articles_in
from knowledge.ingest import read_articles
from knowledge.search import Search
from policy.playbook import Playbook

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
NEXT = "The service does not start with it."


def check_articles(found: Checked) -> Iterator[Finding]:
    """Needs no model."""
    folder = found.company.articles
    name = f"{found.name}/articles"
    try:
        articles, unreadable = read_articles(folder)
        files = articles_in(folder)
    except ArticleInvalid:
        yield finding("error", (name, 0), "There is no folder of articles.", "Make it; it may be empty.")
        return
    for file, what in unreadable.items():
        line = re.match(r"line (\d+): ", what)
        said = what.removeprefix(line[0]) if line else what
        yield finding("error", (f"{name}/{file}", int(line[1]) if line else 0), said.capitalize(), NEXT)
    if not files:
        yield finding("warning", (name, 0), "There are no articles.", "Write what customers ask most.")
    by_file = {f"{article.id}.md": article for article in articles}
    for file, article in by_file.items():
        yield from _links(found, name, file, article, by_file, folder)


def _links(
    found: Checked, name: str, file: str, article: Article, by_file: Mapping[str, Article], folder: Path
) -> Iterator[Finding]:
    for link in _LINK.findall(article.body):
        path, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = _target(file, path)
        where = (f"{name}/{file}", line_of(found.folder, f"{name}/{file}", link))
        other = by_file.get(target)
        if other is None:
            if not (folder / target).exists():
                yield finding("warning", where, f"The link to {path} leads nowhere.", "Mend or remove it.")
        elif anchor and anchor not in _anchors(other):
            yield finding("warning", where, f"{target} has no heading #{anchor}.", "Mend or remove the link.")
        elif article.audience == "public" and other.audience == "internal":
            yield finding("warning", where, f"Customers are sent to {target}, which is internal.", "Remove the link.")


def _target(file: str, path: str) -> str:
    """From the folder of articles, without `..`."""
    parts: list[str] = []
    for part in (PurePosixPath(file).parent / path).parts if path else PurePosixPath(file).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return "/".join(parts)


def _anchors(article: Article) -> set[str]:
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in _HEADING.findall(article.body)}


async def check_answers(found: Checked, search: Search) -> list[Finding]:
    """Every playbook that may answer finds an article that customers may read."""
    findings = []
    for playbook in found.company.playbooks.values():
        if any(rule.kind == "answer" for rule in playbook.rules):
            findings += await _answer(found, playbook, search)
    return findings


async def _answer(found: Checked, playbook: Playbook, search: Search) -> list[Finding]:
    """By its own words for the search, and, where it has none, by the examples."""
    enough = found.company.thresholds.support
    if playbook.search:
        best = await search.search(playbook.search)
        if best.support >= enough:
            return []
        line = line_of(found.folder, playbook.file, "search:")
        what = f"`search` finds no article that answers (support {best.support:.2f}, {enough:.2f} is needed)."
        return [
            finding("warning", in_playbook(playbook, line), what, "Write the article, or other words for the search.")
        ]
    supports = [(await search.search(text)).support for text in playbook.examples]
    if sum(support >= enough for support in supports) * 2 >= len(supports):
        return []
    what = "It answers from the articles, but most of its examples find none that does, and it has no `search`."
    return [finding("warning", in_playbook(playbook), what, "Write the article, or give the playbook a `search`.")]
