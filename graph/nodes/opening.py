"""How a pass begins: whose run it is, and what is to be answered.

Inside the service the run's row is there before the graph starts. Through the LangGraph API (Studio) a thread comes
without one: then a conversation is opened for the customer whose signed token came with the call, or for a visitor.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES

from graph import agenda
from graph.approvals import desk
from graph.deps import Deps
from graph.limits.caps import readable
from graph.state import SupportState
from records import approvals, conversations, runs
from records.conversations import Conversation, Message
from records.errors import Unprocessable
from records.ids import CustomerId
from records.sql import Connection

LONGEST = 16_384


@dataclass(frozen=True, kw_only=True)
class Turn:
    """`text`: what this run answers. `messages`: the recent transcript, replacing what the thread held. `page`: where
    the customer was when they last told it; empty when they never did. `trouble`: why a person must read it all, or ""."""

    conversation: Conversation
    text: str
    messages: list[Any]
    page: dict[str, str]
    trouble: str


async def open_turn(state: SupportState, deps: Deps) -> Turn:
    """Raises Unprocessable when there is nothing to answer. `text` is empty in a run over the agenda alone: what an
    earlier run left open when it paused for something else."""
    async with deps.services.database.transaction() as conn:
        run = await runs.find(conn, deps.run_id)
        inside = run is not None and not _new_input(state, await _known(conn, deps))
        if not inside:
            await _from_outside(conn, state, deps)
        run = await runs.get(conn, deps.run_id)
        conversation = await conversations.get(conn, run.conversation_id)
        written = await conversations.messages_of_run(conn, run.id)
        recent = await conversations.recent(conn, conversation.id, deps.services.limits.transcript)
    if not written and not agenda.left_open(conversation.agenda):
        raise Unprocessable("There is no message to answer.")
    answered, trouble = readable(deps, written if inside else written[-1:])
    return Turn(
        conversation=conversation,
        text="\n".join(message.body for message in answered),
        page=next((message.page for message in reversed(recent) if message.page), {}),
        messages=[RemoveMessage(id=REMOVE_ALL_MESSAGES), *(told(message) for message in recent)],
        trouble=trouble,
    )


async def _known(conn: Connection, deps: Deps) -> set[str]:
    return {message.body for message in await conversations.messages_of_run(conn, deps.run_id)}


def _new_input(state: SupportState, known: set[str]) -> bool:
    text = _last_words(state)
    return bool(text) and text not in known


async def _from_outside(conn: Connection, state: SupportState, deps: Deps) -> None:
    """The debugging door: the thread's last human message becomes a message of the run's conversation."""
    services, text = deps.services, _last_words(state)
    if not text or len(text.encode()) > LONGEST:
        raise Unprocessable("Give one human message of at most 16 KB.")
    now = services.clock.now()
    run = await runs.find(conn, deps.run_id)
    if run is None:
        customer = services.customer_of(deps.customer_token) if deps.customer_token else None
        opened = await conversations.open_conversation(conn, customer=customer, channel="studio", now=now)
        await conversations.add_customer_message(
            conn, opened, body=text, now=now, signed_in_at=_signed_in(deps, customer)
        )
        await runs.start(conn, deps.run_id, opened, now=now)
        return
    signed_in = _signed_in(deps, run.customer_id)
    await conversations.add_customer_message(conn, run.conversation_id, body=text, now=now, signed_in_at=signed_in)
    await runs.reopen(conn, run.id, run.conversation_id)
    for card in await approvals.open_of_conversation(conn, run.conversation_id):
        if card.run_id == run.id:
            await desk.close_superseded(services, conn, card.id)


def _signed_in(deps: Deps, customer: CustomerId | None) -> datetime | None:
    """When this customer had signed in, by the token that came with the call; None without one, or with another's."""
    services, token = deps.services, deps.customer_token
    if services.signed_in_at is None or not token or customer is None or services.customer_of(token) != customer:
        return None
    return services.signed_in_at(token)


def _last_words(state: SupportState) -> str:
    said = [message for message in state.get("messages", []) if isinstance(message, HumanMessage)]
    return str(said[-1].text).strip() if said else ""


def told(message: Message) -> AnyMessage:
    """A message as the graph's state has it."""
    kind = HumanMessage if message.author == "customer" else AIMessage
    return kind(content=message.body, id=message.id)
