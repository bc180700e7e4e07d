"""Records as JSON, as each side sees them."""

from datetime import UTC, datetime
from typing import Any

from records.conversations import Conversation, Message

Json = dict[str, Any]


def conversation_view(conversation: Conversation, messages: list[Message], *, staff: bool) -> Json:
    """The ticket with its transcript. The customer is told that a person has it, not who."""
    base = {
        "id": conversation.id,
        "status": conversation.status,
        "channel": conversation.channel,
        "assignee": "person" if conversation.assignee else "agent",
        "rating": conversation.rating,
        "opened_at": instant(conversation.opened_at),
        "updated_at": instant(conversation.updated_at),
        "events": f"/conversations/{conversation.id}/events",
        "agenda": [request if staff else _told(request) for request in conversation.agenda],
        "messages": [message_view(message, staff=staff) for message in messages],
    }
    inside = {"customer_id": conversation.customer_id, "assigned_to": conversation.assignee}
    return {**base, **inside} if staff else base


def message_view(message: Message, *, staff: bool) -> Json:
    base = {
        "id": message.id,
        "author": message.author,
        "text": message.body,
        "citations": message.citations,
        "receipts": message.receipts,
        "at": instant(message.created_at),
    }
    return {**base, "staff_id": message.staff_id, "run_id": message.run_id} if staff else base


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _told(request: Json) -> Json:
    return {name: request.get(name, "") for name in ("id", "text", "status")}
