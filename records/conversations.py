"""Conversations: the transcript, the agenda and the status of each ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from psycopg.types.json import Jsonb

from records import closing, sql
from records.errors import Conflict, NotFound
from records.ids import ConversationId, CustomerId, MessageId, RunId, StaffId, new_id
from records.sql import Connection

Author = Literal["customer", "agent", "staff"]
CHAT: Final = "chat"
EMAIL: Final = "email"
"""Where a customer writes. A chat is answered in short messages, an e-mail in letters."""
Status = Literal["open", "waiting_customer", "waiting_staff", "resolved_confirmed", "closed_unconfirmed"]


class TakenOver(Conflict):
    """Somebody else has this conversation."""


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """`customer_id` None: a visitor. `assignee` None: the agent answers; else the person who does.
    `agenda`: the open requests, see graph.state.Request. `joined_to`: the earlier conversation that handles what the
    customer wrote here, if one does; see records.joins. `reopened`: how often they came back after it had been closed over
    their silence."""

    id: ConversationId
    customer_id: CustomerId | None
    channel: str
    status: Status
    assignee: StaffId | None
    agenda: list[dict[str, Any]]
    rating: int | None
    opened_at: datetime
    updated_at: datetime
    joined_to: ConversationId | None
    reopened: int


@dataclass(frozen=True, kw_only=True)
class Message:
    """`run_id`: for a customer's message the run that took it up, None while unanswered; else the run that wrote it.
    `page`: where the customer was, as told by the page they were on; see web.page."""

    id: MessageId
    author: Author
    staff_id: StaffId | None
    body: str
    citations: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    page: dict[str, str] | None
    run_id: RunId | None
    created_at: datetime


async def open_conversation(
    conn: Connection, *, customer: CustomerId | None, channel: str, now: datetime
) -> ConversationId:
    conversation = ConversationId(new_id("cnv"))
    await sql.execute(conn, "open_conversation", id=conversation, customer=customer, channel=channel, now=now)
    return conversation


async def get(conn: Connection, conversation: ConversationId) -> Conversation:
    """Raises NotFound."""
    found = await sql.fetch_one(conn, Conversation, "conversation", id=conversation)
    if found is None:
        raise NotFound
    return found


async def assignee_of(conn: Connection, conversation: ConversationId) -> StaffId | None:
    """The person who has it now; None: the agent."""
    row = await sql.fetch_row(conn, "assignee_of", id=conversation)
    return row["assignee"] if row else None


async def transcript(conn: Connection, conversation: ConversationId) -> list[Message]:
    return await sql.fetch_all(conn, Message, "transcript", id=conversation)


async def recent(conn: Connection, conversation: ConversationId, limit: int) -> list[Message]:
    """The newest messages, oldest first."""
    return await sql.fetch_all(conn, Message, "recent_messages", id=conversation, limit=limit)


async def messages_of_run(conn: Connection, run: RunId) -> list[Message]:
    """What the customer wrote that this run answers."""
    return await sql.fetch_all(conn, Message, "messages_of_run", run=run)


async def add_customer_message(
    conn: Connection,
    conversation: ConversationId,
    *,
    body: str,
    now: datetime,
    page: dict[str, str] | None = None,
    signed_in_at: datetime | None = None,
) -> MessageId:
    """An unanswered message. The caller defers the job that answers it in the same transaction. `signed_in_at`: when the
    customer had last proved who they are, by the token with which they posted it."""
    message = MessageId(new_id("msg"))
    await closing.reopen(conn, conversation, now=now)
    await _add(
        conn,
        conversation,
        message=message,
        author="customer",
        body=body,
        now=now,
        page=page,
        signed_in_at=signed_in_at,
    )
    await set_status(conn, conversation, "open", now=now)
    return message


async def add_agent_message(
    conn: Connection,
    conversation: ConversationId,
    *,
    body: str,
    run: RunId,
    part: str,
    now: datetime,
    citations: Sequence[dict[str, Any]] = (),
    receipts: Sequence[dict[str, Any]] = (),
) -> MessageId | None:
    """One of a run's messages to the customer, once: None when this `part` of the run was written before."""
    message = MessageId(new_id("msg"))
    added = await _add(
        conn,
        conversation,
        message=message,
        author="agent",
        body=body,
        run=run,
        part=part,
        citations=citations,
        receipts=receipts,
        now=now,
    )
    return message if added else None


async def add_staff_message(
    conn: Connection, conversation: ConversationId, *, body: str, staff: StaffId, now: datetime
) -> MessageId:
    message = MessageId(new_id("msg"))
    await _add(conn, conversation, message=message, author="staff", staff=staff, body=body, now=now)
    return message


async def _add(
    conn: Connection,
    conversation: ConversationId,
    *,
    message: MessageId,
    author: Author,
    body: str,
    now: datetime,
    staff: StaffId | None = None,
    run: RunId | None = None,
    part: str = "",
    citations: Sequence[dict[str, Any]] = (),
    receipts: Sequence[dict[str, Any]] = (),
    page: dict[str, str] | None = None,
    signed_in_at: datetime | None = None,
) -> bool:
    rows = await sql.execute(
        conn,
        "add_message",
        id=message,
        conversation=conversation,
        author=author,
        staff=staff,
        body=body,
        citations=Jsonb(list(citations)),
        receipts=Jsonb(list(receipts)),
        page=Jsonb(page) if page else None,
        run=run,
        part=part,
        now=now,
        signed_in_at=signed_in_at,
    )
    return rows == 1


async def set_agenda(
    conn: Connection, conversation: ConversationId, agenda: Sequence[Any], status: Status, *, now: datetime
) -> None:
    await sql.execute(conn, "set_agenda", id=conversation, agenda=Jsonb(list(agenda)), status=status, now=now)


async def set_status(conn: Connection, conversation: ConversationId, status: Status, *, now: datetime) -> None:
    await sql.execute(conn, "set_conversation_status", id=conversation, status=status, now=now)


async def assign(
    conn: Connection, conversation: ConversationId, to: StaffId | None, *, seen: StaffId | None, now: datetime
) -> None:
    """Gives the conversation to a person, or back to the agent (None). Raises TakenOver if it is no longer with `seen`."""
    status = "waiting_staff" if to else "waiting_customer"
    rows = await sql.execute(
        conn, "assign_conversation", id=conversation, assignee=to, seen=seen, status=status, now=now
    )
    if rows == 0:
        raise TakenOver


async def rate(conn: Connection, conversation: Conversation, rating: int, note: str, *, now: datetime) -> str:
    """4 and 5 confirm the resolution of an answered conversation; nothing else, and never silence, does. Returns the
    status that it has then."""
    row = await sql.fetch_row(conn, "rate_conversation", id=conversation.id, rating=rating, note=note, now=now)
    return str(row["status"]) if row else conversation.status
