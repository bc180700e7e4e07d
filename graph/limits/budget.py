"""The tokens that language models may take in a day (`usage.models` in company.yaml), all processes together.

Once they are spent no model is asked until the next day in the company's time zone, and nothing is sent alone: the rules
reasoner drafts, and a person looks. A run that a model has helped already when the budget ends is finished as usual, by the
rules. What is on its way then is still paid for, so a day can go over its budget by as many calls as were running.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import structlog

from graph.deps import Services
from graph.reasoners.protocol import ModelCall
from policy.company import Company
from records import audit, model_usage, spending, switches
from records.ids import ConversationId, RunId
from records.model_usage import Call
from records.sql import Connection
from records.switches import Autonomy

SPENT = "model_budget"
"""As the doors name what is the matter."""

log = structlog.get_logger()


def day_of(company: Company, now: datetime) -> date:
    return now.astimezone(company.hours.zone).date()


async def is_spent(conn: Connection, services: Services) -> bool:
    """Whether today's budget is used up. Asks the database only where there is a budget."""
    company = services.company.current()
    budget = company.usage.models.tokens_per_day
    return budget is not None and await model_usage.tokens_of(conn, day_of(company, services.clock.now())) >= budget


async def degraded(conn: Connection, services: Services) -> str | None:
    """What the doors tell while nothing is sent alone; None while all is as usual."""
    return SPENT if await is_spent(conn, services) else None


async def only_drafts(conn: Connection, services: Services, run: RunId) -> bool:
    """Whether nothing of this run is sent alone, since the budget was spent before it began."""
    return await is_spent(conn, services) and not (await spending.of_run(conn, run)).tokens


async def dials(conn: Connection, services: Services, run: RunId) -> dict[str, Autonomy]:
    """Of every intent: what the team set, else its playbook's; `suggest` at most for a run that only drafts."""
    drafts = await only_drafts(conn, services, run)
    return bounded(services.company.current(), await switches.dials(conn), drafts=drafts)


def bounded(company: Company, turned: Mapping[str, Autonomy], *, drafts: bool) -> dict[str, Autonomy]:
    """As `dials`, where it is known what the team `turned` and whether the run only `drafts`."""
    found = {**{intent: book.autonomy for intent, book in company.playbooks.items()}, **turned}
    if not drafts:
        return found
    return {intent: "suggest" if autonomy == "auto" else autonomy for intent, autonomy in found.items()}


async def book(
    conn: Connection,
    services: Services,
    conversation: ConversationId,
    run: RunId,
    asked: Sequence[ModelCall],
    *,
    intent: str,
) -> None:
    """Writes each call down, with its price, and adds them to the day. Whoever spends the last of it announces that: in
    the log and in the audit log, once a day."""
    company, now = services.company.current(), services.clock.now()
    day, budget = day_of(company, now), company.usage.models.tokens_per_day
    for call in asked:
        await model_usage.add(conn, conversation, run, _booked(company, call), intent=intent, day=day, at=now)
    tokens = sum(call.prompt + call.answer for call in asked)
    spent = await model_usage.add_to_day(conn, day, tokens) if tokens else 0
    if budget is None or spent < budget or not await model_usage.announce(conn, day, budget):
        return
    await log.awarning("model_budget.spent", day=str(day), tokens=spent, budget=budget)
    await audit.write(
        conn, actor="agent", action="model_budget.spent", subject=str(day), now=now, tokens=spent, budget=budget
    )


def _booked(company: Company, call: ModelCall) -> Call:
    price = company.usage.models.prices.get(call.model)
    return Call(
        model=call.model,
        prompt=call.prompt,
        cached=call.cached,
        answer=call.answer,
        first=call.first,
        whole=call.whole,
        failure=call.failure.partition(":")[0],
        cost=price.of(prompt=call.prompt, cached=call.cached, answer=call.answer) if price else None,
    )
