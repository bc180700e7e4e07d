"""The playbook's own words in place of a model's that were stopped, once something was done: the customer learns of it
now, not when a person has looked at a draft."""

from dataclasses import replace

from graph.deps import Deps
from graph.reasoners.fixed import receipt_of
from graph.reasoners.protocol import Decision, View
from graph.reasoners.rules import RulesReasoner, consider
from graph.state import Request
from graph.truth.filter import leaking
from graph.truth.findings import kinds
from graph.truth.stops import Note, note_stopped
from records import runs
from records.runs import Run
from records.sql import Connection


def receipts_told(view: View) -> list[Request]:
    """The requests, those for which something was done and not told yet with the playbook's words about it: for a run that
    ends before its reasoner could tell."""
    return [
        {**each, "said": consider(view, each)[0]["said"]}
        if not each["said"] and each["status"] == "open" and receipt_of(view, each) is not None
        else each
        for each in view.requests
    ]


async def told_all_the_same(deps: Deps, view: View, decision: Decision) -> Decision:
    """The decision, with every stopped text replaced for which the playbook has words on these records. The team gets the
    same note as of any stopped reply."""
    if not view.receipts:
        return decision
    own = {each["id"]: each for each in (await RulesReasoner().decide(view)).requests if each["said"]}
    async with deps.services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        requests = [await _instead(conn, deps, view, run, each, own.get(each["id"])) for each in decision.requests]
    return replace(decision, requests=requests)


async def _instead(
    conn: Connection, deps: Deps, view: View, run: Run, request: Request, own: Request | None
) -> Request:
    if own is None or own["said"] == request["said"] or not request["said"]:
        return request
    found = await leaking(conn, deps.services, run.conversation_id, request["said"], view.facts.values())
    stopped = sorted({*request.get("stopped", []), *kinds(found)})
    if not stopped:
        return request
    note = Note(action="reply.stopped", subject=run.id, words=request.get("original", request["said"]))
    await note_stopped(conn, deps.services, run.conversation_id, run.id, stopped, note)
    return own
