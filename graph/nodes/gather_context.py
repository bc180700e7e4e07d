"""Read: one fact of the customer's records. Several run side by side, each with its own patience."""

from graph.deps import Deps
from graph.state import Reading, Update
from records import events, runs
from tools.sources import SOURCES, Gap, read_fact


async def gather_context(state: Reading, deps: Deps) -> Update:
    """A source that does not answer leaves a gap, and the run goes on."""
    services, name = deps.services, state["fact"]
    async with services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
    if run.customer_id is None or name not in SOURCES:
        return {"gaps": {name: {"fact": name, "source": "", "reason": "Only a signed-in customer has records."}}}
    read = await read_fact(
        name, services.systems, run.customer_id, state["focus"], services.clock, services.limits.fact_timeout
    )
    if isinstance(read, Gap):
        async with services.database.transaction() as conn:
            gap = {"fact": read.fact, "source": read.source, "reason": read.reason}
            await events.append(conn, run.conversation_id, run.id, [("gap", gap)], now=services.clock.now())
        return {"gaps": {name: {"fact": name, "source": read.source, "reason": read.reason}}}
    return {
        "facts": {
            name: {
                "fact": name,
                "source": read.source,
                "read_at": read.read_at.isoformat(),
                "visible": read.visible,
                "value": read.value,
            }
        }
    }
