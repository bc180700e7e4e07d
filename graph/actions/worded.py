"""Texts that a reasoner puts into an action: playbooks repeat them to the customer, so they may say nothing by themselves.

What the customer wrote is theirs to say, in a bug report or a wish; whatever else claims or promises something in the
arguments of an action was made up.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graph.truth.claims import kind_of, sentences
from graph.truth.lexicon import plain
from policy.entitlement import ClauseRule
from records import conversations
from records.runs import Run
from records.sql import Connection

TELLING = ("claim", "promise", "script")


async def made_up(conn: Connection, run: Run, arguments: Mapping[str, Any], rules: Sequence[ClauseRule]) -> bool:
    """Whether a text of the arguments claims or promises what neither the customer wrote nor a clause of the tool (`rules`)
    names as one of its choices."""
    telling = list(_telling(value for value in arguments.values() if not _chosen(value, rules)))
    if not telling:
        return False
    conversation = await conversations.get(conn, run.conversation_id)
    places = [place for place in (conversation.id, conversation.joined_to) if place]
    said = [message for place in places for message in await conversations.transcript(conn, place)]
    own = " ".join(plain(message.body) for message in said if message.author == "customer")
    return any(_spaced(sentence) not in _spaced(own) for sentence in telling)


def _chosen(value: Any, rules: Sequence[ClauseRule]) -> bool:
    return any(f"{quote}{value}{quote}" in rule.when.source for rule in rules for quote in "'\"")


def _telling(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            found = (value[start:end] for start, end in sentences(value))
            yield from (plain(sentence) for sentence in found if kind_of(sentence, figures=False) in TELLING)


def _spaced(text: str) -> str:
    return " ".join(text.split())
