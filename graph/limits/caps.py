"""What one run may use (`usage` in company.yaml): whoever reaches a cap ends with a person, and the handoff names it.

What counts is kept on the run's row and in the ledger, so that no state, restored or forged, makes it less. Calls are
refused where they are made; `decide` sees that there were too many, and hands over.
"""

from graph.deps import Deps
from records import runs, spending
from records.conversations import Message
from records.spending import Kind

TOO_MANY_MESSAGES = "too_many_messages"
TOO_MANY_ACTIONS = "too_many_actions"


async def reached_cap(deps: Deps, visits: int) -> str:
    """The cap that this run has reached, as the reason of a handoff; "" while there is none."""
    caps = deps.company.usage.run
    async with deps.services.database.transaction() as conn:
        spent = await spending.of_run(conn, deps.run_id)
    reached = {
        "too_many_steps": visits > caps.steps,
        "repeated_call": spent.same > caps.same_call,
        "repeated_proposal": spent.denied > caps.same_call,
        "too_many_calls": spent.calls > caps.calls,
        "too_many_tokens": spent.tokens > caps.tokens,
        "too_many_runs": visits == 1 and await _too_many_runs(deps),
    }
    return next((reason for reason, is_reached in reached.items() if is_reached), "")


async def _too_many_runs(deps: Deps) -> bool:
    async with deps.services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        if run.customer_id is None:
            return False
        return await spending.open_runs(conn, run.customer_id, besides=run.id) >= deps.company.usage.open.runs


async def may_call(deps: Deps, kind: Kind, what: str) -> bool:
    """Counts a call that is about to be made; whether it may be."""
    caps = deps.company.usage.run
    async with deps.services.database.transaction() as conn:
        spent = await spending.count(conn, deps.run_id, kind, what)
    return spent.calls <= caps.calls and spent.same <= caps.same_call


def readable(deps: Deps, written: list[Message]) -> tuple[list[Message], str]:
    """What a run answers of what the customer wrote, and the cap that the rest is over, or ""."""
    caps = deps.company.usage.run
    kept, room = [], caps.characters
    for message in written[: caps.messages]:
        room -= len(message.body)
        if room < 0:
            break
        kept.append(message)
    return kept, TOO_MANY_MESSAGES if len(kept) < len(written) else ""
