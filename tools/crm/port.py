"""The port to the CRM."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from records.ids import CustomerId
from tools.answers import Effected
from tools.crm.facts import Customer


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """An account that is to be erased at `deletes_at`; `revision` is the account's since that was noted."""

    reference: str
    deletes_at: datetime
    revision: int


class Crm(Protocol):
    """Who the customer is. Ignores idempotency keys; an account that is to be erased shows it."""

    async def customer(self, customer: CustomerId) -> Customer | None: ...
    async def deletion(self, customer: CustomerId) -> Deletion | None: ...
    async def delete(self, customer: CustomerId) -> Effected: ...
