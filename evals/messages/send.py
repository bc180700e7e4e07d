"""Sends messages through the HTTP doors of a running service and reads what became of each."""

from asyncio import gather
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from evals.messages.sample import Message
from evals.stage import NotAtRest, Stage, bearer

_RUNS = """
SELECT id, status, error, requests, coalesce(outcome, 'awaiting_approval') AS outcome FROM runs WHERE conversation_id = %s
"""
_MOVE = "SELECT data FROM events WHERE conversation_id = %s AND type = 'triage' ORDER BY seq"
_REASONS = "SELECT reason FROM handoffs WHERE conversation_id = %s"
_CITED = """
SELECT DISTINCT split_part(cited ->> 'passage', '#', 1) AS article
FROM messages, jsonb_array_elements(citations) AS cited WHERE conversation_id = %s
"""
HUNG, FAILED = "hung", "error"
FAILURES = {"run_failed", "too_many_steps", "undecided", "records_unavailable"}
"""Reasons of a handoff that are the service's own trouble and not the customer's request."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """`outcome` is the run's, or `hung` when it did not come to rest, or `error`. `playbooks` are what triage chose, in
    the customer's order; `reason` is the handoff's; `articles` are those cited, by path."""

    message: Message
    customer: str
    outcome: str
    playbooks: tuple[str, ...]
    move: str
    reason: str
    articles: tuple[str, ...]


async def send_all(stage: Stage, messages: Sequence[Message], customers: Sequence[str]) -> AsyncIterator[Sent]:
    """In the order given, each in a conversation of its own. As many at once as there are customers, each of whom then
    has fresh records: what one message does cannot change what becomes of the next."""
    for first in range(0, len(messages), len(customers)):
        batch = list(zip(messages[first : first + len(customers)], customers, strict=False))
        await stage.clear()
        conversations = await gather(*(_post(stage, customer, message.text) for message, customer in batch))
        rested = await _rested(stage)
        for conversation, (message, customer) in zip(conversations, batch, strict=True):
            yield await _found(stage, conversation, message, customer, rested=rested)


async def _post(stage: Stage, customer: str, text: str) -> str:
    """The conversation's id; "" when the service would not take the message."""
    opened = await stage.http.post("/conversations", headers=stage.customer(customer))
    if opened.is_error:
        return ""
    conversation = opened.json()
    key = bearer(conversation["token"])
    said = await stage.http.post(conversation["messages"], json={"text": text}, headers=key)
    return "" if said.is_error else str(conversation["id"])


async def _rested(stage: Stage) -> bool:
    try:
        await stage.at_rest()
    except NotAtRest:
        return False
    return True


async def _found(stage: Stage, conversation: str, message: Message, customer: str, *, rested: bool) -> Sent:
    runs = await stage.rows(_RUNS, conversation)
    triage = await stage.rows(_MOVE, conversation)
    reasons = [row["reason"] for row in await stage.rows(_REASONS, conversation)]
    return Sent(
        message=message,
        customer=customer,
        outcome=_outcome(runs, reasons, taken=bool(conversation), rested=rested),
        playbooks=tuple(request["intent"] for run in runs for request in run["requests"] if request["intent"]),
        move=triage[-1]["data"]["move"] if triage else "",
        reason=reasons[-1] if reasons else "",
        articles=tuple(row["article"] for row in await stage.rows(_CITED, conversation)),
    )


def _outcome(runs: Sequence[dict[str, Any]], reasons: Sequence[str], *, taken: bool, rested: bool) -> str:
    if not taken or any(run["error"] for run in runs) or FAILURES & set(reasons):
        return FAILED
    if not runs or (not rested and any(run["status"] == "running" for run in runs)):
        return HUNG
    return str(runs[-1]["outcome"])
