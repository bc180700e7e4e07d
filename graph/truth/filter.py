"""The last filter's bounds, from the company's folder and PostgreSQL: what this customer may know, and what nobody may."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from graph.deps import Services
from graph.state import Fact
from graph.truth.findings import Finding
from graph.truth.leaks import Bounds, Company, leaks
from knowledge.articles import Article, article_of, articles_in
from knowledge.library import Library
from policy.company import company_files
from policy.words import money
from records import approvals, conversations, handoffs, receipts
from records.ids import ConversationId
from records.manifest import Filed
from records.sql import Connection
from tools.kit import Kit


async def leaking(
    conn: Connection, services: Services, to: ConversationId, text: str, facts: Iterable[Fact]
) -> list[Finding]:
    """What of a text may not leave to the customer of a conversation. `facts`: those that were read about them; those of
    the conversation's cards and handoffs come on top."""
    return leaks(text, await bounds_of(conn, services, to, facts)) if text else []


async def bounds_of(conn: Connection, services: Services, to: ConversationId, facts: Iterable[Fact]) -> Bounds:
    """What the customer of a conversation may know, as it stands now."""
    conversation, company = await conversations.get(conn, to), services.company.current()
    wrote = [each for place in (to, conversation.joined_to) if place for each in await _wrote(conn, place)]
    done = await receipts.of_conversation(conn, conversation)
    cards = await approvals.open_within_reach(conn, conversation.id)
    shown = [*(card.card for card in cards), *(each.package for each in await handoffs.of_conversation(conn, to))]
    read = [fact for each in shown for fact in each.get("facts", [])]
    seen, hidden = _values(services.kit, company.currency, [*facts, *read])
    told = [leaf for entry in done for leaf in _leaves([entry.arguments, entry.receipt])]
    titles = [str(card.card["title"]) for card in cards]
    return Bounds(
        company=_texts_of(services, company.articles),
        own="\n".join([*wrote, *titles, *told, *seen, conversation.customer_id or ""]),
        hidden=hidden,
    )


async def _wrote(conn: Connection, conversation: ConversationId) -> list[str]:
    """What the customer wrote, and what the agent told them, which has passed this filter; staff's words have not."""
    said = await conversations.transcript(conn, conversation)
    return [message.body for message in said if message.author != "staff"]


def _values(kit: Kit, currency: str, facts: Iterable[Fact]) -> tuple[list[str], list[str]]:
    """The values that the customer may see, and those that they may not; a number also as the sum that it may be."""
    seen: list[str] = []
    hidden: list[str] = []
    for fact in facts:
        source, record = kit.sources.get(fact["fact"]), fact["value"] or {}
        for name, value in record.items():
            kept_back = source is None or not source.visible or name in source.hidden
            sums = [money(value, str(record.get("currency") or currency))] if type(value) is int else []
            (hidden if kept_back else seen).extend([*_leaves(value), *(each.split(" ")[0] for each in sums)])
    telling = [value for value in hidden if len(value) >= 5 and any(map(str.isdigit, value))]
    return seen, telling


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (leaf for each in value.values() for leaf in _leaves(each))
    elif isinstance(value, list | tuple):
        yield from (leaf for each in value for leaf in _leaves(each))
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _texts_of(services: Services, articles: Path) -> Company:
    """What is served, whatever became of its files since."""
    library = services.library
    return _served(articles.parent, library, library.generation) if library else company_texts(articles)


@lru_cache(maxsize=8)
def _served(folder: Path, library: Library, _generation: int) -> Company:
    return _told(folder, library.served())


def company_texts(articles: Path) -> Company:
    """Of the company whose articles these are, read anew when a file changes."""
    written = tuple((path, path.stat().st_mtime_ns) for path in articles_in(articles))
    return _texts(articles, written)


@lru_cache(maxsize=8)
def _texts(articles: Path, written: tuple[tuple[Path, int], ...]) -> Company:
    return _told(articles.parent, [article_of(path, articles) for path, _ in written])


def _told(folder: Path, found: Sequence[Article | Filed]) -> Company:
    public = [f"{each.title}\n{each.url}\n{each.body}" for each in found if each.audience == "public"]
    internal = [f"{each.title}\n{each.body}" for each in found if each.audience != "public"]
    own = (files("graph") / "prompts/texts.yaml").read_text("utf-8")
    return Company("\n\n".join(internal), "\n\n".join([*public, *_customer_words(folder), own]))


def _customer_words(folder: Path) -> Iterator[str]:
    """The front matter of the playbooks, where the texts for customers stand; the procedure below is for staff."""
    for path in company_files(folder)[2:]:
        yield path.read_text("utf-8-sig").split("\n---", 1)[0]
