"""The last filter's bounds, from the company's folder and PostgreSQL: what this customer may know, and what nobody may."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from graph.deps import Deps
from graph.state import Fact
from graph.truth.findings import Finding
from graph.truth.leaks import Bounds, Company, leaks
from knowledge.articles import article_of, articles_in
from policy.company import company_files
from policy.words import money
from records import approvals, conversations, receipts
from records.runs import Run
from records.sql import Connection

Json = dict[str, Any]


async def leaking(
    conn: Connection, deps: Deps, run: Run, text: str, facts: Mapping[str, Fact] | None = None
) -> list[Finding]:
    """What of a text may not leave to the customer of this run. `facts`: those that the run has read."""
    return leaks(text, await _bounds(conn, deps, run, facts or {})) if text else []


async def _bounds(conn: Connection, deps: Deps, run: Run, facts: Mapping[str, Fact]) -> Bounds:
    conversation = await conversations.get(conn, run.conversation_id)
    wrote = [message.body for message in await conversations.transcript(conn, conversation.id)]
    done = await receipts.of_conversation(conn, conversation)
    cards = [card.card["title"] for card in await approvals.open_within_reach(conn, conversation.id)]
    seen, hidden = _values(deps, facts)
    told = [leaf for entry in done for leaf in _leaves([entry.arguments, entry.receipt])]
    return Bounds(
        company=company_texts(deps.company.articles),
        own="\n".join([*wrote, *cards, *told, *seen, conversation.customer_id or ""]),
        hidden=hidden,
    )


def _values(deps: Deps, facts: Mapping[str, Fact]) -> tuple[list[str], list[str]]:
    """The values that the customer may see, and those that they may not."""
    seen: list[str] = []
    hidden: list[str] = []
    for fact in facts.values():
        source = deps.services.kit.sources.get(fact["fact"])
        for name, value in (fact["value"] or {}).items():
            kept_back = source is None or not source.visible or name in source.hidden
            (hidden if kept_back else seen).extend(_leaves(value))
            if kept_back and isinstance(value, int) and value >= 100:
                currency = str((fact["value"] or {}).get("currency") or deps.company.currency)
                hidden += [money(value, currency).split(" ")[0]]
    telling = [value for value in hidden if len(value) >= 5 and any(map(str.isdigit, value))]
    return seen, telling


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (leaf for each in value.values() for leaf in _leaves(each))
    elif isinstance(value, list | tuple):
        yield from (leaf for each in value for leaf in _leaves(each))
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def company_texts(articles: Path) -> Company:
    """Of the company whose articles these are, read anew when a file changes."""
    written = tuple((path, path.stat().st_mtime_ns) for path in articles_in(articles))
    return _texts(articles, written)


@lru_cache(maxsize=8)
def _texts(articles: Path, written: tuple[tuple[Path, int], ...]) -> Company:
    found = [article_of(path, articles) for path, _ in written]
    public = [f"{each.title}\n{each.url}\n{each.body}" for each in found if each.audience == "public"]
    internal = [f"{each.title}\n{each.body}" for each in found if each.audience != "public"]
    own = (files("graph") / "prompts/texts.yaml").read_text("utf-8")
    return Company("\n\n".join(internal), "\n\n".join([*public, *_customer_words(articles.parent), own]))


def _customer_words(folder: Path) -> Iterator[str]:
    """The front matter of the playbooks, where the texts for customers stand; the procedure below is for staff."""
    for path in company_files(folder)[2:]:
        yield path.read_text("utf-8-sig").split("\n---", 1)[0]
