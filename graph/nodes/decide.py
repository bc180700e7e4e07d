"""Model: the next step. What must go to a person goes there first, whatever the reasoner would do."""

from dataclasses import replace
from datetime import timedelta

from graph.actions import undoing
from graph.actions.entitlement import standing
from graph.contacts.repeat import LATELY
from graph.deps import Deps
from graph.limits import budget
from graph.limits.asked import account
from graph.limits.caps import reached_cap
from graph.reading import values_of
from graph.reasoners.protocol import Decision, View, Waiting
from graph.reasoners.rules import RulesReasoner
from graph.replies.confidence import confidence
from graph.replies.streaming import settled, streaming
from graph.state import Proposal, Step, SupportState, Update
from graph.truth.guard import judged
from graph.truth.instead import receipts_told, told_all_the_same
from policy.ask import Ask, Kind
from policy.triggers import Situation, fired_triggers
from policy.verdict import judge, moved_by
from records import approvals, conversations, identity, runs, spending, switches
from records.conversations import Conversation
from records.history import passages_told


async def decide(state: SupportState, deps: Deps) -> Update:
    """Bounded: a run that keeps coming back here ends with a person."""
    visits = state.get("visits", 0) + 1
    requests = state.get("requests", [])
    forced = await _forced(state, deps, visits)
    if forced:
        requests = receipts_told(await _view(state, deps)) if state.get("receipts") else requests
        return {"step": {"kind": "escalate", "because": forced}, "requests": requests, "visits": visits}
    begin = state.get("begin")
    if begin:
        return {"step": begin, "begin": None, "requests": requests, "visits": visits}
    if state.get("event") == undoing.UNDO:
        step, requests = undoing.closed(state)
        return {"step": step, "requests": requests, "visits": visits}
    return await _chosen(state, deps, await _view(state, deps), visits)


async def _chosen(state: SupportState, deps: Deps, view: View, visits: int) -> Update:
    """The reasoner's step, with its words checked: while they are written, where they may be sent at once. Where a person
    takes over whatever it would say, no language model is asked."""
    if _triggered(state, deps, {"kind": "reply"}) or await _without_model(deps):
        decision = await RulesReasoner().decide(view)
        return {"step": _step(state, deps, decision), "requests": decision.requests, "visits": visits}
    async with streaming(deps, state, view) as stream:
        decision = await deps.services.reasoner.decide(replace(view, voice=stream))
        await account(deps, decision.asked)
        decision = await told_all_the_same(deps, view, await judged(view, decision, await stream.records))
        step = _step(state, deps, decision)
        return {"step": step, "visits": visits, **await settled(stream, step, decision.requests, visits)}


def _step(state: SupportState, deps: Deps, decision: Decision) -> Step:
    because = _triggered(state, deps, decision.step)
    return {"kind": "escalate", "because": because} if because else decision.step


async def _without_model(deps: Deps) -> bool:
    """There is none, or the day's tokens are spent."""
    if isinstance(deps.services.reasoner, RulesReasoner):
        return True
    if deps.company.usage.models.tokens_per_day is None:
        return False
    async with deps.services.database.transaction() as conn:
        return await budget.is_spent(conn, deps.services)


async def _forced(state: SupportState, deps: Deps, visits: int) -> str:
    return state.get("trouble", "") or await reached_cap(deps, visits)


def _triggered(state: SupportState, deps: Deps, step: Step) -> str:
    """The first escalation trigger of policy.yaml that this situation fires, else that nothing was understood well enough
    for a draft (graph/replies/confidence.py). Not once something was done in this run:
    then the customer is told of it first. Nor where all of it is handled in an earlier conversation: there staff see
    these words too."""
    requests = state.get("requests", [])
    elsewhere = bool(requests) and all(request["status"] == "joined" for request in requests)
    if state.get("receipts") or (elsewhere and state["triage"]["move"] != "person"):
        return ""
    fired = fired_triggers(deps.company, situation(state, deps, step))
    sure = confidence(deps.company, state)
    return fired[0].id if fired else sure.because if sure.way == "escalate" else ""


