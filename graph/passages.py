"""A passage of an article as the flow carries it, and as an answer names it."""

from typing import Any

from graph.state import PassageState
from knowledge.passages import Passage


def carried(passage: Passage) -> PassageState:
    return {
        "id": passage.id,
        "title": passage.title,
        "heading": passage.heading,
        "url": passage.url,
        "text": passage.text,
    }


def cited(passage: PassageState) -> dict[str, Any]:
    """The source that a customer is shown; `passage` is its id."""
    return {
        "title": passage["title"],
        "heading": passage["heading"],
        "url": passage["url"],
        "passage": passage["id"],
    }
