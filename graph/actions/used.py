"""What a customer has had already: for a tool's own budget, and for the company's."""

from datetime import timedelta

from graph.deps import Services
from policy.ask import Used
from policy.company import Company
from records import ledger
from records.ids import CustomerId
from records.runs import Run
from records.sql import Connection


async def spent(services: Services, conn: Connection, run: Run, tool: str, company: Company) -> int:
    policy = company.tools.get(tool)
    if policy is None or policy.allow is None or run.customer_id is None:
        return 0
    window: timedelta = policy.allow.window
    since = services.clock.now() - window
    return await ledger.spent(conn, run.customer_id, policy.allow.currency or company.currency, since=since)


async def used(services: Services, conn: Connection, run: Run, company: Company) -> dict[str, Used]:
    """Of each of the company's budgets, over all of this customer's conversations, with open reservations."""
    found: dict[str, Used] = {}
    for budget in company.budgets if run.customer_id is not None else ():
        since, customer = services.clock.now() - budget.window, CustomerId(str(run.customer_id))
        amount, actions = await ledger.used(conn, customer, budget.currency, budget.tools, since=since)
        found[budget.id] = Used(amount=amount, actions=actions)
    return found
