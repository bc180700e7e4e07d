"""What a run sent to a language model, kept encrypted for as long as company.yaml says (`retention.prompts`)."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from records import sql
from records.cipher import Cipher
from records.ids import ConversationId, RunId
from records.sql import Connection

Json = dict[str, Any]
PACKED: Final = "zlib"


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One call, or one attempt at it. `messages`: role and content, in order; `tools`: as they were offered. `version`:
    sha256 of the prompt files. `about`: what the call came to, as the run's `model` event tells it."""

    version: str
    messages: Sequence[Json]
    tools: Sequence[Json]
    about: Json


@dataclass(frozen=True, kw_only=True)
class Kept(Prompt):
    """`call`: which of the run, from 1."""

    call: int
    at: datetime


async def keep(
    conn: Connection, cipher: Cipher, conversation: ConversationId, run: RunId, prompt: Prompt, *, now: datetime
) -> None:
    """As the run's next call; the run has one driver at a time."""
    told = json.dumps({"messages": list(prompt.messages), "tools": list(prompt.tools)}, ensure_ascii=False)
    name, sent = cipher.encrypt(zlib.compress(told.encode()))
    values = {"version": prompt.version, "about": prompt.about, "type": f"{PACKED}+{name}", "sent": sent}
    await sql.execute(conn, "add_prompt", run=run, conversation=conversation, now=now, **values)


async def of_run(conn: Connection, cipher: Cipher, run: RunId) -> list[Kept]:
    """In order; none for a run that asked no model, or whose time is over. Raises KeyMissing and Tampered."""
    return [_read(cipher, row) for row in await sql.fetch_rows(conn, "prompts_of_run", run=run)]


def _read(cipher: Cipher, row: Json) -> Kept:
    plain = cipher.decrypt(row["type"].partition("+")[2], bytes(row["sent"]))
    told = json.loads(zlib.decompress(plain))
    about = {name: row[name] for name in ("version", "about", "call", "at")}
    return Kept(**about, messages=told["messages"], tools=told["tools"])
