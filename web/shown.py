"""What each side sees of an event: staff all of it, the customer what concerns them."""

from collections.abc import Mapping
from typing import Any

from records.events import Event
from web.views import instant

# The fields of each kind of event that the customer gets. Kinds that are not here stay inside.
CUSTOMER_FIELDS: Mapping[str, tuple[str, ...]] = {
    "posted": ("message",),
    "step": ("node", "state"),
    "delta": ("text", "attempt"),
    "reset": ("attempt",),
    "message": ("id", "text", "author", "citations", "receipts", "part"),
    "receipt": ("tool", "reference", "amount", "currency", "details"),
    "approval": ("status",),
    "decision": ("status",),
    "handoff": (),
    "assigned": ("to",),
    "joined": ("to", "from", "standing"),
    "closed": ("status",),
    "reopened": (),
    "finished": ("outcome", "status"),
}


def shown(event: Event, *, staff: bool) -> dict[str, Any] | None:
    """The data of an event as this side sees it, with its run and time; None for what it does not see."""
    base = {"run": event.run_id, "at": instant(event.at)}
    if staff:
        return {**event.data, **base}
    fields = CUSTOMER_FIELDS.get(event.type)
    if fields is None:
        return None
    told = {name: event.data[name] for name in fields if name in event.data}
    if event.type == "handoff":
        told = {"to": "person"}
    return {**told, **base}
