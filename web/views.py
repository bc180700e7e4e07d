"""Records as JSON, as each side sees them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from records.conversations import Conversation, Message
from records.joins import Join

Json = dict[str, Any]


def conversation_view(
    conversation: Conversation, messages: list[Message], joined: Sequence[Join], *, staff: bool
) -> Json:
    """The ticket with its transcript. The customer is told that a person has it, not who. `joined`: what was written
    elsewhere about what is handled here."""
    base = {
        "id": conversation.id,
        "status": conversation.status,
        "channel": conversation.channel,
        "assignee": "person" if conversation.assignee else "agent",
        "rating": conversation.rating,
        "joined_to": conversation.joined_to,
        "opened_at": instant(conversation.opened_at),
        "updated_at": instant(conversation.updated_at),
        "events": f"/conversations/{conversation.id}/events",
        "agenda": [request if staff else _told(request) for request in conversation.agenda],
        "messages": [message_view(message, staff=staff) for message in messages],
    }
    inside = {
        "customer_id": conversation.customer_id,
        "assigned_to": conversation.assignee,
        "reopened": conversation.reopened,
        "joined": [joined_view(join) for join in joined],
    }
    return {**base, **inside} if staff else base


def joined_view(join: Join) -> Json:
    """Words of the customer's from another conversation of theirs."""
    return {"conversation_id": join.conversation_id, "text": join.words, "at": instant(join.at)}


def message_view(message: Message, *, staff: bool) -> Json:
    base = {
        "id": message.id,
        "author": message.author,
        "text": message.body,
        "citations": message.citations,
        "receipts": message.receipts,
        "at": instant(message.created_at),
    }
    inside = {"staff_id": message.staff_id, "run_id": message.run_id, "page": message.page}
    return {**base, **inside} if staff else base


def plain(value: Any) -> Any:
    """A field of a record as JSON: a moment as text, anything else as it is."""
    return instant(value) if isinstance(value, datetime) else value


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _told(request: Json) -> Json:
    return {name: request.get(name, "") for name in ("id", "text", "status")}
