"""Where proposals are judged: the service's own judgement, on the systems of a trial and an empty ledger."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from evals.policy_check.tasks import Action
from graph import agenda
from graph.actions.entitlement import Assessed, assess
from graph.deps import Limits, Services
from graph.reasoners.rules import RulesReasoner
from graph.state import Proposal
from policy.company import Company
from records.clock import Clock
from records.database import Database
from records.errors import CloseloopError
from records.ids import ConversationId, CustomerId, RunId
from records.runs import Run
from records.sql import Connection
from tools.kit import Kit
from tools.systems import Systems
from tools.tool import Call, Receipt

PATIENCE = 30.0
"""Seconds for one fact: a trial measures judgement, not speed."""


class NoPlaybook(CloseloopError):
    """No playbook of the company allows the tool."""


@dataclass(frozen=True, kw_only=True)
class Still:
    """A company that does not change while it is tried."""

    company: Company

    def current(self) -> Company:
        return self.company


class Shut:
    """What judging a proposal has no use for. Whoever uses it is told."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"Judging a proposal does not need {name}.")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """`intents`: for each tool the intent under which it is proposed. `conn`: a transaction on Closeloop's records."""

    services: Services
    conn: Connection
    intents: Mapping[str, str]

    async def judge(self, customer: CustomerId | None, action: Action) -> Assessed:
        """As `check_entitlement` would: a run of this customer's, whose message was understood beyond doubt."""
        intent = self.intents[action.tool]
        request = {**agenda.new_request(intent, 1.0, action.tool), "status": "open"}
        proposal = Proposal(
            request=str(request["id"]),
            intent=intent,
            tool=action.tool,
            arguments=dict(action.arguments),
            reason="It is what the task does.",
        )
        return await assess(self.services, self.conn, self._run(customer, request), proposal)

    async def carry_out(self, customer: CustomerId, action: Action, assessed: Assessed) -> Receipt:
        """The tool itself. Raises SystemRefused when the system says no."""
        tool = self.services.kit.action_named(action.tool)
        call = Call(key=assessed.key, customer=customer, at=self.services.clock.now())
        receipt: Receipt = await tool.run(self.services.systems, call, **assessed.proposal["arguments"])
        return receipt

    def _run(self, customer: CustomerId | None, request: Mapping[str, Any]) -> Run:
        return Run(
            id=RunId("run_of_the_trial"),
            conversation_id=ConversationId("conversation_of_the_trial"),
            customer_id=customer,
            assignee=None,
            status="running",
            outcome=None,
            attempts=1,
            requests=[dict(request)],
            policy_version=self.services.company.current().version,
            cancelled=False,
            error=None,
            started_at=self.services.clock.now(),
            finished_at=None,
        )


@asynccontextmanager
async def open_bench(
    database: Database, company: Company, kit: Kit, systems: Systems, clock: Clock
) -> AsyncIterator[Bench]:
    """`database`: Closeloop's own, prepared. Raises NoPlaybook when a tool of the kit is in no playbook."""
    shut: Any = Shut()
    services = Services(
        database=database,
        clock=clock,
        company=Still(company=company),
        kit=kit,
        systems=systems,
        search=shut,
        classifier=shut,
        reasoner=RulesReasoner(),
        waker=shut,
        customer_of=shut,
        fault=shut,
        limits=Limits(fact_timeout=PATIENCE),
    )
    async with database.transaction() as conn:
        yield Bench(services=services, conn=conn, intents=_intents(company, kit))


def _intents(company: Company, kit: Kit) -> dict[str, str]:
    found = {tool: intent for intent, book in reversed(list(company.playbooks.items())) for tool in book.tools}
    missing = [tool.name for tool in kit.actions if tool.name not in found]
    if missing:
        raise NoPlaybook(f"No playbook of {company.name} allows {', '.join(missing)}.")
    return found
