"""The demo company's billing port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from records.ids import CustomerId, LedgerKey
from tools.answers import Effected
from tools.billing.facts import Charge, CreditEntry, Dispute, Invoice, Plan, PlanChange, Subscription, Trial
from tools.connections import Connection
from tools.demo.adapters.line import Line, first, line_of


class DemoBilling:
    def __init__(self, line: Line) -> None:
        self._line = line

    async def charges(self, customer: CustomerId) -> list[Charge]:
        return await self._line.get(Charge, "charges", customer=customer)

    async def subscription(self, customer: CustomerId) -> Subscription | None:
        return first(await self._line.get(Subscription, "subscription", customer=customer))

    async def invoices(self, customer: CustomerId) -> list[Invoice]:
        return await self._line.get(Invoice, "invoices", customer=customer)

    async def plan_changes(self, customer: CustomerId) -> list[PlanChange]:
        return await self._line.get(PlanChange, "plan_changes", customer=customer)

    async def plans(self) -> list[Plan]:
        return await self._line.get(Plan, "plans")

    async def trial(self, customer: CustomerId) -> Trial | None:
        return first(await self._line.get(Trial, "trial", customer=customer))

    async def disputes(self, customer: CustomerId) -> list[Dispute]:
        return await self._line.get(Dispute, "disputes", customer=customer)

    async def credits(self, customer: CustomerId) -> list[CreditEntry]:
        return await self._line.get(CreditEntry, "credits", customer=customer)

    async def refund(self, customer: CustomerId, charge: str, amount: int, reason: str, key: LedgerKey) -> Effected:
        body = {"customer": customer, "charge": charge, "amount": amount, "reason": reason}
        return await self._line.post("refund", body, key)

    async def cancel(self, customer: CustomerId, subscription: str, at_period_end: bool, key: LedgerKey) -> Effected:
        body = {"customer": customer, "subscription": subscription, "at_period_end": at_period_end}
        return await self._line.post("cancel", body, key)

    async def resume_subscription(self, customer: CustomerId, subscription: str, key: LedgerKey) -> Effected:
        return await self._line.post("resume_subscription", {"customer": customer, "subscription": subscription}, key)

    async def cancel_and_prorate(
        self, customer: CustomerId, subscription: str, charge: str, amount: int, key: LedgerKey
    ) -> Effected:
        body = {"customer": customer, "subscription": subscription, "charge": charge, "amount": amount}
        return await self._line.post("cancel_and_prorate", body, key)

    async def revert_plan(self, customer: CustomerId, change: str, amount: int, key: LedgerKey) -> Effected:
        return await self._line.post("revert_plan", {"customer": customer, "change": change, "amount": amount}, key)

    async def change_plan(
        self, customer: CustomerId, subscription: str, plan: str, interval: str, amount: int, key: LedgerKey
    ) -> Effected:
        body = {"customer": customer, "subscription": subscription, "plan": plan, "interval": interval}
        return await self._line.post("change_plan", {**body, "amount": amount}, key)

    async def extend_trial(self, customer: CustomerId, trial: str, days: int, key: LedgerKey) -> Effected:
        return await self._line.post("extend_trial", {"customer": customer, "trial": trial, "days": days}, key)

    async def issue_credit(self, customer: CustomerId, about: str, amount: int, cause: str, key: LedgerKey) -> Effected:
        body = {"customer": customer, "about": about, "amount": amount, "cause": cause}
        return await self._line.post("issue_credit", body, key)

    async def void_credit(self, customer: CustomerId, credit: str, key: LedgerKey) -> Effected:
        return await self._line.post("void_credit", {"customer": customer, "credit": credit}, key)

    async def effect(self, key: LedgerKey) -> Effected | None:
        return first(await self._line.get(Effected, "effect", key=key))


@asynccontextmanager
async def connect(connection: Connection) -> AsyncIterator[DemoBilling]:
    async with line_of(connection) as line:
        yield DemoBilling(line)
