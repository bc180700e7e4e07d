"""Texts that a reasoner puts into an action: playbooks repeat them to the customer, so they may say nothing by themselves.

What the customer wrote is theirs to say, in a bug report or a wish; whatever else claims or promises something in the
arguments of an action was made up.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graph.truth.claims import kind_of, sentences
from graph.truth.lexicon import plain
from records import conversations
from records.runs import Run
from records.sql import Connection

TELLING = ("claim", "promise", "script")


async def made_up(conn: Connection, run: Run, arguments: Mapping[str, Any]) -> bool:
    """Whether a text of the arguments claims or promises what the customer did not write."""
    telling = list(_telling(arguments.values()))
    if not telling:
        return False
    conversation = await conversations.get(conn, run.conversation_id)
    places = [place for place in (conversation.id, conversation.joined_to) if place]
    said = [message for place in places for message in await conversations.transcript(conn, place)]
    own = " ".join(plain(message.body) for message in said if message.author == "customer")
    return any(_spaced(sentence) not in _spaced(own) for sentence in telling)


def _telling(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            found = (value[start:end] for start, end in sentences(value))
            yield from (plain(sentence) for sentence in found if kind_of(sentence, figures=False) in TELLING)


def _spaced(text: str) -> str:
    return " ".join(text.split())
