"""Inbox: files the card and tells the customer that a person decides. Both happen once, however often this runs."""

from dataclasses import replace
from typing import Any

from graph import agenda
from graph.actions import undoing
from graph.actions.entitlement import Assessed, assess
from graph.approvals import desk
from graph.approvals.approved import differences
from graph.approvals.cards import Replies, digest_of, evidence_of, replies_of, shown_digest, title_of, transcript_of
from graph.deps import Deps
from graph.nodes.decide import situation
from graph.replies.saying import say
from graph.replies.texts import text
from graph.state import ApprovalState, Request, SupportState, Update
from graph.truth.findings import reason
from graph.truth.stops import Note, note_stopped, sendable
from policy.authority import ApprovalRule
from policy.routing import route
from records import approvals, audit, conversations, events, runs
from records.approvals import Approval, Card
from records.ids import ApprovalId, LedgerKey, new_id
from records.runs import Run
from records.sql import Connection
from tools.answers import SystemUnavailable


async def request_approval(state: SupportState, deps: Deps) -> Update:
    """A drafted reply, or the step's proposal. A card that a visit filed whose process died is taken as it is, even if
    it was decided meanwhile."""
    now = deps.services.clock.now()
    async with deps.services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        request = _request_of(state)
        card = await _draft_card(conn, state, deps, run) if state.get("draft") else None
        card = card or await _action_card(conn, state, deps, run, request)
        newest = await approvals.newest_of_run(conn, run.id)
        if newest is not None and _filed_before(newest, card, state):
            return _update(newest, request, _waiting(state, request, newest))
        await _supersede(conn, deps, run, card)
        filed = await approvals.file(conn, _continued(card, newest), now=now)
        if filed is None:
            return await _elsewhere(conn, deps, run, state)
        await _announce(conn, state, deps, run, filed)
        requests = _waiting(state, request, filed)
        conversation = await conversations.get(conn, run.conversation_id)
        owed = agenda.rewritten(conversation.agenda, requests)
        await conversations.set_agenda(conn, conversation.id, owed, "waiting_staff", now=now)
        await deps.services.waker.wake(conn, conversation.id)
    return _update(filed, request, requests)


def _filed_before(newest: Approval, card: Card, state: SupportState) -> bool:
    """Whether `newest` is this very card. One that the thread has seen decided is not: policy asks anew. An edit gave it
    the digest of the edited proposal."""
    same = card.digest in (newest.digest, newest.proposed)
    if newest.status == "pending":
        return same
    seen_before = state.get("approval")
    known = seen_before is not None and seen_before["id"] == newest.id
    return not known and same


def _continued(card: Card, newest: Approval | None) -> Card:
    """The next generation of a card that was decided tells how, and what has changed since."""
    if newest is None or newest.digest != card.digest or newest.kind != "action":
        return card
    earlier = {
        "id": newest.id,
        "generation": newest.generation,
        "status": newest.status,
        "decided_by": newest.decided_by,
        "decided_at": newest.decided_at.isoformat() if newest.decided_at else None,
        "changed": list(differences(newest, card.card["basis"])),
    }
    return replace(card, card={**card.card, "earlier": earlier})


async def _supersede(conn: Connection, deps: Deps, run: Run, card: Card) -> None:
    """Of two cards of a conversation for the same action the newer counts."""
    if card.kind == "action":
        await desk.supersede(deps.services, conn, card.key, run=run.id, by=card.id, conversation=run.conversation_id)


def _request_of(state: SupportState) -> Request | None:
    proposal = state.get("step", {}).get("proposal")
    wanted = proposal["request"] if proposal else ""
    return next((r for r in state.get("requests", []) if r["id"] == wanted), None)


async def _action_card(conn: Connection, state: SupportState, deps: Deps, run: Run, request: Request | None) -> Card:
    """Judged once more here, so that the card shows what policy says at this moment, not what the state claims. Raises
    SystemUnavailable where a record cannot be read: the run tries again, for a card stands on what it names."""
    assessed = await assess(deps.services, conn, run, state["step"]["proposal"])
    if assessed.gaps and assessed.verdict.kind == "deny":
        raise SystemUnavailable(assessed.gaps[0].reason, system=assessed.gaps[0].source)
    rule = undoing.rule(run, assessed.verdict.approval or deps.company.drafts)
    replies = undoing.replies(run) or replies_of(state, deps, request, assessed.proposal)
    body = await _body(conn, state, run, assessed, replies)
    return _card(state, deps, run, rule, assessed.digest, body, assessed)


async def _body(
    conn: Connection, state: SupportState, run: Run, assessed: Assessed, replies: Replies
) -> dict[str, Any]:
    recent = await conversations.recent(conn, run.conversation_id, 20)
    clauses = [vars(clause) for clause in assessed.verdict.clauses]
    told = {
        "title": title_of(
            assessed.proposal["tool"], assessed.proposal["arguments"], assessed.amount, assessed.currency
        ),
        "amount": assessed.amount,
        "currency": assessed.currency,
        "reason": assessed.proposal["reason"],
        "clauses": clauses,
        "allowed": assessed.verdict.allowed,
        "replies": vars(replies),
        "basis": assessed.basis,
        **(evidence := evidence_of(state)),
    }
    tool, arguments = assessed.proposal["tool"], assessed.proposal["arguments"]
    shown = shown_digest(tool, arguments, run.customer_id, evidence, replies)
    return {**told, "transcript": transcript_of(recent), "digest": shown}


