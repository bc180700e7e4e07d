"""Joins: what a customer wrote in one conversation about what an earlier one of theirs is already about.

Everything here is by customer: what another customer, or a visitor, wrote is never found.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from records import sql
from records.approvals import Approval
from records.conversations import Conversation
from records.conversations import Status as ConversationStatus
from records.ids import ConversationId, CustomerId, RunId, StaffId
from records.runs import Outcome, Run, Status
from records.sql import Connection

Standing = Literal["running", "waiting", "person", "answered", "asked"]


@dataclass(frozen=True, kw_only=True)
class Matter:
    """A run of another conversation of the customer. `words`: what they wrote there. `card_kind` to `filed_at`: of the
    card that waits, if one does; `arguments` are its proposal's. `facts`: the records on its card or its handoff.
    `answered_by_staff`: a person has written to the customer since."""

    conversation_id: ConversationId
    status: ConversationStatus
    assignee: StaffId | None
    agenda: list[dict[str, Any]]
    run_id: RunId
    run_status: Status
    outcome: Outcome | None
    requests: list[dict[str, Any]]
    started_at: datetime
    finished_at: datetime | None
    words: str
    answered_by_staff: bool
    card_kind: Literal["action", "reply"] | None
    card_intent: str | None
    title: str | None
    filed_at: datetime | None
    arguments: dict[str, Any]
    facts: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Join:
    """`words` were written in `conversation_id`; `joined_to` and `to_run` handle the matter. `settled_at` None: what
    becomes of it is still to be told where it was written."""

    run_id: RunId
    conversation_id: ConversationId
    joined_to: ConversationId
    to_run: RunId
    intent: str
    standing: Standing
    words: str
    at: datetime
    settled_at: datetime | None


async def lock(conn: Connection, customer: CustomerId) -> None:
    """Until the end of the transaction: of two messages at once, the second sees what became of the first."""
    await sql.execute(conn, "lock_contacts", customer=customer)


async def others(conn: Connection, run: Run, *, since: datetime) -> list[Matter]:
    """The runs of the customer's other conversations since then, newest first; of a visitor's none."""
    if run.customer_id is None:
        return []
    return await sql.fetch_all(
        conn, Matter, "other_matters", customer=run.customer_id, conversation=run.conversation_id, since=since
    )


async def add(
    conn: Connection, run: Run, to: Matter, *, intent: str, standing: Standing, words: str, now: datetime
) -> bool:
    """Writes the join down, once; False when it was there. What is answered, or goes on here, owes nothing."""
    settled = now if standing in ("answered", "asked") else None
    added = await sql.execute(
        conn,
        "add_join",
        run=run.id,
        conversation=run.conversation_id,
        joined_to=to.conversation_id,
        to_run=to.run_id,
        intent=intent,
        standing=standing,
        words=words,
        now=now,
        settled=settled,
    )
    return added == 1


async def of_run(conn: Connection, run: RunId) -> list[Join]:
    """What this run joined to; nobody settles it until the transaction ends."""
    return await sql.fetch_all(conn, Join, "joins_of_run", run=run)


async def reaches(conn: Connection, conversation: Conversation, card: Approval) -> bool:
    """Whether something written in this conversation was joined to the run that filed the card, which is of the same
    customer's."""
    if conversation.customer_id is None or card.customer_id != conversation.customer_id:
        return False
    return bool(await sql.fetch_row(conn, "join_to_run", conversation=conversation.id, run=card.run_id))


async def to_run(conn: Connection, run: RunId) -> list[Join]:
    """What was written elsewhere about this run's matter, oldest first."""
    return await sql.fetch_all(conn, Join, "joins_to_run", run=run)


async def to_conversation(conn: Connection, conversation: ConversationId) -> list[Join]:
    """What was written elsewhere about this conversation's matters, oldest first."""
    return await sql.fetch_all(conn, Join, "joins_to_conversation", conversation=conversation)


async def owed_by_run(conn: Connection, run: RunId) -> list[ConversationId]:
    """The conversations that are still to hear what becomes of this run."""
    return [row["conversation_id"] for row in await sql.fetch_rows(conn, "unsettled_joins_to_run", run=run)]


async def owed_by_conversation(conn: Connection, conversation: ConversationId) -> list[ConversationId]:
    """The conversations that are still to hear what a person says in this one."""
    rows = await sql.fetch_rows(conn, "unsettled_joins_to_conversation", conversation=conversation)
    return [row["conversation_id"] for row in rows]


async def settle_run(conn: Connection, run: RunId, *, now: datetime) -> None:
    await sql.execute(conn, "settle_joins_to_run", run=run, now=now)


async def settle_conversation(conn: Connection, conversation: ConversationId, *, now: datetime) -> None:
    await sql.execute(conn, "settle_joins_to_conversation", conversation=conversation, now=now)


async def last_reply(conn: Connection, matter: Matter) -> tuple[str, list[dict[str, Any]]]:
    """What the agent said last in that run, with its citations; "" when it said nothing."""
    row = await sql.fetch_row(conn, "last_reply_of_run", run=matter.run_id, conversation=matter.conversation_id)
    return (str(row["body"]), list(row["citations"])) if row else ("", [])


async def drop_copies(conn: Connection, run: Run, request: str) -> None:
    """Takes a request off the agenda of the customer's other conversations: it goes on in the run's own."""
    await sql.execute(conn, "drop_copies", customer=run.customer_id, conversation=run.conversation_id, request=request)
