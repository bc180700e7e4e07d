"""Joining what a customer writes to the earlier conversation that already handles it.

Where it was written, they are told how it stands; where it is handled, the new words are put on record for staff. What
becomes of it is told in both: docs/decisions/0012-told-where-they-wrote.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from graph import agenda
from graph.contacts.duplicates import Found, asked_item, handled, matters_of, newest_open, sent_again, standing_of
from graph.deps import Deps
from graph.nodes.opening import Turn
from graph.replies.letter import as_letter, bare
from graph.replies.texts import text
from graph.state import Fact, Request, Triage
from policy.words import date
from records import approvals, audit, conversations, events, joins
from records.ids import ConversationId, StaffId
from records.joins import Join, Matter, Standing
from records.runs import Run
from records.sql import Connection

OPEN: tuple[Standing, ...] = ("waiting", "person", "running")


@dataclass(frozen=True, kw_only=True)
class _Pass:
    """One message being compared, in one transaction."""

    conn: Connection
    deps: Deps
    run: Run
    turn: Turn
    triage: Triage
    matters: Sequence[Matter]


async def joined(
    conn: Connection, deps: Deps, run: Run, turn: Turn, triage: Triage, requests: Sequence[Request]
) -> list[Request]:
    """The requests, those that are handled in another conversation as `joined`. May take the move off the triage: who
    asks for the person that has the matter already asks for nothing new."""
    matters = await matters_of(conn, deps, run)
    here = _Pass(conn=conn, deps=deps, run=run, turn=turn, triage=triage, matters=matters)
    owed = await _still_owed(here, requests)
    if not matters or not turn.text:
        return list(requests)
    if not requests:
        return await _bare(here)
    kept: list[Request] = []
    for request in requests:
        found = None if request["id"] in owed else handled(deps, request, turn.text, matters)
        if found is None:
            kept.append(request)
        elif found.standing == "asked":
            kept.append(await _carried(here, request, found))
        elif triage["move"] == "withdraw":
            await _note(here, found, request["intent"])
        else:
            kept.append(await _settled(here, request, found, told=kept))
    return kept


async def _still_owed(here: _Pass, requests: Sequence[Request]) -> set[str]:
    """The requests of this conversation's own agenda. Where a copy of a question was answered a moment ago in another
    conversation, it is owed here no longer."""
    current = await conversations.get(here.conn, here.run.conversation_id)
    owed = {str(item["id"]) for item in current.agenda}
    taken = [request["id"] for request in requests if request["id"] in owed]
    for request in taken if here.matters else ():
        await joins.drop_copies(here.conn, here.run, request)
    return set(taken)


async def _bare(here: _Pass) -> list[Request]:
    """A message that names no request of its own: the same words once more, words that belong to what was joined before,
    or a question how it stands."""
    move = here.triage["move"]
    if move in ("thanks", "confirm"):
        return []
    found = _same_message(here) or (_addition(here) if move == "" else None)
    if found is None and not await approvals.open_of_conversation(here.conn, here.run.conversation_id):
        found = await _asked_after(here, move)
    if found is None:
        return []
    request = agenda.new_request("", 1.0, here.turn.text)
    return [await _settled(here, request, found, told=())]


def _same_message(here: _Pass) -> Found | None:
    for matter in here.matters:
        standing = standing_of(matter, "", again=True) if sent_again(here.deps, here.turn.text, matter) else None
        if standing is not None:
            return Found(matter=matter, standing=standing)
    return None


def _addition(here: _Pass) -> Found | None:
    """A statement, not a question, where something was joined that is still open."""
    to = here.turn.conversation.joined_to
    if to is None or here.turn.text.rstrip().endswith("?"):
        return None
    there = [matter for matter in here.matters if matter.conversation_id == to]
    held = next((matter for matter in there if matter.assignee is not None), None)
    return newest_open(there, OPEN) or (Found(matter=held, standing="person") if held else None)


async def _asked_after(here: _Pass, move: str) -> Found | None:
    if move == "status":
        return newest_open(here.matters, OPEN)
    if move == "person":
        return newest_open(here.matters, ("person",))
    waiting = [matter for matter in here.matters if matter.card_kind == "action"]
    if move == "withdraw" and len(waiting) == 1:
        await _note(here, Found(matter=waiting[0], standing="waiting"), "")
    return None


async def _settled(here: _Pass, request: Request, found: Found, *, told: Sequence[Request]) -> Request:
    """Joined; of several requests that the same run handles, the first says how it stands."""
    await _note(here, found, request["intent"])
    if found.standing == "person" and here.triage["move"] == "person":
        here.triage["move"] = ""
    said, citations = await _said(here, found)
    if any(each["status"] == "joined" and each["said"] == said for each in told):
        said, citations = "", []
    return {**request, "status": "joined", "said": said, "citations": citations}


async def _carried(here: _Pass, request: Request, found: Found) -> Request:
    """A question is out there. The request goes on here, with what was known; both may be answered, once."""
    await _note(here, found, request["intent"])
    item = cast(Request, asked_item(found.matter, request["intent"]))
    slots, focus = item["slots"] | request["slots"], item["focus"] | request["focus"]
    if (slots, focus) != (item["slots"], item["focus"]):
        await joins.drop_copies(here.conn, here.run, item["id"])
    words = f"{item['text']}\n{request['text']}"
    return {**request, "id": item["id"], "text": words, "slots": slots, "focus": focus}


async def _note(here: _Pass, found: Found, intent: str) -> None:
    """The words stand on record where the matter is handled; once, however often the node runs."""
    conn, run, now = here.conn, here.run, here.deps.services.clock.now()
    to, words = found.matter.conversation_id, here.turn.text
    if not await joins.add(conn, run, found.matter, intent=intent, standing=found.standing, words=words, now=now):
        return
    there = {"from": run.conversation_id, "words": words, "standing": found.standing}
    await events.append(conn, to, found.matter.run_id, [("joined", there)], now=now)
    await events.append(
        conn, run.conversation_id, run.id, [("joined", {"to": to, "standing": found.standing})], now=now
    )
    await audit.write(
        conn,
        actor="agent",
        action="conversation.joined",
        subject=to,
        conversation=run.conversation_id,
        now=now,
        run=run.id,
    )


async def _said(here: _Pass, found: Found) -> tuple[str, list[dict[str, Any]]]:
    """How it stands, in the agent's words; for the same message sent again, the answer it got."""
    matter = found.matter
    match found.standing:
        case "waiting":
            return text("joined_waiting", title=matter.title, since=date(matter.filed_at or matter.started_at)), []
        case "person":
            return text("joined_person", since=date(matter.started_at)), []
        case "answered":
            answer, citations = await joins.last_reply(here.conn, matter)
            return text("joined_answered", answer=bare(here.deps.company, answer)), citations
        case _:
            return text("joined_running"), []


