"""What the agent says to the customer: the message and the events that stream it, once for each part of a run."""

from collections.abc import Sequence
from typing import Any

from graph.deps import Deps
from records import conversations, events
from records.runs import Run
from records.sql import Connection

Json = dict[str, Any]


async def say(
    conn: Connection,
    deps: Deps,
    run: Run,
    text: str,
    *,
    part: str,
    citations: Sequence[Json] = (),
    receipts: Sequence[Json] = (),
) -> str | None:
    """The message's id; None when this part was said before (a visit whose process died, or a retry)."""
    now = deps.services.clock.now()
    cited, shown = list(citations), list(receipts)
    sent = await conversations.add_agent_message(
        conn, run.conversation_id, body=text, run=run.id, part=part, now=now, citations=cited, receipts=shown
    )
    if sent is None:
        return None
    message = {"id": sent, "text": text, "citations": cited, "receipts": shown, "part": part}
    told = [*events.deltas(text), ("message", message)]
    await events.append(conn, run.conversation_id, run.id, told, now=now)
    return sent
