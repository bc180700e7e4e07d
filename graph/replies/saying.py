"""What the agent says to the customer: the message and the events that stream it, once for each part of a run; past the
last filter, whoever wrote it."""

from collections.abc import Mapping, Sequence
from typing import Any

from graph.deps import Deps
from graph.replies.letter import as_letter
from graph.state import Fact, Released
from graph.truth.filter import leaking
from graph.truth.findings import kinds, masked
from graph.truth.stops import Note, note_stopped
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
    facts: Mapping[str, Fact] | None = None,
    decided: bool = False,
    own: bool = False,
    released: Released | None = None,
) -> str | None:
    """The message's id; None when this part was said before (a visit whose process died, or a retry).

    `facts`: the records that the run has read. What may not leave is masked, and the team is told; a node that can wait
    for a person looks before it comes here (graph/truth/stops.py). `decided`: a person wrote or approved these very
    words. They are theirs, and go out as they are; the team is warned all the same. `own`: a person's, who greets and
    signs as they like; all else becomes a letter where the customer writes e-mails. `released`: how the text begins, where
    the customer has read that already.
    """
    now = deps.services.clock.now()
    found = await leaking(conn, deps.services, run.conversation_id, text, (facts or {}).values())
    original, text = text, text if decided else masked(text, found)
    text = text if own else await as_letter(conn, deps.services, run.conversation_id, text, facts or {})
    cited, shown = list(citations), list(receipts)
    sent = await conversations.add_agent_message(
        conn, run.conversation_id, body=text, run=run.id, part=part, now=now, citations=cited, receipts=shown
    )
    if sent is None:
        return None
    if found:
        note = Note(action="reply.warned" if decided else "reply.stopped", subject=sent, words=original)
        await note_stopped(conn, deps.services, run.conversation_id, run.id, kinds(found), note)
    message = {"id": sent, "text": text, "citations": cited, "receipts": shown, "part": part}
    told = [*_deltas(text, run, released), ("message", message)]
    await events.append(conn, run.conversation_id, run.id, told, now=now)
    return sent


def _deltas(text: str, run: Run, released: Released | None) -> list[events.New]:
    """What of the text the customer has not read yet; all of it where what they read was not how it begins."""
    if released is None or released["attempt"] != run.attempts:
        return events.deltas(text, attempt=run.attempts)
    if text.startswith(released["text"].rstrip()):
        return events.deltas(text[len(released["text"]) :], attempt=run.attempts)
    return [("reset", {"attempt": run.attempts}), *events.deltas(text, attempt=run.attempts)]
