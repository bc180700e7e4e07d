"""What becomes of each request of a run: code settles it, the playbook's rules do, the model has planned its step, or the
model is asked; and which step comes first.

In this order: look-ups, and what may be done at once; then the model is asked about all that is left, in one call; then
what a person must decide; then what a person must take over. So one reply answers as much as can be answered. What a
person must decide, policy says on fresh records: what the model planned is tried first, and comes back if it must wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph import agenda
from graph.reasoners.fixed import by_records
from graph.reasoners.protocol import Decision, View
from graph.reasoners.rules import consider, due_of, rank, withdrawal
from graph.state import Request, Step

PASSES = 2
"""Answers of a model that may say nothing of a request, before the playbook's rules settle it."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`view`: with the requests as they are settled by now. `due`: those that the model is asked about; none while a step
    goes first. `steps`: of the other requests, the first to be taken first. `more`: whether anything else is owed
    besides the first step."""

    view: View
    due: tuple[Request, ...]
    steps: tuple[tuple[Request, Step], ...]
    more: bool = False

    @property
    def asks(self) -> bool:
        """Whether a model is to be asked: about requests, or about a message in which none was recognised."""
        return bool(self.due) or not self.view.requests

    def decision(self) -> Decision:
        """The first step; a reply, where there is none."""
        if not self.steps:
            return Decision(step={"kind": "reply", **withdrawal(self.view)}, requests=list(self.view.requests))
        request, step = self.steps[0]
        if "planned" in request and step["kind"] == "propose":
            step = {"kind": "propose", "proposal": step["proposal"], "defer": self.more and not step.get("deferred")}
        return Decision(step=step, requests=agenda.with_request(self.view.requests, agenda.without(request, "planned")))


def plan_of(view: View, *, unhelped: bool = False) -> Plan:
    """`unhelped`: no model can be asked now; the rules settle what is left to one."""
    requests, due, steps = list(view.requests), list[Request](), list[tuple[Request, Step]]()
    for request in due_of(view):
        settled, step = _by_code(view, request, unhelped=unhelped) or (None, None)
        if settled is None:
            due.append(request)
            continue
        requests = agenda.with_request(requests, settled)
        steps += [(settled, step)] if step else []
    steps.sort(key=lambda planned: _place(view, *planned))
    first = bool(steps) and _place(view, *steps[0]) < 2
    left = () if first else tuple(due)
    more = len(due) + len(steps) > 1
    return Plan(view=replace(view, requests=requests), due=left, steps=tuple(steps), more=more)


def _by_code(view: View, request: Request, *, unhelped: bool) -> tuple[Request, Step | None] | None:
    """None for a request that is left to the model."""
    fixed = by_records(view, request)
    if fixed is not None:
        return fixed
    if "planned" in request:
        return request, request["planned"]
    guided = view.company.playbooks[request["intent"]].guide is not None
    if unhelped or guided or request.get("passed_over", 0) >= PASSES:
        return consider(view, request)
    return None


def _place(view: View, request: Request, step: Step) -> int:
    """As the rules put it; but what is planned is tried, whatever policy seems to say on the facts at hand."""
    if "planned" in request and step["kind"] == "propose":
        return 2 if step.get("deferred") else 1
    return rank(view, step)


def beside(view: View, due: Sequence[Request]) -> list[Request]:
    """The run's requests that an answer about `due` leaves alone."""
    asked = {request["id"] for request in due}
    return [each for each in view.requests if each["id"] not in asked and each["status"] != "joined"]
