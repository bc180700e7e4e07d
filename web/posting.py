"""Taking in a customer's message: stored, announced and owed an answer in one transaction, once per Idempotency-Key."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from records import conversations, events, sql
from records.conversations import Conversation
from records.errors import BadRequest, Unprocessable
from records.ids import MessageId
from records.sql import Connection
from web.doors import Doors

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


CLICKED_TWICE = timedelta(seconds=2)


class OtherBody(Unprocessable):
    """This Idempotency-Key was used before, with another message."""

    slug = "idempotency-key-reused"


@dataclass(frozen=True, kw_only=True)
class Wrote:
    """`page`: where the customer was, see web.page. `signed_in_at`: when they had last proved who they are."""

    text: str
    page: dict[str, str] | None = None
    signed_in_at: datetime | None = None


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


async def post(doors: Doors, conversation: Conversation, wrote: Wrote, key: str | None) -> Posted:
    """Stores the message; with a key that was used before, finds the one it stored. Without a key, the same words once
    more within two seconds are a second click: the message is the first. Raises OtherBody."""
    async with doors.services.database.transaction() as conn:
        if key is not None:
            return await _store_once(doors, conn, conversation, wrote, key)
        await sql.execute(conn, "lock_posting", conversation=conversation.id)
        clicked = await _clicked_twice(doors, conn, conversation, wrote)
        return clicked or await _store(doors, conn, conversation, wrote)


async def _clicked_twice(doors: Doors, conn: Connection, conversation: Conversation, wrote: Wrote) -> Posted | None:
    newest = await sql.fetch_row(conn, "newest_from_customer", conversation=conversation.id)
    if newest is None or newest["body"] != wrote.text:
        return None
    if doors.services.clock.now() - newest["created_at"] > CLICKED_TWICE:
        return None
    posted = await sql.fetch_row(conn, "posted_as", conversation=conversation.id, message=newest["id"])
    return Posted(message_id=newest["id"], seq=posted["seq"]) if posted else None


async def _store_once(doors: Doors, conn: Connection, conversation: Conversation, wrote: Wrote, key: str) -> Posted:
    digest = hashlib.sha256(wrote.text.encode() + _bytes(wrote.page)).hexdigest()
    await sql.execute(conn, "lock_submission", owner=conversation.id, key=key)
    before = await sql.fetch_row(conn, "submission", owner=conversation.id, key=key)
    if before is not None:
        if before["digest"] != digest:
            raise OtherBody
        return Posted(message_id=before["answer"]["message_id"], seq=before["answer"]["seq"])
    posted = await _store(doors, conn, conversation, wrote)
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


def _bytes(page: dict[str, str] | None) -> bytes:
    return json.dumps(page, sort_keys=True).encode() if page else b""


async def _store(doors: Doors, conn: Connection, conversation: Conversation, wrote: Wrote) -> Posted:
    now = doors.services.clock.now()
    message = await conversations.add_customer_message(
        conn, conversation.id, body=wrote.text, page=wrote.page, now=now, signed_in_at=wrote.signed_in_at
    )
    if await conversations.assignee_of(conn, conversation.id) is not None:
        await conversations.set_status(conn, conversation.id, "waiting_staff", now=now)
    seq = await events.append(conn, conversation.id, None, [("posted", {"message": message})], now=now)
    await doors.services.waker.wake(conn, conversation.id)
    return Posted(message_id=message, seq=seq)
