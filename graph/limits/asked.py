"""What a language model was asked for a step: its tokens count for the run, the trace shows each attempt, and what was
sent is kept, encrypted, for whoever looks into the run."""

from collections.abc import Sequence

from graph import spans
from graph.deps import Deps
from graph.limits import budget
from graph.reasoners.protocol import ModelCall
from records import events, prompts, runs, spending
from records.prompts import Prompt


async def account(deps: Deps, asked: Sequence[ModelCall]) -> None:
    """In one transaction, before anything comes of the answer."""
    if not asked:
        return
    spans.of_models(deps.services.tracer, asked)
    services, now = deps.services, deps.services.clock.now()
    async with services.database.transaction() as conn:
        run = await runs.get(conn, deps.run_id)
        tokens = sum(call.prompt + call.answer for call in asked)
        await spending.add_tokens(conn, run.id, tokens, seconds=_waited(asked))
        told = [("model", call.told()) for call in asked]
        await events.append(conn, run.conversation_id, run.id, told, now=now)
        for call in asked:
            if call.sent is not None and services.cipher is not None:
                sent = Prompt(**vars(call.sent), about=call.told())
                await prompts.keep(conn, services.cipher, run.conversation_id, run.id, sent, now=now)
        intent = next((each["intent"] for each in run.requests if each["intent"]), "")
        await budget.book(conn, services, run.conversation_id, run.id, asked, intent=intent)


def _waited(asked: Sequence[ModelCall]) -> float:
    """Seconds from the first attempt to the end of the last, with the waits between them."""
    return max(call.began / 1e9 + call.whole for call in asked) - min(call.began for call in asked) / 1e9