async def unsaid(conn: Connection, run: Run, requests: Sequence[Request]) -> list[Request]:
    """The requests; one whose outcome has reached this conversation in the meantime need not be told how it stood."""
    told = {join.intent for join in await joins.of_run(conn, run.id) if _outdated(join)}
    return [
        {**request, "said": "", "citations": []}
        if request["status"] == "joined" and request["intent"] in told
        else request
        for request in requests
    ]


def _outdated(join: Join) -> bool:
    return join.settled_at is not None and join.standing not in ("answered", "asked")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a run says. `facts`: what it read. `own`: a person's own words, which are no letter's body."""

    said: str
    part: str
    citations: Sequence[Any] = ()
    receipts: Sequence[Any] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    own: bool = False


async def tell_outcome(conn: Connection, deps: Deps, run: Run, told: Told) -> None:
    """What a run says at its end is told in the conversations that were joined to it as well."""
    owed = await joins.owed_by_run(conn, run.id)
    await joins.settle_run(conn, run.id, now=deps.services.clock.now())
    await _copied(conn, deps, run, owed if told.said else [], told)


async def tell_progress(conn: Connection, deps: Deps, run: Run, told: Told) -> None:
    """That a person takes over; what this person says is still to come."""
    await _copied(conn, deps, run, await joins.owed_by_run(conn, run.id), told)


async def _copied(conn: Connection, deps: Deps, run: Run, owed: Sequence[ConversationId], told: Told) -> None:
    now, shown = deps.services.clock.now(), {"citations": list(told.citations), "receipts": list(told.receipts)}
    for conversation in owed:
        copy, said = f"{told.part}@{conversation}", told.said
        said = said if told.own else await as_letter(conn, deps.services, conversation, said, told.facts)
        sent = await conversations.add_agent_message(
            conn, conversation, body=said, run=run.id, part=copy, now=now, **shown
        )
        if sent is not None:
            message = {"id": sent, "text": said, "part": copy, **shown}
            await events.append(conn, conversation, run.id, [("message", message)], now=now)


async def tell_from_person(
    conn: Connection, conversation: ConversationId, said: str, *, by: StaffId, name: str, now: datetime
) -> None:
    """What a person writes is told in the conversations that were joined to this one as well, until it is handed back."""
    for each in await joins.owed_by_conversation(conn, conversation):
        message = await conversations.add_staff_message(conn, each, body=said, staff=by, now=now)
        shown = {"id": message, "text": said, "author": "staff", "by": name, "citations": [], "receipts": []}
        await events.append(conn, each, None, [("message", shown)], now=now)