def situation(state: SupportState, deps: Deps, step: Step) -> Situation:
    """What triggers and routing look at. A message that needs no intent has nothing to be unsure about."""
    triage, requests = state["triage"], state.get("requests", [])
    customer = (state.get("facts", {}).get("customer") or {"value": None})["value"] or {}
    answerable = state.get("support", {}).get(triage["text"], 0.0) >= deps.company.thresholds.support
    settled = bool(triage["move"]) or bool(requests) or answerable
    proposal = step.get("proposal") if step.get("kind") == "propose" else None
    return Situation(
        intent=requests[0]["intent"] if requests else "",
        plan=str(customer.get("plan", "")),
        tier=str(customer.get("tier", "")),
        value=_value(deps, state, proposal) if proposal else 0,
        confidence=max((r["probability"] for r in requests), default=1.0 if settled else 0.0),
        none=0.0 if settled and (triage["move"] or answerable or _continuing(state)) else triage["none"],
        emotion=triage["emotion"],
        urgency=triage["urgency"],
        asked_for_person=triage["move"] == "person",
        repeat=triage["repeat"],
    )


def _continuing(state: SupportState) -> bool:
    """The customer answers what they were asked: the words alone need not look like anything."""
    return any(request["probability"] == 1.0 for request in state.get("requests", []))


def _value(deps: Deps, state: SupportState, proposal: Proposal) -> int:
    ask = _ask(deps, state, proposal)
    return (moved_by(deps.company, ask).amount or 0) if ask.tool in deps.company.tools else 0


async def _view(state: SupportState, deps: Deps) -> View:
    async with deps.services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        conversation = await conversations.get(conn, run.conversation_id)
        waiting = await approvals.open_within_reach(conn, conversation.id)
        dials = await budget.dials(conn, deps.services, run.id)
        spent = await spending.of_run(conn, run.id)
        age = await identity.sign_in_age(conn, run.id)
        ledger = await standing(deps.services, conn, run)
        told = await passages_told(conn, run, since=deps.services.clock.now() - LATELY)
    return View(
        company=deps.company,
        kit=deps.services.kit,
        triage=state["triage"],
        requests=state.get("requests", []),
        facts=state.get("facts", {}),
        gaps=state.get("gaps", {}),
        passages=state.get("passages", {}),
        support=state.get("support", {}),
        denials=state.get("denials", []),
        receipts=state.get("receipts", []),
        approval=state.get("approval"),
        waiting=[_waiting(card) for card in waiting],
        verified=conversation.customer_id is not None,
        told=told,
        now=deps.services.clock.now(),
        waited=spent.seconds,
        preview=_Preview(deps, state, conversation, dials, age, ledger),
        messages=state.get("messages", []),
        channel=conversation.channel,
    )


def _waiting(card: approvals.Approval) -> Waiting:
    return Waiting(id=card.id, title=str(card.card["title"]), queue=card.queue, filed_at=card.filed_at)


class _Preview:
    """Policy on the facts that the run has read: good enough to put answers before questions to a person."""

    def __init__(
        self,
        deps: Deps,
        state: SupportState,
        conversation: Conversation,
        dials: dict[str, switches.Autonomy],
        signed_in_ago: timedelta | None,
        ledger: dict[str, list[str]],
    ) -> None:
        self._deps = deps
        self._state = state
        self._dials = dials
        self._signed_in_ago = signed_in_ago
        self._ledger = ledger
        self._verified = conversation.customer_id is not None

    def __call__(self, proposal: Proposal) -> Kind:
        ask = _ask(self._deps, self._state, proposal, verified=self._verified, dials=self._dials)
        return judge(self._deps.company, replace(ask, signed_in_ago=self._signed_in_ago, ledger=self._ledger)).kind


def _ask(
    deps: Deps,
    state: SupportState,
    proposal: Proposal,
    *,
    verified: bool = True,
    dials: dict[str, switches.Autonomy] | None = None,
) -> Ask:
    request = next((r for r in state.get("requests", []) if r["id"] == proposal["request"]), None)
    facts = values_of(deps.services.kit, state.get("facts", {}), request)
    playbook = deps.company.playbooks.get(proposal["intent"])
    return Ask(
        tool=proposal["tool"],
        arguments=proposal["arguments"],
        intent=proposal["intent"],
        verified=verified,
        tier=str((facts.get("customer") or {}).get("tier", "")),
        facts=facts,
        autonomy=(dials or {}).get(proposal["intent"], playbook.autonomy if playbook else "off"),
        confidence=request["probability"] if request else 0.0,
        now=deps.services.clock.now(),
    )
