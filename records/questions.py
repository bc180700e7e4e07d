"""What was asked, run by run, and what is known of the right answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from records import sql
from records.ids import ConversationId, CustomerId, RunId
from records.sql import Connection

SETTLING = ("confirm_by_correction", "confirm_by_approval", "mark_unhappy", "confirm_by_customer", "count_minutes")
"""What becomes known after a run: the statements, in an order in which each may rely on those before."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A finished run that is not written down yet. `said`: the customer's words, not redacted; None: deleted since.
    `confidence`: what graph/replies/confidence.py told. `cited`: articles."""

    run_id: RunId
    conversation_id: ConversationId
    customer_id: CustomerId | None
    requests: list[dict[str, Any]]
    outcome: str
    asked_at: datetime
    said: str | None
    confidence: dict[str, Any]
    reason: str
    cited: list[str]


async def unrecorded(conn: Connection, *, since: datetime, after: str, limit: int) -> list[Asked]:
    """By run, after the last that was seen."""
    return await sql.fetch_all(conn, Asked, "unrecorded_runs", since=since, after=after, limit=limit)


async def add(conn: Connection, run: Asked, *, place: int, text: str, intent: str, probability: float) -> None:
    """`text` is redacted by the caller. A repeat changes nothing."""
    support = run.confidence.get("support")
    values = {**vars(run), "place": place, "text": text, "intent": intent, "probability": probability}
    await sql.execute(conn, "add_question", **values, support=support)


async def settle(conn: Connection) -> None:
    """Writes down what became known since: who confirmed what, and what came after an answer."""
    for statement in SETTLING:
        await sql.execute(conn, statement)
