"""What stands around the guard in the graph: the records it may name, and a reply that was stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.approvals.cards import digest_of
from graph.deps import Deps, Services
from graph.state import Draft, Fact, Request
from graph.truth.filter import leaking
from graph.truth.findings import kinds, masked
from graph.truth.known import Known
from records import approvals, audit, conversations, events, handoffs, receipts, runs
from records.ids import ConversationId, RunId, StaffId
from records.runs import Run
from records.sql import Connection

Json = dict[str, Any]


async def records_of(deps: Deps) -> Known:
    """What a slot may name in this run, but for facts and passages: receipts, cards and handoffs of this customer."""
    async with deps.services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        conversation = await conversations.get(conn, run.conversation_id)
        cards = await approvals.open_within_reach(conn, conversation.id)
        filed = await approvals.newest_of_run(conn, run.id)
        return Known(
            receipts={entry.key: entry for entry in await receipts.of_conversation(conn, conversation)},
            cards={card.id: card for card in [*cards, *([filed] if filed else [])]},
            handoffs={each.id: each for each in await handoffs.of_conversation(conn, conversation.id)},
            vectors=deps.services.vectors,
        )


async def sendable(
    conn: Connection, deps: Deps, run: Run, requests: Sequence[Request], facts: Mapping[str, Fact]
) -> list[str]:
    """What may be told along the way, on a holding message or a handoff: what was stopped is for the person alone."""
    said = [request["said"] for request in requests if request["said"] and not request.get("stopped")]
    return [each for each in said if not await leaking(conn, deps.services, run.conversation_id, each, facts.values())]


async def as_draft(
    conn: Connection, deps: Deps, run: Run, draft: Draft, requests: Sequence[Request], facts: Mapping[str, Fact]
) -> Draft | None:
    """The draft with what was stopped, if anything was."""
    found = await leaking(conn, deps.services, run.conversation_id, draft["text"], facts.values())
    names = {kind for request in requests for kind in request.get("stopped", [])} | {*kinds(found)}
    if not names:
        return None
    originals = [request.get("original", request["said"]) for request in requests if request["said"]]
    stopped: list[str] = sorted(names)
    return {**draft, "text": masked(draft["text"], found), "stopped": stopped, "original": "\n\n".join(originals)}


async def warn(
    conn: Connection, services: Services, conversation: ConversationId, words: str, *, by: StaffId, message: str
) -> None:
    """A person writes what they think right; the team learns what the filter thinks of it."""
    found = await leaking(conn, services, conversation, words, ())
    if found:
        note = Note(action="reply.warned", actor=by, subject=message, words=words)
        await note_stopped(conn, services, conversation, None, kinds(found), note)


@dataclass(frozen=True, kw_only=True)
class Note:
    """What is put on record: `reply.stopped`, or `reply.warned` where a person said it all the same; `subject` is the
    message or the card."""

    action: str
    subject: str
    words: str
    actor: str = "agent"


async def note_stopped(
    conn: Connection,
    services: Services,
    conversation: ConversationId,
    run: RunId | None,
    stopped: Sequence[str],
    note: Note,
) -> None:
    """For the team: an event and an audit row, with the kinds and a digest of the words."""
    now = services.clock.now()
    shown: Json = {"subject": note.subject, "kinds": [*stopped]}
    await events.append(conn, conversation, run, [(note.action.partition(".")[2], shown)], now=now)
    await audit.write(
        conn,
        actor=note.actor,
        action=note.action,
        subject=note.subject,
        conversation=conversation,
        policy_version=services.company.current().version,
        now=now,
        kinds=[*stopped],
        digest=digest_of(note.words),
    )
