"""What Closeloop knows of a customer's earlier conversations."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class History:
    """Of the conversations in which the customer was answered at least once. `open`: those that wait for the company,
    not for the customer. `recent`: opened in the last 30 days. `last_outcome`: how the latest run ended, `answered` for
    instance. `last_receipt`: the system's own id of what was done last. None: there was nothing yet."""

    customer: str
    conversations: int
    open: int
    recent: int
    last_intent: str | None
    last_outcome: str | None
    last_at: datetime | None
    last_receipt: str | None
