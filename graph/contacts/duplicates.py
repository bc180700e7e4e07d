"""Whether what a customer writes is already being handled in another of their conversations, and how that is settled.

Such a request is joined, not answered twice: no second proposal, card or report. It is the same matter when it is the
same intent about the same record, while the other conversation still owes something; or when it is the same words, sent
again within minutes. Only a verified customer is joined to anything, and only to a conversation of their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from graph.contacts.likeness import alike, same_words
from graph.deps import Deps
from graph.state import Request
from records import joins
from records.joins import Matter, Standing
from records.runs import Run
from records.sql import Connection
from tools.sources import same_id

LATELY = timedelta(days=30)
TWICE_WITHIN = timedelta(minutes=10)
"""For so long, the same words are taken to be the same message once more, even if they have been answered."""


ANSWERED = ("answered", "acted", "asked_customer", "declined")
"""Outcomes of a run that told the customer something, which can be told once more."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """The run of another conversation that has the matter, and how it stands there."""

    matter: Matter
    standing: Standing


async def matters_of(conn: Connection, deps: Deps, run: Run) -> list[Matter]:
    """What the customer's other conversations are about, newest first; empty for a visitor. Until the transaction ends,
    no other message of this customer is compared."""
    if run.customer_id is None:
        return []
    await joins.lock(conn, run.customer_id)
    return await joins.others(conn, run, since=deps.services.clock.now() - LATELY)


def handled(deps: Deps, request: Request, text: str, matters: Iterable[Matter]) -> Found | None:
    """Where this request is handled already. `text`: the whole message."""
    for matter in matters:
        again = sent_again(deps, text, matter)
        standing = standing_of(matter, request["intent"], again=again)
        if standing and _same(request, matter, standing, again=again):
            return Found(matter=matter, standing=standing)
    return None


def sent_again(deps: Deps, text: str, matter: Matter) -> bool:
    recent = deps.services.clock.now() - matter.started_at <= TWICE_WITHIN
    return recent and same_words(text, matter.words)


def standing_of(matter: Matter, intent: str, *, again: bool = False) -> Standing | None:
    """How the matter stands there; None where the run was not about this intent, or nothing is owed any more. `again`:
    the same words, which count for a while after they were answered."""
    about = again or intent in {r["intent"] for r in matter.requests if r["status"] != "joined"}
    if not about or _only_joined(matter):
        return None
    if matter.run_status == "running" or (matter.run_status == "paused" and matter.card_kind is None):
        return "running"
    if matter.run_status == "paused" and matter.card_kind == "reply":
        return "person"
    if matter.run_status == "paused" and (again or matter.card_intent == intent):
        return "waiting"
    owed = {item["status"] for item in matter.agenda if item["intent"] == intent}
    if "asked" in owed:
        return "asked"
    if "open" in owed:
        return "running"
    if with_a_person(matter):
        return "person"
    return "answered" if again and matter.outcome in ANSWERED else None


def with_a_person(matter: Matter) -> bool:
    """Whether staff owe the customer an answer there."""
    if matter.status in ("resolved_confirmed", "closed_unconfirmed"):
        return False
    held = matter.assignee is not None and matter.status == "waiting_staff"
    return held or (matter.outcome == "handed_over" and not matter.answered_by_staff)


def asked_item(matter: Matter, intent: str) -> dict[str, Any] | None:
    return next((i for i in matter.agenda if i["intent"] == intent and i["status"] == "asked"), None)


def _only_joined(matter: Matter) -> bool:
    """Its own run found that something else handles it; whatever does is among the others."""
    return bool(matter.requests) and all(request["status"] == "joined" for request in matter.requests)


def _same(request: Request, matter: Matter, standing: Standing, *, again: bool) -> bool:
    """Whether both are about the same record. Where neither tells, the words must be alike."""
    named, known = request["focus"], _known(matter, request["intent"])
    shared = [kind for kind in named if kind in known]
    if any(not _among(named[kind], known[kind]) for kind in shared) or _contradicts(request, matter):
        return False
    if again or shared or standing == "asked":
        return True
    return not named if known else alike(request["text"], matter.words)


def _known(matter: Matter, intent: str) -> dict[str, set[str]]:
    """The ids of the records that the matter is about, by kind: named by the customer, proposed, or read."""
    told = [item["focus"] for item in (*matter.requests, *matter.agenda) if item["intent"] == intent]
    values = {str(f["fact"]): f["value"] or {} for f in matter.facts}
    own = {kind: str(value["id"]) for kind, value in values.items() if value.get("customer") and value.get("id")}
    proposed = {kind: value for kind, value in matter.arguments.items() if kind in own and isinstance(value, str)}
    known: dict[str, set[str]] = {}
    for each in (*told, own, proposed):
        for kind, value in each.items():
            known.setdefault(kind, set()).add(value)
    return known


def _among(named: str, known: set[str]) -> bool:
    return any(same_id(each, named) or same_id(named, each) for each in known)


def _contradicts(request: Request, matter: Matter) -> bool:
    """Whether the customer now gives another answer to what they told there: another address is another request."""
    told = [item["slots"] for item in (*matter.requests, *matter.agenda) if item["intent"] == request["intent"]]
    return any(
        name in slots and not (same_words(value, slots[name]) or alike(value, slots[name]))
        for slots in told
        for name, value in request["slots"].items()
    )


def newest_open(matters: Sequence[Matter], standings: Sequence[Standing]) -> Found | None:
    """The newest of the customer's matters that stands in one of these ways."""
    for matter in matters:
        if _only_joined(matter):
            continue
        intents = [request["intent"] for request in matter.requests] or [""]
        for intent in intents:
            standing = standing_of(matter, intent, again=not matter.requests)
            if standing is not None and standing in standings:
                return Found(matter=matter, standing=standing)
    return None
