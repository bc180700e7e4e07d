"""Taking in a customer's message: stored, announced and owed an answer in one transaction, once per Idempotency-Key."""

import hashlib
import re
from dataclasses import dataclass

from records import conversations, events, sql
from records.conversations import Conversation
from records.errors import BadRequest, Unprocessable
from records.ids import MessageId
from records.sql import Connection
from web.doors import Doors

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class OtherBody(Unprocessable):
    """This Idempotency-Key was used before, with another message."""

    slug = "idempotency-key-reused"


@dataclass(frozen=True, kw_only=True)
class Posted:
    """`seq`: the number of the event that announced the message."""

    message_id: MessageId
    seq: int


def checked_key(key: str | None) -> str | None:
    """Raises BadRequest for a key that is none."""
    if key is not None and not _KEY.fullmatch(key):
        raise BadRequest("An Idempotency-Key has 1 to 200 visible ASCII characters.")
    return key


async def post(doors: Doors, conversation: Conversation, text: str, key: str | None) -> Posted:
    """Stores the message; with a key that was used before, finds the one it stored. Raises OtherBody."""
    async with doors.services.database.transaction() as conn:
        if key is None:
            return await _store(doors, conn, conversation, text)
        return await _store_once(doors, conn, conversation, text, key)


async def _store_once(doors: Doors, conn: Connection, conversation: Conversation, text: str, key: str) -> Posted:
    digest = hashlib.sha256(text.encode()).hexdigest()
    await sql.execute(conn, "lock_submission", owner=conversation.id, key=key)
    before = await sql.fetch_row(conn, "submission", owner=conversation.id, key=key)
    if before is not None:
        if before["digest"] != digest:
            raise OtherBody
        return Posted(message_id=before["answer"]["message_id"], seq=before["answer"]["seq"])
    posted = await _store(doors, conn, conversation, text)
    await sql.execute(
        conn,
        "add_submission",
        owner=conversation.id,
        key=key,
        digest=digest,
        answer={"message_id": posted.message_id, "seq": posted.seq},
        now=doors.services.clock.now(),
    )
    return posted


async def _store(doors: Doors, conn: Connection, conversation: Conversation, text: str) -> Posted:
    now = doors.services.clock.now()
    message = await conversations.add_customer_message(conn, conversation.id, body=text, now=now)
    if (await conversations.get(conn, conversation.id)).assignee is not None:
        await conversations.set_status(conn, conversation.id, "waiting_staff", now=now)
    seq = await events.append(conn, conversation.id, None, [("posted", {"message": message})], now=now)
    await doors.services.waker.wake(conn, conversation.id)
    return Posted(message_id=message, seq=seq)