async def _draft_card(conn: Connection, state: SupportState, deps: Deps, run: Run) -> Card:
    draft = state.get("draft") or {"text": "", "citations": []}
    recent = await conversations.recent(conn, run.conversation_id, 20)
    said, evidence = draft["text"], evidence_of(state)
    replies = Replies(holding="", approve=said, reject="")
    body = {
        "title": "Reply to the customer",
        "reason": reason(draft.get("stopped", [])) or "A person looks at this reply before it is sent.",
        "clauses": [],
        "replies": vars(replies),
        "draft": draft,
        "transcript": transcript_of(recent),
        "digest": shown_digest("reply", {"text": said}, run.customer_id, evidence, replies),
        **evidence,
    }
    return _card(state, deps, run, deps.company.drafts, digest_of("reply", run.id, said), body, None)


def _card(
    state: SupportState,
    deps: Deps,
    run: Run,
    rule: ApprovalRule,
    digest: str,
    body: dict[str, Any],
    assessed: Assessed | None,
) -> Card:
    where = route(deps.company, situation(state, deps, state.get("step", {})))
    return Card(
        id=ApprovalId(new_id("apr")),
        run=run.id,
        conversation=run.conversation_id,
        customer=run.customer_id,
        kind="action" if assessed else "reply",
        digest=digest,
        key=assessed.key if assessed else LedgerKey(f"reply:{run.id}"),
        intent=assessed.proposal["intent"] if assessed else "",
        tool=assessed.proposal["tool"] if assessed else "",
        arguments=assessed.proposal["arguments"] if assessed else {},
        card=body,
        queue=where.queue,
        role=rule.role,
        people=rule.people,
        then_do=rule.then,
        policy_version=deps.company.version,
        expires=deps.services.clock.now() + rule.expires,
        request=assessed.proposal["request"] if assessed else "",
        asked_by=run.asked_by or "agent",
    )


async def _announce(conn: Connection, state: SupportState, deps: Deps, run: Run, filed: Approval) -> None:
    """The holding message, which also answers whatever else the customer asked; the event; the audit row. Where a
    person has the conversation, that person talks to the customer."""
    now = deps.services.clock.now()
    shown = {"id": filed.id, "status": "pending", "title": filed.card["title"], "queue": filed.queue}
    await events.append(conn, run.conversation_id, run.id, [("approval", shown)], now=now)
    holding = filed.card["replies"]["holding"]
    told_before = "resumed" in run.given  # by the run whose work this one took over
    if holding and run.assignee is None and not told_before:
        facts = state.get("facts", {})
        told = await sendable(conn, deps, run, state.get("requests", []), facts)
        await say(conn, deps, run, "\n\n".join([*told, holding]), part=f"holding:{filed.id}", facts=facts)
    if stopped := filed.card.get("draft", {}).get("stopped"):
        note = Note(action="reply.stopped", subject=filed.id, words=filed.card["draft"]["original"])
        await note_stopped(conn, deps.services, run.conversation_id, run.id, stopped, note)
    await audit.write(
        conn,
        actor=filed.asked_by,
        action="approval.filed",
        subject=filed.id,
        conversation=run.conversation_id,
        policy_version=filed.policy_version,
        now=now,
        digest=filed.digest,
    )
    await deps.services.waker.wake_at(conn, run.conversation_id, filed.expires_at)


def _waiting(state: SupportState, request: Request | None, filed: Approval) -> list[Request]:
    """What the holding message said is said; the request waits for the card. What is still open is left on the agenda,
    where a run of its own finds it at once: a paused run waits for one card alone."""
    requests = state.get("requests", [])
    if filed.kind == "reply" or request is None:
        return requests
    kept: list[Request] = [r if r.get("stopped") else {**r, "said": ""} for r in requests if r["id"] != request["id"]]
    return [*kept, {**request, "status": "waiting", "approval": filed.id}]


def _update(card: Approval, request: Request | None, requests: list[Request]) -> Update:
    return {
        "approval": seen(card, request["id"] if request else ""),
        "outcome": "awaiting_approval",
        "requests": [r for r in requests if r["status"] != "open"],
    }


async def _elsewhere(conn: Connection, deps: Deps, run: Run, state: SupportState) -> Update:
    """Another conversation's card for the same action was filed a moment ago: one card is enough."""
    now, said = deps.services.clock.now(), text("already_with_us")
    if await say(conn, deps, run, said, part="reply", facts=state.get("facts", {})):
        await conversations.set_status(conn, run.conversation_id, "waiting_customer", now=now)
    return {"approval": None, "outcome": "declined"}


def seen(card: Approval, request: str) -> ApprovalState:
    """The card as the state keeps it."""
    replies, decision = card.card["replies"], card.decision or {}
    rewritten = card.arguments.get("text", "") if card.kind == "reply" and card.status == "edited" else ""
    return {
        "id": card.id,
        "kind": card.kind,
        "status": card.status,
        "then": card.then_do,
        "request": request,
        "approve": replies["approve"],
        "reject": replies["reject"],
        "message": rewritten or str(decision.get("message", "")),
    }
