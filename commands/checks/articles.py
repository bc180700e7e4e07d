"""Checks of the help centre: files that cannot be read, links that lead nowhere, questions without an answer."""

import re
from collections.abc import Iterator, Sequence

from commands.checks.finding import Checked, Finding, finding, in_playbook, line_of
from knowledge.articles import Article, ArticleInvalid
from knowledge.links import broken_links, target
from knowledge.search import Search
from knowledge.sources import read_sources
from policy.playbook import Playbook

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NEXT = "The service leaves it out, and goes on with what it said before."


def check_articles(found: Checked) -> Iterator[Finding]:
    """Needs no model."""
    name = f"{found.name}/articles"
    sources = found.company.sources
    try:
        read = read_sources(sources)
    except ArticleInvalid as error:
        where = name if error.file == str(found.company.articles) else error.file
        yield finding("error", (where, 0), "There is no folder of articles.", "Make it; it may be empty.")
        return
    for file, what in read.unreadable.items():
        line = re.match(r"line (\d+): ", what)
        said = what.removeprefix(line[0]) if line else what
        yield finding("error", (f"{name}/{file}", int(line[1]) if line else 0), said[0].upper() + said[1:], NEXT)
    for file, what in read.doubtful.items():
        yield finding("warning", (f"{name}/{file}", 0), what[0].upper() + what[1:], "Give one of them another title.")
    if not (read.articles or read.unreadable):
        yield finding("warning", (name, 0), "There are no articles.", "Write what customers ask most.")
    yield from _links(found, name, read.articles)


def _links(found: Checked, name: str, articles: Sequence[Article]) -> Iterator[Finding]:
    by_file = {article.file: article for article in articles}
    for file, links in broken_links(articles).items():
        for link in links:
            where = (f"{name}/{file}", line_of(found.folder, f"{name}/{file}", link))
            path, _, anchor = link.partition("#")
            other = target(file, path)
            if other in by_file:
                yield finding("warning", where, f"{other} has no heading #{anchor}.", "Mend or remove the link.")
            else:
                yield finding("warning", where, f"The link to {path} leads nowhere.", "Mend or remove it.")
    for article in articles:
        for link in _LINK.findall(article.body) if article.audience == "public" else ():
            other = target(article.file, link.partition("#")[0])
            if other in by_file and by_file[other].audience != "public":
                where = (f"{name}/{article.file}", line_of(found.folder, f"{name}/{article.file}", link))
                what = f"Customers are sent to {other}, which is {by_file[other].audience}."
                yield finding("warning", where, what, "Remove the link.")


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
