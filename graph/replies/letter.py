"""An e-mail's words between the greeting and the company's signature: put there by code, once, whoever wrote them."""

from collections.abc import Mapping, Sequence

from graph.deps import Services
from graph.state import Fact
from graph.truth.render import harmless
from policy.company import Company
from policy.manner import Letter
from records import conversations
from records.conversations import EMAIL, Message
from records.ids import ConversationId
from records.sql import Connection

RECENT = 20
"""Messages in which the customer's language is looked for, where the words themselves are too few to tell."""


async def as_letter(
    conn: Connection, services: Services, to: ConversationId, words: str, facts: Mapping[str, Fact]
) -> str:
    """The words as they go to this conversation: a letter where it is one of e-mails, else as they are. `facts`: what was
    read about the customer, for their name. The letter is in the language of its words."""
    conversation = await conversations.get(conn, to)
    if conversation.channel != EMAIL or not words:
        return words
    company = services.company.current()
    language = services.classifier.language(words)
    if not language:
        language = _spoken(services, await conversations.recent(conn, to, RECENT))
    return _written(company, company.email.letter(language), words, _name(services, facts))


def bare(company: Company, letter: str) -> str:
    """A letter's words, where it is one of this company's."""
    own = {"company": {"name": company.name}}
    for each in (company.email.usual, *company.email.languages.values()):
        _, parted, rest = letter.partition("\n\n")
        signature = each.signature.render(own)
        if parted and signature and rest.endswith(f"\n\n{signature}"):
            return rest.removesuffix(f"\n\n{signature}")
    return letter


def _written(company: Company, letter: Letter, words: str, name: str) -> str:
    own = {"company": {"name": company.name}}
    greeting = letter.greeting.render(own | {"customer": {"name": name}}) if name else None
    parts = [greeting or letter.nameless.render(own), words, letter.signature.render(own)]
    return "\n\n".join(part for part in parts if part)


def _name(services: Services, facts: Mapping[str, Fact]) -> str:
    """As the records have it; "" where it is not there, not shown, or says more than a name does."""
    fact, source = facts.get("customer"), services.kit.sources.get("customer")
    if fact is None or source is None or "name" in source.hidden or not (source.visible and fact["visible"]):
        return ""
    return harmless(str((fact["value"] or {}).get("name") or ""))


def _spoken(services: Services, recent: Sequence[Message]) -> str:
    said = [message.body for message in recent if message.author == "customer"]
    return next(filter(None, map(services.classifier.language, reversed(said))), "")
