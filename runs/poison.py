"""What happens to a run that cannot be finished: a person gets it, with whatever can still be read."""

from typing import Any, cast

from langgraph.graph.state import CompiledStateGraph

from graph import agenda
from graph.deps import Deps, Services
from graph.nodes.escalate import escalate
from graph.state import SupportState, Triage
from records import conversations, events, runs
from records.runs import Run
from runs.stuck import readable

NOTHING_KNOWN: Triage = {
    "text": "",
    "move": "",
    "none": 0.0,
    "emotion": 0.0,
    "urgency": 0.0,
    "language": "",
    "repeat": 0,
    "again": False,
}


async def hand_over(services: Services, graph: CompiledStateGraph[Any, Any, Any, Any], run: Run) -> None:
    """Files the handoff without the graph, and finishes the run. Once; a repeat changes nothing."""
    state = await _readable(graph, run)
    state["step"] = {"kind": "escalate", "because": "run_failed"}
    state["approval"] = None
    deps = Deps(services=services, run_id=run.id, caller=None, resumed_with=None, customer_token="", emit=_nowhere)
    await escalate(state, deps)
    now = services.clock.now()
    async with services.database.transaction() as conn:
        await runs.finish(conn, run.id, "handed_over", now=now, error="failed too often")
        left = agenda.without_open((await conversations.get(conn, run.conversation_id)).agenda)
        await conversations.set_agenda(conn, run.conversation_id, left, "waiting_staff", now=now)
        shown = {"status": "finished", "outcome": "handed_over"}
        await events.append(conn, run.conversation_id, run.id, [("finished", shown)], now=now)


async def _readable(graph: CompiledStateGraph[Any, Any, Any, Any], run: Run) -> SupportState:
    """The thread's state; where that cannot be read either, what the run's row knows."""
    known: dict[str, Any] = {"triage": NOTHING_KNOWN, "requests": run.requests}
    snapshot = await readable(graph, run)
    return cast(SupportState, known | dict(snapshot.values) if snapshot else known)


def _nowhere(_event: dict[str, Any]) -> None:
    """There is no stream to write to."""
