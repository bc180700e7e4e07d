"""Read: one fact of the customer's records. Several run side by side, each with its own patience."""

from graph import spans
from graph.deps import Deps
from graph.limits.caps import may_call
from graph.reading import fact_of
from graph.state import Gap as GapState
from graph.state import Reading, Update
from records import events, runs
from tools.sources import Gap, read_fact


async def gather_context(state: Reading, deps: Deps) -> Update:
    """A source that does not answer leaves a gap, and the run goes on."""
    services, name, place = deps.services, state["fact"], state["place"]
    async with services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
    source = services.kit.sources.get(name)
    if not await may_call(deps, "read", place):
        return {"gaps": {place: {"fact": name, "source": "", "reason": "This run has looked up enough."}}}
    if run.customer_id is None or source is None:
        return {"gaps": {place: {"fact": name, "source": "", "reason": "Only a signed-in customer has records."}}}
    patience = services.limits.fact_timeout
    with spans.of_tool(services.tracer, name, "datastore") as span:
        read = await read_fact(
            name, source, services.systems, run.customer_id, state["focus"], services.clock, patience
        )
        if isinstance(read, Gap):
            spans.tell_failure(span, "gap")
    if isinstance(read, Gap):
        gap: GapState = {"fact": read.fact, "source": read.source, "reason": read.reason}
        async with services.database.transaction() as conn:
            shown = dict(gap)
            await events.append(conn, run.conversation_id, run.id, [("gap", shown)], now=services.clock.now())
        return {"gaps": {place: gap}}
    return {"facts": {place: fact_of(read)}}
